import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const document = (Action: unknown, Resource: unknown = '*') => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});

const account = () =>
  openSandbox({
    accounts: [
      {
        id: ACCOUNT,
        policies: {
          everything: document('*'),
          reads: document('s3:Get*'),
          buckets: document(['s3:*', 'sqs:*']),
        },
        groups: [{ name: 'admins', policies: ['AdministratorAccess'] }],
        users: [
          { name: 'attached', policies: ['AdministratorAccess'] },
          { name: 'inline', inline: { all: document('*:*') } },
          { name: 'member', groups: ['admins'] },
          { name: 'custom', policies: [`arn:aws:iam::${ACCOUNT}:policy/everything`] },
          {
            name: 'bounded',
            policies: ['AdministratorAccess'],
            boundary: `arn:aws:iam::${ACCOUNT}:policy/reads`,
          },
          { name: 'iam', policies: ['IAMFullAccess'] },
          { name: 'reader', policies: [`arn:aws:iam::${ACCOUNT}:policy/buckets`] },
        ],
        roles: [
          { name: 'deploy', policies: ['AdministratorAccess'] },
          {
            name: 'AWSReservedSSO_Admin_0123',
            path: '/aws-reserved/sso.amazonaws.com/',
            policies: ['AdministratorAccess'],
          },
          {
            name: 'AWSServiceRoleForX',
            path: '/aws-service-role/x.amazonaws.com/',
            inline: { x: document('*') },
          },
        ],
      },
    ],
  });

describe('administrators', () => {
  it('are found by whichever way they are', async () => {
    const sandbox = await account();
    const verdicts = await judge(sandbox, 'user-administrators');
    expect(
      verdicts.map(({ resource, status, evidence }) => [resource.split('/')[1], status, evidence]),
    ).toEqual([
      ['attached', 'FAIL', 'every action on every resource, by AdministratorAccess, attached'],
      ['inline', 'FAIL', 'every action on every resource, by all, inline'],
      ['member', 'FAIL', 'every action on every resource, by AdministratorAccess, attached to group admins'],
      ['custom', 'FAIL', 'every action on every resource, by everything, attached'],
      ['bounded', 'PASS', 'no administrator'],
      ['iam', 'PASS', 'no administrator'],
      ['reader', 'PASS', 'no administrator'],
    ]);
    expect(await statusesOf(sandbox, 'role-administrators')).toEqual({
      deploy: 'FAIL',
      AWSReservedSSO_Admin_0123: 'PASS',
      SandboxAdmin: 'FAIL',
      OrganizationAccountAccessRole: 'FAIL',
    });
    expect(await statusesOf(sandbox, 'admin-policies')).toEqual({ everything: 'FAIL', buckets: 'PASS' });
    expect(await judge(sandbox, 'wildcard-services')).toMatchObject([
      { status: 'FAIL', evidence: 'every action of every service on every resource' },
      { status: 'FAIL', evidence: 'every action of s3, sqs on every resource' },
    ]);
  });

  it('are found among thousands, page by page, by one kind of call', async () => {
    const users = Array.from({ length: 120 }, (_, i) => ({
      name: `u${i}`,
      policies: i === 117 ? ['AdministratorAccess'] : [],
    }));
    const sandbox = await openSandbox(users);
    sandbox.control.settings.pageSize = 7;
    const verdicts = await judge(sandbox, 'user-administrators');
    expect(verdicts).toHaveLength(120);
    expect(verdicts.filter(({ status }) => status === 'FAIL').map(({ resource }) => resource)).toEqual([
      `arn:aws:iam::${ACCOUNT}:user/u117`,
    ]);
    expect(new Set(sandbox.control.journal.map(({ action }) => action))).toEqual(
      new Set(['GetCallerIdentity', 'GetAccountAuthorizationDetails']),
    );
  });

  it.each(['user-administrators', 'role-administrators', 'admin-policies', 'wildcard-services'])(
    'are unknown to %s where policies are denied',
    async (id) => {
      const sandbox = await openSandbox([]);
      deny(sandbox, 'GetAccountAuthorizationDetails');
      expect(await statusesOf(sandbox, id)).toEqual({ root: 'UNKNOWN' });
    },
  );

  it('are no matter where there is nobody, and no policy', async () => {
    const sandbox = await openSandbox([]);
    for (const id of ['user-administrators', 'admin-policies', 'wildcard-services'])
      expect(await statusesOf(sandbox, id)).toEqual({ root: 'N/A' });
    sandbox.control.world.settings.isAuthorizing = false;
    sandbox.control.world.accounts.get(ACCOUNT)!.roles.clear();
    expect(await statusesOf(sandbox, 'role-administrators')).toEqual({ root: 'N/A' });
  });

  it('are found in the partition of the account', async () => {
    const users = [{ name: 'ops', policies: ['AdministratorAccess'] }];
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, partition: 'aws-cn', users }] });
    expect(await judge(sandbox, 'user-administrators')).toMatchObject([
      { status: 'FAIL', resource: `arn:aws-cn:iam::${ACCOUNT}:user/ops` },
    ]);
  });
});

