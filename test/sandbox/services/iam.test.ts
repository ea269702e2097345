import {
  AttachUserPolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  ListVirtualMFADevicesCommand,
  PutUserPolicyCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListUsers,
  SimulatePrincipalPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNT, adminOf, closeSandboxes, openSandbox, outcomeOf } from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

const HOUR_MS = 3_600_000;
const names = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `user-${String(i).padStart(3, '0')}` }));

describe('a list', () => {
  it('has a hundred on a page where nothing else was asked for', async () => {
    const { iam } = adminOf(await openSandbox(names(130)));
    const first = await iam.send(new ListUsersCommand({}));
    expect([first.Users?.length, first.IsTruncated]).toEqual([100, true]);
    const second = await iam.send(new ListUsersCommand({ Marker: first.Marker }));
    expect([second.Users?.length, second.IsTruncated, second.Marker]).toEqual([30, false, undefined]);
  });

  it('has pages as short as the sandbox likes, and all of them together are whole', async () => {
    const sandbox = await openSandbox(names(7));
    sandbox.control.settings.pageSize = 2;
    const seen: string[] = [];
    for await (const { Users = [] } of paginateListUsers({ client: adminOf(sandbox).iam, pageSize: 5 }, {}))
      seen.push(...Users.map(({ UserName }) => UserName!));
    expect(seen).toEqual(names(7).map(({ name }) => name));
  });

  it('also pages keys and tags', async () => {
    const sandbox = await openSandbox([{ name: 'ci', tags: { a: '1', b: '2' }, keys: [{}, {}] }]);
    sandbox.control.settings.pageSize = 1;
    const { iam } = adminOf(sandbox);
    expect(await iam.send(new ListAccessKeysCommand({ UserName: 'ci' }))).toMatchObject({
      IsTruncated: true,
    });
    expect(await iam.send(new ListUserTagsCommand({ UserName: 'ci' }))).toMatchObject({
      IsTruncated: true,
      Tags: [{ Key: 'a' }],
    });
  });

  it('leaves tags of users out', async () => {
    const { iam } = adminOf(await openSandbox([{ name: 'ci', tags: { a: '1' } }]));
    expect((await iam.send(new ListUsersCommand({}))).Users?.[0]?.Tags).toBeUndefined();
  });

  it('refuses a page of nothing and a marker of somebody else', async () => {
    const { iam } = adminOf(await openSandbox());
    expect(await outcomeOf(iam.send(new ListUsersCommand({ MaxItems: 0 })))).toBe('ValidationError');
    expect(await outcomeOf(iam.send(new ListUsersCommand({ Marker: 'x' })))).toBe('ValidationError');
  });
});

