import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/sandbox/policy/document.ts';
import { evaluate, evaluateTrust } from '../../../src/sandbox/policy/evaluate.ts';

const ARN = 'arn:aws:iam::111122223333:user/robots/ci';

function verdict(
  statements: object[],
  action = 'iam:CreateAccessKey',
  context: Record<string, string | string[]> = {},
) {
  const entries = Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()] as const);
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return evaluate(policy, { action, resource: ARN, context: new Map(entries) });
}

const allow = (rest: object) => ({ Effect: 'Allow', Action: 'iam:*', Resource: '*', ...rest });
const deny = (rest: object) => ({ Effect: 'Deny', Action: 'iam:*', Resource: '*', ...rest });

describe('a policy', () => {
  it('says nothing by default', () => {
    expect(verdict([])).toBe('none');
    expect(verdict([allow({ Action: 'iam:Get*' })])).toBe('none');
  });

  it.each(['iam:CreateAccessKey', 'IAM:createaccesskey', 'iam:Create*Key', 'iam:CreateAccessKe?', '*'])(
    'allows by the action %s',
    (Action) => expect(verdict([allow({ Action })])).toBe('allow'),
  );

  it('takes a list where one will do', () => {
    expect(verdict([allow({ Action: ['sts:*', 'iam:CreateAccessKey'], Resource: ['arn:x', ARN] })])).toBe(
      'allow',
    );
  });

  it('may say what it is not about', () => {
    expect(verdict([allow({ Action: undefined, NotAction: 'iam:Delete*' })])).toBe('allow');
    expect(verdict([allow({ Action: undefined, NotAction: 'iam:Create*' })])).toBe('none');
    expect(verdict([allow({ Resource: undefined, NotResource: ARN })])).toBe('none');
  });

  it('is about resources', () => {
    expect(verdict([allow({ Resource: 'arn:aws:iam::111122223333:user/robots/*' })])).toBe('allow');
    expect(verdict([allow({ Resource: 'arn:aws:iam::111122223333:user/people/*' })])).toBe('none');
  });

  it('denies in spite of any permission', () => {
    expect(verdict([allow({}), deny({ Action: 'iam:Create*' })])).toBe('deny');
  });

  it('fills in variables', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policies have variables of that form
    const own = allow({ Resource: 'arn:aws:iam::*:user/robots/${aws:username}' });
    expect(verdict([own], undefined, { 'aws:username': 'ci' })).toBe('allow');
    expect(verdict([own], undefined, { 'aws:username': 'other' })).toBe('none');
    expect(verdict([own])).toBe('none');
  });

  it('refuses what it cannot read, or could only guess at', () => {
    for (const text of ['', '[]', '{}', '{"Statement":["x"]}', '{"Statement":[{"Effect":"Maybe"}]}'])
      expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
    const unknown = allow({ Condition: { StringSounds: { 'aws:username': 'x' } } });
    expect(() => verdict([unknown])).toThrow(/StringSounds/);
  });
});

describe('a condition', () => {
  const holds = (
    operator: string,
    key: string,
    wanted: unknown,
    context: Record<string, string | string[]>,
  ) => verdict([allow({ Condition: { [operator]: { [key]: wanted } } })], undefined, context) === 'allow';

  it.each<[operator: string, actual: string | undefined, wanted: unknown, isTrue: boolean]>([
    ['StringEquals', 'a', ['b', 'a'], true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', undefined, 'a', false],
    ['StringEqualsIfExists', undefined, 'a', true],
    ['StringEqualsIgnoreCase', 'a', 'A', true],
    ['StringNotEquals', 'a', ['b', 'c'], true],
    ['StringNotEquals', 'a', ['b', 'a'], false],
    ['StringNotEquals', undefined, 'a', true],
    ['StringLike', 'robots/ci', 'robots/*', true],
    ['StringNotLike', 'robots/ci', 'robots/*', false],
    ['ArnLike', 'arn:aws:iam::1:role/x', 'arn:*:iam::*:role/x', true],
    ['Bool', 'true', true, true],
    ['Bool', 'false', 'true', false],
    ['NumericLessThan', '7', 8, true],
    ['NumericGreaterThanEquals', '7', '8', false],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', true],
    ['DateLessThan', '2026-01-03T00:00:00Z', '2026-01-02T00:00:00Z', false],
    ['DateGreaterThan', '1767225600', '2025-01-01T00:00:00Z', true],
    ['Null', undefined, true, true],
    ['Null', 'x', 'true', false],
    ['Null', 'x', 'false', true],
  ])('%s of %j and %j is %j', (operator, actual, wanted, isTrue) => {
    expect(holds(operator, 'x:y', wanted, actual === undefined ? {} : { 'x:y': actual })).toBe(isTrue);
  });

  it('may be about any or all of several values', () => {
    const context = { 'aws:TagKeys': ['team', 'owner'] };
    expect(holds('ForAnyValue:StringEquals', 'aws:TagKeys', 'team', context)).toBe(true);
    expect(holds('ForAllValues:StringEquals', 'aws:TagKeys', 'team', context)).toBe(false);
    expect(holds('ForAllValues:StringEquals', 'aws:TagKeys', 'team', {})).toBe(true);
  });

  it('of several keys and operators must hold in all', () => {
    const both = allow({ Condition: { StringEquals: { a: '1' }, Bool: { b: 'true' } } });
    expect(verdict([both], undefined, { a: '1', b: 'true' })).toBe('allow');
    expect(verdict([both], undefined, { a: '1', b: 'false' })).toBe('none');
  });

  it('revokes sessions that are older than a time, and leaves long-term keys alone', () => {
    const older = { DateLessThan: { 'aws:TokenIssueTime': '2026-01-02T00:00:00Z' } };
    const policy = [allow({}), deny({ Action: '*', Condition: older })];
    expect(verdict(policy, undefined, { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' })).toBe('deny');
    expect(verdict(policy, undefined, { 'aws:TokenIssueTime': '2026-01-03T00:00:00Z' })).toBe('allow');
    expect(verdict(policy)).toBe('allow');
  });
});

describe('a trust policy', () => {
  const trust = (principal: unknown, condition = {}) =>
    parsePolicy(
      JSON.stringify({
        Statement: [
          { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', Condition: condition },
        ],
      }),
    );
  const ask = (statements: ReturnType<typeof trust>, context = new Map<string, string[]>()) =>
    evaluateTrust(statements, ['arn:me', '111122223333'], {
      action: 'sts:AssumeRole',
      resource: 'arn:role',
      context,
    });

  it('is for whom it names', () => {
    expect(ask(trust('*'))).toBe('allow');
    expect(ask(trust({ AWS: ['arn:other', 'arn:me'] }))).toBe('allow');
    expect(ask(trust({ AWS: 'arn:other' }))).toBe('none');
    expect(ask(trust({ Service: 'ec2.amazonaws.com' }))).toBe('none');
  });

  it('may ask for an external id', () => {
    const statements = trust({ AWS: '111122223333' }, { StringEquals: { 'sts:ExternalId': 'x' } });
    expect(ask(statements)).toBe('none');
    expect(ask(statements, new Map([['sts:externalid', ['x']]]))).toBe('allow');
  });
});