describe('unused-services', () => {
  const of = (lastAccessed: Record<string, string>, created = '400d') =>
    openSandbox([{ name: 'ci', created, inline: { own: document(['s3:Get*', 'sqs:*']) }, lastAccessed }]);
  const only = async (sandbox: Awaited<ReturnType<typeof of>>) =>
    (await judge(sandbox, 'unused-services')).filter(({ resource }) => resource.endsWith('/ci'));

  it('fails with what was not used for long, and passes when all was', async () => {
    expect(await only(await of({ s3: '3d', sqs: '200d' }))).toMatchObject([
      { status: 'FAIL', evidence: '1 of 2 services not used in 90 days: sqs' },
    ]);
    expect(await only(await of({ s3: '3d', sqs: '80d' }))).toMatchObject([{ status: 'PASS' }]);
  });

  it('is N/A for the young', async () => {
    expect(await only(await of({}, '20d'))).toMatchObject([{ status: 'N/A' }]);
  });

  it('waits for AWS, but not for ever', async () => {
    const sandbox = await of({ s3: '3d', sqs: '1d' });
    sandbox.control.settings.reportDelayMs = 5_000;
    expect(await only(sandbox)).toMatchObject([{ status: 'PASS' }]);
    sandbox.control.settings.reportDelayMs = 600_000;
    expect(await only(sandbox)).toMatchObject([{ status: 'UNKNOWN' }]);
  });

  it('is unknown once, not for everybody, where it is denied', async () => {
    const sandbox = await of({});
    deny(sandbox, 'GenerateServiceLastAccessedDetails');
    expect(await judge(sandbox, 'unused-services')).toMatchObject([
      { status: 'UNKNOWN', action: 'iam:GenerateServiceLastAccessedDetails' },
    ]);
  });
});

describe('group-permissions', () => {
  it('fails for policies of one user, by name, with the command', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          groups: [{ name: 'readers', policies: ['ReadOnlyAccess'] }],
          users: [
            { name: 'alice', groups: ['readers'] },
            { name: 'bob', policies: ['ReadOnlyAccess'], inline: { extra: document('s3:Get*') } },
          ],
        },
      ],
    });
    expect(await judge(sandbox, 'group-permissions')).toMatchObject([
      { status: 'PASS' },
      {
        status: 'FAIL',
        evidence: 'has ReadOnlyAccess, extra',
        fix: {
          cli: 'aws iam add-user-to-group --user-name bob --group-name GROUP && aws iam detach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess && aws iam delete-user-policy --user-name bob --policy-name extra',
        },
      },
    ]);
  });

  it('leaves aside what contains a leak, and says so', async () => {
    const sandbox = await openSandbox([{ name: 'bob', policies: ['AWSCompromisedKeyQuarantineV3'] }]);
    expect(await judge(sandbox, 'group-permissions')).toMatchObject([
      { status: 'PASS', evidence: 'no policy of its own (AWSCompromisedKeyQuarantineV3 aside)' },
    ]);
  });

  it('is unknown where it is denied, and N/A without users', async () => {
    const sandbox = await openSandbox([]);
    expect(await statusesOf(sandbox, 'group-permissions')).toEqual({ root: 'N/A' });
    deny(sandbox, 'GetAccountAuthorizationDetails');
    expect(await statusesOf(sandbox, 'group-permissions')).toEqual({ root: 'UNKNOWN' });
  });
});

describe('quarantined-principals', () => {
  it('is critical for whom AWS knows a leak of, by any version of the policy', async () => {
    const sandbox = await openSandbox([
      { name: 'bob', policies: ['AWSCompromisedKeyQuarantineV2'] },
      { name: 'old', inline: { AWSExposedCredentialPolicy_DO_NOT_REMOVE: document('s3:Get*') } },
      { name: 'fine', inline: { MyAWSCompromisedKeyQuarantine: document('s3:Get*') } },
    ]);
    expect(await statusesOf(sandbox, 'quarantined-principals')).toEqual({ bob: 'FAIL', old: 'FAIL' });
  });

  it('passes, is unknown, and is N/A', async () => {
    const sandbox = await openSandbox([{ name: 'alice' }]);
    expect(await statusesOf(sandbox, 'quarantined-principals')).toEqual({ root: 'PASS' });
    deny(sandbox, 'GetAccountAuthorizationDetails');
    expect(await statusesOf(sandbox, 'quarantined-principals')).toEqual({ root: 'UNKNOWN' });
    const empty = await openSandbox([]);
    empty.control.world.settings.isAuthorizing = false;
    empty.control.world.accounts.get(ACCOUNT)!.roles.clear();
    expect(await statusesOf(empty, 'quarantined-principals')).toEqual({ root: 'N/A' });
  });
});
