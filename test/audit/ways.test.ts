import { describe, expect, it } from 'vitest';
import { reachOf, type Subject, subjectOf } from '../../src/audit/policy/access.ts';
import { COMBINATIONS, type Combination } from '../../src/audit/policy/combinations.ts';
import { parseDocument } from '../../src/audit/policy/document.ts';
import type { Permissions, PolicySource } from '../../src/audit/policy/sources.ts';
import {
  type GroupTarget,
  groupTargetOf,
  openWays,
  type Target,
  targetOf,
  type Way,
} from '../../src/audit/policy/ways.ts';

const ACCOUNT = '111122223333';
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:${name}`;
const subject = (name: string): Subject =>
  subjectOf({ accountId: ACCOUNT, partition: 'aws' }, { arn: arnOf(name), name: name.split('/').at(-1)! });
const CI = subject('user/ci');

interface Given {
  Effect?: 'Allow' | 'Deny';
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: object;
}
const allow = (Action: unknown, Resource: unknown = '*', more: Given = {}): Given => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown = '*', more: Given = {}): Given => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
const source = (label: string, ...statements: Given[]): PolicySource => ({
  label,
  statements: parseDocument(JSON.stringify({ Statement: statements })),
});
const may = (...statements: Given[]): Permissions => ({ sources: [source('p', ...statements)] });
const passedTo = (service: string, operator = 'StringEquals') => ({
  Condition: { [operator]: { 'iam:PassedToService': service } },
});

const ADMINISTRATOR = may(allow('*'));
const HARMLESS = may(allow('s3:Get*'));

/** With policies from which its rights follow, as in the check. */
function target(
  name: string,
  permissions: Permissions,
  service: string | object = 'lambda.amazonaws.com',
): Target {
  const own = subject(name);
  const holder = { name: own.name, arn: own.arn, path: '/', createdAt: 0, inline: [], attached: [] };
  const trust = {
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: typeof service === 'string' ? { Service: service } : service,
    },
  };
  const principal = name.startsWith('role/')
    ? { ...holder, tags: new Map(), trust: JSON.stringify(trust) }
    : { ...holder, id: 'AIDAEXAMPLE', tags: new Map(), groups: [] };
  return targetOf(principal, reachOf(permissions, own), permissions, own);
}

const ways = (permissions: Permissions, targets: Target[], who = CI, groups: GroupTarget[] = []) =>
  openWays(targets, groups).waysOf(permissions, who);
const text = ({ steps }: Way) => steps.map(({ action }) => action).join(' + ');

const DEPLOY = target('role/deploy', ADMINISTRATOR);
const LAMBDA = ['lambda:CreateFunction', 'lambda:InvokeFunction'];
const PASS = 'iam:PassRole';

/** Every selection of one action from each list. */
function selections({ starts = [] }: Combination): string[][] {
  return starts.reduce<string[][]>(
    (found, actions) => found.flatMap((before) => actions.map((action) => [...before, action])),
    [[]],
  );
}

/** What is assumed leads up only where it was no administrator before, and has tests of its own. */
const TAKING = COMBINATIONS.filter(({ isAssumed }) => !isAssumed);
const CASES = TAKING.flatMap((combination) =>
  selections(combination).map((starts) => ({
    name: [combination.action, ...starts].join(' + '),
    combination,
    starts,
    actions: [combination.action, ...starts],
  })),
);

describe.each(CASES)('$name', ({ combination, starts, actions, name }) => {
  const victim = target(`${combination.on}/boss`, ADMINISTRATOR, combination.services?.[0]);
  // Rights that are asked of the target are narrowed to it: on anything they would be enough alone.
  const statements = [allow(combination.action, victim.arn), ...starts.map((action) => allow(action))];

  it('leads up when all of it is allowed, whichever policies say so', () => {
    expect(ways(may(...statements), [victim]).map(text)).toEqual([name]);
    const apart = { sources: statements.map((statement, i) => source(`p${i}`, statement)) };
    const [way] = ways(apart, [victim]);
    expect(way!.steps.map(({ action, via, isConditional }) => [action, via, isConditional])).toEqual(
      actions.map((action, i) => [action, `p${i}`, false]),
    );
    expect(way!.target).toBe(victim);
  });

  it.each(actions)('does not without %s', (missing) => {
    const others = statements.filter(({ Action }) => Action !== missing);
    expect(ways(may(...others), [victim])).toEqual([]);
    expect(ways(may(...statements, deny(missing)), [victim])).toEqual([]);
    expect(
      ways({ sources: [source('p', ...statements)], boundary: source('b', ...others) }, [victim]),
    ).toEqual([]);
  });

  it('does not where the target is no administrator, or not within the rights', () => {
    const harmless = target(`${combination.on}/boss`, HARMLESS, combination.services?.[0]);
    expect(ways(may(...statements), [harmless])).toEqual([]);
    const other = target(`${combination.on}/other`, ADMINISTRATOR, combination.services?.[0]);
    expect(ways(may(...statements), [other])).toEqual([]);
  });
});

it.each(CASES.filter(({ combination }) => combination.services))(
  '$name does not where the role trusts another service',
  ({ actions }) => {
    const boss = target('role/boss', ADMINISTRATOR, 'backup.amazonaws.com');
    expect(ways(may(allow(actions)), [boss])).toEqual([]);
  },
);

describe('a role that is passed', () => {
  const up = (pass: Given[], more: Given[] = [allow(LAMBDA)]) =>
    ways(may(...pass, ...more), [DEPLOY]).map(text);
  const FOUND = ['iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction'];

  it.each([
    ['by its name', [allow(PASS, DEPLOY.arn)]],
    ['by a pattern', [allow('iam:Pass*', arnOf('role/de*'))]],
    [
      'by NotAction and NotResource',
      [
        {
          Effect: 'Allow' as const,
          NotAction: ['s3:*', 'iam:U*', 'lambda:U*'],
          NotResource: arnOf('user/*'),
        },
      ],
    ],
    ['to this service', [allow(PASS, '*', passedTo('lambda.amazonaws.com'))]],
    ['to any service', [allow(PASS, '*', passedTo('*.amazonaws.com', 'StringLike'))]],
    ['to all but another', [allow(PASS, '*', passedTo('ec2.amazonaws.com', 'StringNotEquals'))]],
    ['in spite of a Deny for another', [allow(PASS), deny(PASS, '*', passedTo('ec2.amazonaws.com'))]],
    ['in spite of a Deny of another role', [allow(PASS), deny(PASS, arnOf('role/other'))]],
    [
      'in spite of a Deny under a condition',
      [allow(PASS), deny(PASS, '*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    ],
  ])('leads up %s', (_, pass) => {
    expect(up(pass)).toEqual(FOUND);
  });

  it.each([
    ['of a harmless name', [allow(PASS, arnOf('role/app-*'))]],
    ['to another service', [allow(PASS, '*', passedTo('ec2.amazonaws.com'))]],
    ['to all but this service', [allow(PASS, '*', passedTo('lambda.amazonaws.com', 'StringNotEquals'))]],
    ['with a Deny of administrators', [allow(PASS), deny(PASS, arnOf('role/deploy'))]],
    [
      'with a Deny but for another service',
      [allow(PASS), deny(PASS, '*', passedTo('ec2.amazonaws.com', 'StringNotEqualsIfExists'))],
    ],
    ['with a Deny to this service', [allow(PASS), deny(PASS, '*', passedTo('lambda.amazonaws.com'))]],
  ])('does not %s', (_, pass) => {
    expect(up(pass)).toEqual([]);
  });

  it('is one under a condition when any of the rights is', () => {
    const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
    const [way] = ways(may(allow(PASS), allow(LAMBDA, '*', mfa)), [DEPLOY]);
    expect(way!.steps.map(({ isConditional }) => isConditional)).toEqual([false, true, true]);
  });

  it('goes by the names of services in China', () => {
    const role = target('role/deploy', ADMINISTRATOR, 'ec2.amazonaws.com.cn');
    const rights = may(allow(PASS, '*', passedTo('ec2.amazonaws.com.cn')), allow('ec2:RunInstances'));
    expect(ways(rights, [role])).toHaveLength(1);
  });

  it('counts when it can become an administrator by one action', () => {
    const role = target('role/iam', may(allow('iam:PutUserPolicy')));
    expect(ways(may(allow([PASS, ...LAMBDA])), [role])).toHaveLength(1);
  });

  it('is the role of whom it is about only for others', () => {
    expect(ways(may(allow([PASS, ...LAMBDA])), [DEPLOY], subject('role/deploy'))).toEqual([]);
  });

  it.each<[string, Given[], boolean]>([
    ['functions of some names', [allow(LAMBDA, `arn:aws:lambda:*:${ACCOUNT}:function:app-*`)], true],
    ['one function', [allow(LAMBDA, `arn:aws:lambda:eu-west-3:${ACCOUNT}:function:app`)], true],
    ['a bucket', [allow('*', 'arn:aws:s3:::bucket/*')], false],
    ['functions, but some', [allow(LAMBDA), deny('lambda:*', 'arn:aws:lambda:*:*:function:app-*')], true],
    [
      'functions of some names, but none',
      [
        allow(LAMBDA, `arn:aws:lambda:*:${ACCOUNT}:function:app-*`),
        deny('lambda:*', 'arn:aws:lambda:*:*:function:*'),
      ],
      false,
    ],
  ])('leads up with rights on %s: %#', (_, starts, isUp) => {
    expect(up([allow(PASS)], starts)).toEqual(isUp ? FOUND : []);
  });

  it.each<[string, Given[], boolean]>([
    ['instances', [allow('ssm:StartSession', 'arn:aws:ec2:*:*:instance/*')], true],
    ['documents', [allow('ssm:SendCommand', 'arn:aws:ssm:*:*:document/*')], true],
    ['instances', [allow('ec2-instance-connect:*', 'arn:aws:ec2:*:*:instance/i-1')], true],
    ['a bucket', [allow('ssm:*', 'arn:aws:s3:::bucket')], false],
    ['what they are not about', [allow('ec2-instance-connect:*', 'arn:aws:ssm:*:*:document/*')], false],
  ])('leads up by shells with rights on %s: %#', (_, shell, isUp) => {
    const role = target('role/deploy', ADMINISTRATOR, 'ec2.amazonaws.com');
    const rights = may(allow([PASS, 'ec2:AssociateIamInstanceProfile']), ...shell);
    expect(ways(rights, [role])).toHaveLength(isUp ? 1 : 0);
  });

  it('is not known to lead up where it could not be read', () => {
    const broken: Permissions = { sources: [{ label: 'broken', statements: undefined }] };
    const unread = target('role/unread', broken);
    const untold = { ...DEPLOY, arn: arnOf('role/untold'), trust: undefined };
    const rights = may(allow([PASS, ...LAMBDA]));
    expect(ways(rights, [unread])).toMatchObject([{ doubt: 'rights' }]);
    expect(ways(rights, [untold]).every(({ doubt }) => doubt === 'trust')).toBe(true);
    expect(ways(rights, [untold])).not.toEqual([]);
    const certain = ways(rights, [unread, untold, DEPLOY]);
    expect(certain).toHaveLength(1);
    expect(certain[0]).toMatchObject({ target: DEPLOY });
    expect(certain[0]).not.toHaveProperty('doubt');
  });
});

describe('a user or role that can be made an administrator', () => {
  const APP = target('role/app-1', HARMLESS);
  const put = allow('iam:PutRolePolicy', arnOf('role/app-*'));

  it('leads up as one that is', () => {
    expect(ways(may(put, allow(PASS, APP.arn), allow(LAMBDA)), [APP]).map(text)).toEqual([
      'iam:PutRolePolicy + iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction',
    ]);
    expect(ways(may(put, allow('iam:UpdateAssumeRolePolicy', APP.arn)), [APP]).map(text)).toEqual([
      'iam:PutRolePolicy + iam:UpdateAssumeRolePolicy',
    ]);
    const someone = target('user/someone', HARMLESS);
    const rights = may(allow('iam:AttachUserPolicy', someone.arn), allow('iam:CreateAccessKey', someone.arn));
    expect(ways(rights, [someone]).map(text)).toEqual(['iam:AttachUserPolicy + iam:CreateAccessKey']);
  });

  describe('and assumed', () => {
    const trusting = (AWS: unknown, permissions = HARMLESS) => target('role/app-1', permissions, { AWS });
    const assume = allow('sts:AssumeRole', APP.arn);
    const UP = ['iam:PutRolePolicy + sts:AssumeRole'];

    it.each([
      ['it trusts the account', trusting(ACCOUNT), [put, assume], UP],
      ['it trusts root, and so the account', trusting(arnOf('root')), [put, assume], UP],
      ['it trusts whoever asks by name', trusting(CI.arn), [put], UP],
      ['it trusts everybody, as by name', trusting('*'), [put], UP],
      ['it trusts another', trusting(arnOf('user/other')), [put, assume], []],
      ['it trusts a service', APP, [put, assume], []],
      ['it trusts the account, and nobody may assume it', trusting(ACCOUNT), [put], []],
      ['assuming it is denied', trusting(CI.arn), [put, deny('sts:*')], []],
      ['it can only be assumed', trusting(ACCOUNT), [assume], []],
      ['it was an administrator before, as is meant', trusting(ACCOUNT, ADMINISTRATOR), [put, assume], []],
    ])('where %s', (_, role, statements, expected) => {
      expect(ways(may(...statements), [role]).map(text)).toEqual(expected);
    });

    it('leads nowhere new whatever it may do, where that could not be read', () => {
      const broken: Permissions = { sources: [{ label: 'broken', statements: undefined }] };
      expect(ways(may(assume), [trusting(ACCOUNT, broken)])).toEqual([]);
      expect(ways(may(put, assume), [trusting(ACCOUNT, broken)]).map(text)).toEqual(UP);
    });

    it('is not known to lead up where its trust could not be read', () => {
      const untold = { ...APP, trust: undefined };
      expect(ways(may(put, assume), [untold])).toMatchObject([{ doubt: 'trust' }]);
    });
  });

  it('does not by rights on two different ones', () => {
    const other = target('role/other', HARMLESS);
    expect(ways(may(put, allow(PASS, other.arn), allow(LAMBDA)), [APP, other])).toEqual([]);
  });

  it('does not when a boundary keeps it low, and does when the boundary is wide', () => {
    const within = (boundary: PolicySource) => target('role/app-1', { ...HARMLESS, boundary });
    const rights = may(put, allow(PASS, APP.arn), allow(LAMBDA));
    expect(ways(rights, [within(source('b', allow('s3:*')))])).toEqual([]);
    expect(ways(rights, [within(source('b', allow('*')))])).toHaveLength(1);
  });

  describe('once its boundary is off', () => {
    const LIMITS = arnOf('policy/limits');
    const held = (permissions: Permissions, name = 'role/app-1', ...more: Given[]) =>
      target(name, { ...permissions, boundary: { ...source('b', allow('s3:*'), ...more), arn: LIMITS } });
    const off = allow('iam:DeleteRolePermissionsBoundary', APP.arn);
    const pass = [allow(PASS, APP.arn), allow(LAMBDA)];
    const PASSING = 'iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction';
    const up = (statements: Given[], role: Target) => ways(may(...statements), [role]).map(text);

    it.each<[string, Given]>([
      ['iam:DeleteRolePermissionsBoundary', off],
      ['iam:PutRolePermissionsBoundary', allow('iam:Put*Boundary', APP.arn)],
      ['iam:CreatePolicyVersion', allow('iam:CreatePolicyVersion', LIMITS)],
    ])('leads up by %s', (action, lift) => {
      expect(up([lift, ...pass], held(ADMINISTRATOR))).toEqual([`${action} + ${PASSING}`]);
      expect(up([lift, put, ...pass], held(ADMINISTRATOR))).toEqual([`${action} + ${PASSING}`]);
      expect(up([lift, put, ...pass], held(HARMLESS))).toEqual([
        `${action} + iam:PutRolePolicy + ${PASSING}`,
      ]);
      expect(up([lift, ...pass], held(HARMLESS))).toEqual([]);
      expect(up([put, ...pass], held(HARMLESS))).toEqual([]);
      expect(up(pass, held(ADMINISTRATOR))).toEqual([]);
    });

    it('leads up where the role can take it off', () => {
      const itself = held(HARMLESS, 'role/app-1', allow('iam:DeleteRolePermissionsBoundary', APP.arn));
      expect(up([put, ...pass], itself)).toEqual([`iam:PutRolePolicy + ${PASSING}`]);
      const another = held(HARMLESS, 'role/app-1', allow('iam:DeleteRolePermissionsBoundary', CI.arn));
      expect(up([put, ...pass], another)).toEqual([]);
    });

    it('leads up where what the boundary lets it do is a way up', () => {
      const further = [allow(PASS, DEPLOY.arn), allow(LAMBDA)];
      const rights = may(put, ...pass);
      const PUT = [`iam:PutRolePolicy + ${PASSING}`];
      expect(ways(rights, [DEPLOY, held(HARMLESS, 'role/app-1', ...further)]).map(text)).toEqual(PUT);
      expect(ways(rights, [DEPLOY, held(HARMLESS, 'role/app-1', further[1]!)])).toEqual([]);
      expect(ways(rights, [held(HARMLESS, 'role/app-1', ...further)])).toEqual([]);
    });

    it('is not known to lead up where the policies of the role could not be read', () => {
      const broken = held({ sources: [{ label: 'broken', statements: undefined }] });
      expect(ways(may(off, ...pass), [broken])).toMatchObject([{ doubt: 'rights' }]);
    });

    it('leads up by a user that is an administrator then', () => {
      const boss = held(ADMINISTRATOR, 'user/boss');
      const own = [allow('iam:DeleteUser*', boss.arn), allow('iam:CreateAccessKey', boss.arn)];
      expect(up(own, boss)).toEqual(['iam:DeleteUserPermissionsBoundary + iam:CreateAccessKey']);
      expect(up(own.slice(1), boss)).toEqual([]);
    });

    it('leads up where whoever asks takes off its own', () => {
      const within = (...statements: Given[]): Permissions => ({
        ...may(allow([PASS, ...LAMBDA, 'iam:Delete*'])),
        boundary: source('b', allow('s3:*'), ...statements),
      });
      const mine = allow('iam:DeleteUserPermissionsBoundary', CI.arn);
      expect(ways(within(mine), [DEPLOY]).map(text)).toEqual([
        `iam:DeleteUserPermissionsBoundary + ${PASSING}`,
      ]);
      expect(ways(within(), [DEPLOY])).toEqual([]);
      expect(ways(within(mine), [target('role/deploy', HARMLESS)])).toEqual([]);
    });
  });

  it.each([
    ['aws:policy/ReadOnlyAccess', 0],
    ['aws:policy/AdministratorAccess', 1],
    [`${ACCOUNT}:policy/app-*`, 0],
    ['*:policy/*', 1],
  ])('goes by which policies may be attached: %s', (policy, found) => {
    const Condition = { ArnLike: { 'iam:PolicyARN': `arn:aws:iam::${policy}` } };
    const attach = allow('iam:AttachRolePolicy', arnOf('role/app-*'), { Condition });
    expect(ways(may(attach, allow(PASS, APP.arn), allow(LAMBDA)), [APP])).toHaveLength(found);
  });
});

describe('a group', () => {
  const group = (name: string, permissions: Permissions) =>
    groupTargetOf({ arn: arnOf(`group/${name}`) }, permissions, CI);
  const ADMINS = group('admins', ADMINISTRATOR);
  const join = allow('iam:AddUserToGroup', ADMINS.arn);
  const SOMEONE = target('user/someone', HARMLESS);
  const take = allow('iam:CreateAccessKey', SOMEONE.arn);

  it('leads up when it has administrator rights and a user may join it', () => {
    const [way, ...more] = ways(may(join), [], CI, [group('readers', HARMLESS), ADMINS]);
    expect(way).toMatchObject({
      target: ADMINS,
      steps: [{ action: 'iam:AddUserToGroup', on: ADMINS.arn, via: 'p' }],
    });
    expect(way).not.toHaveProperty('doubt');
    expect(more).toEqual([]);
  });

  it('does when its rights are enough for whoever is in it', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policies.
    const selfMade = may(allow('iam:PutUserPolicy', 'arn:aws:iam::*:user/${aws:username}'));
    const makers = group('admins', selfMade);
    expect(ways(may(join), [], CI, [makers])).toHaveLength(1);
    const alone = group('admins', may(allow('iam:PutGroupPolicy', ADMINS.arn)));
    expect(ways(may(join), [], CI, [alone])).toHaveLength(1);
  });

  it.each<[string, Permissions, GroupTarget, Subject]>([
    ['it is harmless', may(join), group('admins', HARMLESS), CI],
    ['another may be joined', may(join), group('chiefs', ADMINISTRATOR), CI],
    ['joining is denied', may(join, deny('iam:AddUserToGroup')), ADMINS, CI],
    ['a role would have to join', may(join), ADMINS, subject('role/app')],
    ['a Deny stays', may(join, deny('*', '*'), allow('s3:*')), ADMINS, CI],
    [
      'a boundary stays',
      { ...may(join), boundary: source('b', allow('iam:AddUserToGroup', ADMINS.arn), allow('s3:*')) },
      ADMINS,
      CI,
    ],
  ])('does not where %s', (_, permissions, other, who) => {
    expect(ways(permissions, [], who, [other])).toEqual([]);
  });

  it('is not known to lead up where its policies could not be read', () => {
    const broken = group('admins', { sources: [{ label: 'broken', statements: undefined }] });
    expect(ways(may(join), [], CI, [broken])).toMatchObject([{ doubt: 'rights', target: broken }]);
    expect(ways(may(join), [], CI, [broken, ADMINS])[0]).not.toHaveProperty('doubt');
    expect(ways(may(allow('iam:ListGroups')), [], CI, [broken])).toEqual([]);
  });

  it('makes an administrator of another user, by whom one has to be able to act', () => {
    const app = subject('role/app');
    const steps = ['iam:AddUserToGroup + iam:CreateAccessKey'];
    expect(ways(may(join, take), [SOMEONE], app, [ADMINS]).map(text)).toEqual(steps);
    expect(ways(may(join), [SOMEONE], app, [ADMINS])).toEqual([]);
    expect(ways(may(join, take), [SOMEONE], app, [group('admins', HARMLESS)])).toEqual([]);
    const broken = group('admins', { sources: [{ label: 'broken', statements: undefined }] });
    expect(ways(may(join, take), [SOMEONE], app, [broken])).toMatchObject([{ doubt: 'rights' }]);
    expect(ways(may(join, take), [SOMEONE], app, [broken, ADMINS])[0]).not.toHaveProperty('doubt');
    const role = target('role/other', HARMLESS);
    expect(ways(may(join, allow(PASS, role.arn), allow(LAMBDA)), [role], app, [ADMINS])).toEqual([]);
  });
});

describe('what the rights of another come from', () => {
  const DEVS = arnOf('group/devs');
  const POLICY = arnOf('policy/dev');
  const held: Permissions = {
    sources: [{ ...source('dev', allow('s3:Get*')), arn: POLICY }],
    groups: [DEVS],
  };
  const someone = target('user/someone', held);
  const take = allow('iam:CreateAccessKey', someone.arn);

  it.each([
    ['iam:AttachGroupPolicy', DEVS],
    ['iam:PutGroupPolicy', DEVS],
    ['iam:CreatePolicyVersion', POLICY],
    ['iam:SetDefaultPolicyVersion', POLICY],
  ])('leads up by %s', (action, on) => {
    const [way] = ways(may(allow(action, on), take), [someone]);
    expect(way!.steps.map((step) => [step.action, step.on])).toEqual([
      [action, on],
      ['iam:CreateAccessKey', someone.arn],
    ]);
    expect(ways(may(allow(action, on)), [someone])).toEqual([]);
    expect(ways(may(allow(action, `${on}-2`), take), [someone])).toEqual([]);
  });

  it('leads up to roles by their policies', () => {
    const role = target('role/app', { sources: held.sources });
    const rights = may(allow('iam:CreatePolicyVersion', POLICY), allow(PASS, role.arn), allow(LAMBDA));
    expect(ways(rights, [role]).map(text)).toEqual([
      'iam:CreatePolicyVersion + iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction',
    ]);
  });
});

it('own keys lead nowhere, those of an administrator do', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policies.
  const OWN = may(allow('iam:*AccessKey*', 'arn:aws:iam::*:user/${aws:username}'));
  const boss = target('user/boss', ADMINISTRATOR);
  expect(ways(OWN, [boss, target('user/ci', HARMLESS)])).toEqual([]);
  expect(ways(OWN, [boss], subject('user/boss'))).toEqual([]);
  expect(ways(may(allow('iam:*AccessKey*', boss.arn)), [boss]).map(text)).toEqual(['iam:CreateAccessKey']);
});