describe('the credential report', () => {
  const generate = async (sandbox: Sandbox) =>
    (await adminOf(sandbox).iam.send(new GenerateCredentialReportCommand({}))).State;

  async function rows(sandbox: Sandbox): Promise<Record<string, string>[]> {
    const { Content } = await adminOf(sandbox).iam.send(new GetCredentialReportCommand({}));
    const [head = '', ...lines] = new TextDecoder().decode(Content).split('\n');
    const columns = head.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i]!, cell])));
  }

  it('has states, and is not there before', async () => {
    const sandbox = await openSandbox();
    sandbox.control.settings.reportDelayMs = 2000;
    const get = () => outcomeOf(adminOf(sandbox).iam.send(new GetCredentialReportCommand({})));
    expect(await get()).toBe('CredentialReportNotPresentException');
    expect(await generate(sandbox)).toBe('STARTED');
    expect(await get()).toBe('CredentialReportNotReadyException');
    sandbox.control.clock.advance(1000);
    expect(await generate(sandbox)).toBe('INPROGRESS');
    sandbox.control.clock.advance(1000);
    expect(await generate(sandbox)).toBe('COMPLETE');
    expect(await get()).toBe('ok');
  });

  it('is kept for four hours, whatever has happened since', async () => {
    const sandbox = await openSandbox([{ name: 'first' }]);
    await generate(sandbox);
    await generate(sandbox);
    await adminOf(sandbox).iam.send(new CreateUserCommand({ UserName: 'second' }));
    sandbox.control.clock.advance(4 * HOUR_MS - 1);
    expect(await generate(sandbox)).toBe('COMPLETE');
    expect((await rows(sandbox)).map(({ user }) => user)).toEqual(['<root_account>', 'first']);
    sandbox.control.clock.advance(1);
    expect(await outcomeOf(rows(sandbox))).toBe('CredentialReportExpiredException');
    expect(await generate(sandbox)).toBe('STARTED');
    expect(await generate(sandbox)).toBe('COMPLETE');
    expect((await rows(sandbox)).map(({ user }) => user)).toEqual(['<root_account>', 'first', 'second']);
  });

  it('tells of root and users, in their slots', async () => {
    const sandbox = await openSandbox({
      clock: '2026-06-01T00:00:00Z',
      accounts: [
        {
          id: ACCOUNT,
          root: { mfa: false, passwordLastUsed: '2026-05-01T00:00:00Z', keys: [{ status: 'Inactive' }] },
          users: [
            { name: 'ann', created: '2026-01-01T00:00:00Z', password: true, mfa: true },
            {
              name: 'ci',
              keys: [
                { created: '2026-02-01T00:00:00Z' },
                {
                  created: '2026-03-01T00:00:00Z',
                  lastUsed: { at: '2026-04-01T00:00:00Z', service: 'ec2', region: 'eu-west-1' },
                },
              ],
            },
          ],
        },
      ],
    });
    // The first slot becomes free; the second key stays in the second.
    const [first] = sandbox.control.keysOf(ACCOUNT, 'ci');
    await adminOf(sandbox).iam.send(
      new DeleteAccessKeyCommand({ UserName: 'ci', AccessKeyId: first!.accessKeyId }),
    );
    await generate(sandbox);
    await generate(sandbox);
    expect(await rows(sandbox)).toMatchObject([
      {
        user: '<root_account>',
        mfa_active: 'false',
        password_last_used: '2026-05-01T00:00:00+00:00',
        password_last_changed: 'not_supported',
        access_key_1_active: 'false',
        access_key_1_last_used_date: 'N/A',
      },
      {
        user: 'ann',
        user_creation_time: '2026-01-01T00:00:00+00:00',
        password_enabled: 'true',
        password_last_used: 'no_information',
        mfa_active: 'true',
        access_key_1_active: 'false',
        access_key_1_last_rotated: 'N/A',
      },
      {
        user: 'ci',
        password_enabled: 'false',
        password_last_used: 'N/A',
        access_key_1_active: 'false',
        access_key_1_last_rotated: 'N/A',
        access_key_2_active: 'true',
        access_key_2_last_rotated: '2026-03-01T00:00:00+00:00',
        access_key_2_last_used_date: '2026-04-01T00:00:00+00:00',
        access_key_2_last_used_region: 'eu-west-1',
        access_key_2_last_used_service: 'ec2',
      },
    ]);
  });
});

describe('a user', () => {
  it('cannot be deleted while it has anything', async () => {
    const sandbox = await openSandbox([
      { name: 'keyed', keys: [{}] },
      { name: 'signing-in', password: true },
      { name: 'powerful', policies: ['AdministratorAccess'] },
      { name: 'bare' },
    ]);
    const { iam } = adminOf(sandbox);
    const remove = (UserName: string) => outcomeOf(iam.send(new DeleteUserCommand({ UserName })));
    for (const name of ['keyed', 'signing-in', 'powerful'])
      expect(await remove(name)).toBe('DeleteConflictException');
    expect(await remove('bare')).toBe('ok');
    expect(await remove('bare')).toBe('NoSuchEntityException');
  });

  it('has one name whatever its case', async () => {
    const { iam } = adminOf(await openSandbox([{ name: 'ci' }]));
    expect(await outcomeOf(iam.send(new CreateUserCommand({ UserName: 'CI' })))).toBe(
      'EntityAlreadyExistsException',
    );
  });

  it('has fifty tags, ten policies and two kilobytes of inline ones at most', async () => {
    const { iam } = adminOf(await openSandbox([{ name: 'ci' }]));
    const Tags = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    expect(await outcomeOf(iam.send(new TagUserCommand({ UserName: 'ci', Tags })))).toBe(
      'LimitExceededException',
    );
    expect(await outcomeOf(iam.send(new TagUserCommand({ UserName: 'ci', Tags: Tags.slice(1) })))).toBe('ok');
    const policies = [
      'AdministratorAccess',
      'ReadOnlyAccess',
      'SecurityAudit',
      'IAMFullAccess',
      'IAMReadOnlyAccess',
      'SecretsManagerReadWrite',
      'IAMUserChangePassword',
      'AWSDenyAll',
      'AWSCompromisedKeyQuarantineV2',
      'AWSCompromisedKeyQuarantineV3',
    ];
    for (const name of policies)
      await iam.send(
        new AttachUserPolicyCommand({ UserName: 'ci', PolicyArn: `arn:aws:iam::aws:policy/${name}` }),
      );
    expect(
      (await iam.send(new GetAccountAuthorizationDetailsCommand({}))).UserDetailList?.[0]
        ?.AttachedManagedPolicies,
    ).toHaveLength(10);
    const wide = JSON.stringify({
      Statement: [{ Effect: 'Deny', Action: 'iam:*', Resource: `arn:${'x'.repeat(2048)}` }],
    });
    const put = new PutUserPolicyCommand({ UserName: 'ci', PolicyName: 'wide', PolicyDocument: wide });
    expect(await outcomeOf(iam.send(put))).toBe('LimitExceededException');
  });
});

