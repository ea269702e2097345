import { describe, expect, it } from 'vitest';
import { EVENT_CLASSES } from '../../src/audit/event-classes.ts';
import { readFilterPattern } from '../../src/audit/filter-pattern.ts';

const EVENT = {
  eventName: 'ConsoleLogin',
  errorCode: 'Client.UnauthorizedOperation',
  count: 7,
  ok: true,
  gone: null,
  userIdentity: { type: 'Root' },
  'odd name': 'x',
  list: [{ id: 'a' }, { id: 'b' }],
};

describe('a filter pattern', () => {
  it.each<[pattern: string, matches: boolean]>([
    ['', true],
    ['{ $.eventName = "ConsoleLogin" }', true],
    ['{ $.eventName = ConsoleLogin }', true],
    ['{$.eventName=ConsoleLogin}', true],
    ['{ ($.eventName = "consolelogin") }', false],
    ['{ $.eventName = "Console*" }', true],
    ['{ $.errorCode = *UnauthorizedOperation }', true],
    ['{ $.errorCode = "Unauthorized*" }', false],
    ['{ $.eventName != "ConsoleLogin" }', false],
    ['{ $.eventName != "Other" }', true],
    // What is not there is neither equal nor different.
    ['{ $.missing = "x" }', false],
    ['{ $.missing != "x" }', false],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.eventName NOT EXISTS }', false],
    ['{ $.eventName exists }', true],
    ['{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }', true],
    ['{ $.count > 6 && $.count <= 7 }', true],
    ['{ $.count = 7 }', true],
    ['{ $.count >= 8 }', false],
    ['{ $.ok IS TRUE }', true],
    ['{ $.ok IS FALSE }', false],
    ['{ $.gone IS NULL }', true],
    ['{ $.eventName = %^Console.{5}$% }', true],
    ['{ $.eventName = %^Login% }', false],
    ['{ $["odd name"] = "x" }', true],
    ['{ $.list[1].id = "b" }', true],
    ['{ $.list[*].id = "b" }', true],
    ['{ $.list[*].id = "c" }', false],
    // `&&` binds before `||`.
    ['{ $.ok IS TRUE || $.ok IS FALSE && $.ok IS FALSE }', true],
    ['{ ($.ok IS TRUE || $.ok IS FALSE) && $.ok IS FALSE }', false],
    ['{ $.eventName = "a.c" || $.eventName = "Console(ogin" }', false],
  ])('%s: %s', (pattern, matches) => {
    expect(readFilterPattern(pattern)?.(EVENT)).toBe(matches);
  });

  it.each([
    'Root',
    '[ip, user, ...]',
    '{ $.a }',
    '{ $.a = }',
    '{ ($.a = 1 }',
    '{ $.a = 1 ) }',
    '{ $.a = 1 && }',
    '{ $.a > "x" }',
    '{ $.a NOT }',
    '{ $.a IS MAYBE }',
    '{ $.a = %[% }',
    '{ $.a = "x }',
    '{ a = 1 }',
  ])('%s is not understood', (pattern) => {
    expect(readFilterPattern(pattern)).toBeUndefined();
  });
});

/** As the benchmark and Security Hub print them, and as people write them. */
const PATTERNS: Record<string, string[]> = {
  'root-use': [
    '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
  ],
  'unauthorized-calls': [
    '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
    '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }',
  ],
  'sign-in-without-mfa': [
    '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
  ],
  'iam-changes': [
    '{($.eventSource=iam.amazonaws.com) && (($.eventName=DeleteGroupPolicy) || ($.eventName=DeleteRolePolicy) || ($.eventName=DeleteUserPolicy) || ($.eventName=PutGroupPolicy) || ($.eventName=PutRolePolicy) || ($.eventName=PutUserPolicy) || ($.eventName=CreatePolicy) || ($.eventName=DeletePolicy) || ($.eventName=CreatePolicyVersion) || ($.eventName=DeletePolicyVersion) || ($.eventName=AttachRolePolicy) || ($.eventName=DetachRolePolicy) || ($.eventName=AttachUserPolicy) || ($.eventName=DetachUserPolicy) || ($.eventName=AttachGroupPolicy) || ($.eventName=DetachGroupPolicy))}',
    '{ $.eventSource = "iam.amazonaws.com" && $.eventName = "*Policy*" }',
  ],
  'cloudtrail-changes': [
    '{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}',
    '{ $.eventSource = cloudtrail.amazonaws.com && $.readOnly IS FALSE }',
  ],
};

describe.each(EVENT_CLASSES)('events of $id', ({ id, pattern, events }) => {
  it('are counted by what we recommend, and by what benchmarks print', () => {
    for (const text of [pattern, ...PATTERNS[id]!]) {
      const filter = readFilterPattern(text)!;
      expect(events.filter(({ event }) => !filter(event)).map(({ name }) => name)).toEqual([]);
    }
  });

  it('are not counted by what is recommended for others, but for those of root', () => {
    const strangers = EVENT_CLASSES.filter((other) => other.id !== id).filter((other) =>
      events.every(({ event }) => readFilterPattern(other.pattern)!(event)),
    );
    expect(strangers).toEqual([]);
  });
});