describe('an account', () => {
  it('is summed up', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          root: { mfa: true, keys: [{}] },
          users: [{ name: 'a', mfa: true }, { name: 'b' }],
          groups: [{ name: 'g' }],
        },
      ],
    });
    const { SummaryMap } = await adminOf(sandbox).iam.send(new GetAccountSummaryCommand({}));
    expect(SummaryMap).toMatchObject({
      Users: 2,
      Groups: 1,
      MFADevices: 2,
      AccessKeysPerUserQuota: 2,
      AccountMFAEnabled: 1,
      AccountAccessKeysPresent: 1,
      AccountPasswordPresent: 1,
    });
  });

  it('lists virtual devices, that of root among them', async () => {
    const { iam } = adminOf(await openSandbox([{ name: 'ann', mfa: true }]));
    const { VirtualMFADevices } = await iam.send(new ListVirtualMFADevicesCommand({}));
    expect(VirtualMFADevices?.map(({ SerialNumber }) => SerialNumber?.split('/')[1])).toEqual([
      'root-account-mfa-device',
      'ann',
    ]);
  });

  it('gives all its details in pages that run over the kinds', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [{ name: 'a', inline: { p: { Statement: [] } } }, { name: 'b' }],
          groups: [{ name: 'g', policies: ['ReadOnlyAccess'] }],
        },
      ],
    });
    sandbox.control.settings.pageSize = 3;
    const kinds: string[] = [];
    for await (const page of paginateGetAccountAuthorizationDetails({ client: adminOf(sandbox).iam }, {})) {
      kinds.push(...(page.UserDetailList ?? []).map(({ UserName }) => `user ${UserName}`));
      kinds.push(...(page.GroupDetailList ?? []).map(({ GroupName }) => `group ${GroupName}`));
      kinds.push(...(page.RoleDetailList ?? []).map(({ RoleName }) => `role ${RoleName}`));
      kinds.push(...(page.Policies ?? []).map(({ PolicyName }) => `policy ${PolicyName}`));
    }
    expect(kinds.sort()).toEqual([
      'group g',
      'policy AdministratorAccess',
      'policy ReadOnlyAccess',
      'role OrganizationAccountAccessRole',
      'role SandboxAdmin',
      'user a',
      'user b',
    ]);
  });

  it('simulates what it would decide', async () => {
    const sandbox = await openSandbox([
      {
        name: 'ci',
        policies: ['IAMReadOnlyAccess'],
        inline: { no: { Statement: [{ Effect: 'Deny', Action: 'iam:GetUser', Resource: '*' }] } },
      },
    ]);
    const { EvaluationResults } = await adminOf(sandbox).iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/ci`,
        ActionNames: ['iam:ListUsers', 'iam:GetUser', 'iam:CreateUser'],
      }),
    );
    expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual([
      'allowed',
      'explicitDeny',
      'implicitDeny',
    ]);
  });
});
