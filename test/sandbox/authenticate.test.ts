import { GetUserCommand, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import {
  ACCOUNT,
  adminOf,
  type Clients,
  clientsFor,
  closeSandboxes,
  MINUTE_MS,
  openSandbox,
  outcomeOf,
  userOf,
} from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

const OTHER = '444455556666';

/** What STS and Secrets Manager say: the same refusal has a name in each family of protocols. */
async function refusals({ sts, secrets }: Clients): Promise<[string, string]> {
  return [
    await outcomeOf(sts.send(new GetCallerIdentityCommand({}))),
    await outcomeOf(secrets.send(new ListSecretsCommand({}))),
  ];
}

const asCredentials = (made: {
  AccessKeyId?: string | undefined;
  SecretAccessKey?: string | undefined;
  SessionToken?: string | undefined;
}): Credentials => ({
  accessKeyId: made.AccessKeyId!,
  secretAccessKey: made.SecretAccessKey!,
  sessionToken: made.SessionToken!,
});

describe('who asks', () => {
  it('is known by a key', async () => {
    const sandbox = await openSandbox([{ name: 'ci', path: '/robots/', keys: [{}] }]);
    const identity = await userOf(sandbox, 'ci').sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/robots/ci` });
    expect(identity.UserId).toMatch(/^AIDA/);
  });

  it('is refused with a wrong secret, an unknown key, a token too many, or none', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    const random = makeRandom(7);
    const [good] = sandbox.control.keysOf(ACCOUNT, 'ci');
    const secretAccessKey = makeSecret(random);
    const wrong = clientsFor(sandbox.url, { ...good!, secretAccessKey });
    expect(await refusals(wrong)).toEqual(['SignatureDoesNotMatch', 'InvalidSignatureException']);
    const unknown = clientsFor(sandbox.url, { accessKeyId: makeKeyId(random), secretAccessKey });
    expect(await refusals(unknown)).toEqual(['InvalidClientTokenId', 'UnrecognizedClientException']);
    const tokenTooMany = clientsFor(sandbox.url, { ...good!, sessionToken: 'x' });
    expect(await refusals(tokenTooMany)).toEqual(['InvalidClientTokenId', 'UnrecognizedClientException']);
    const { sessionToken: _, ...withoutToken } = sandbox.control.adminOf(ACCOUNT);
    expect(await refusals(clientsFor(sandbox.url, withoutToken))).toEqual([
      'InvalidClientTokenId',
      'UnrecognizedClientException',
    ]);
    const unsigned = await fetch(sandbox.url, { method: 'POST', body: 'Action=GetCallerIdentity' });
    expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('is refused in another partition just as with a dead key', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    const china = userOf(sandbox, 'ci', 0, { region: 'cn-north-1' });
    expect(await refusals(china)).toEqual(['InvalidClientTokenId', 'UnrecognizedClientException']);
  });

  it('is refused when the clocks differ by more than five minutes, until the client has noticed', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    sandbox.control.settings.clockSkewMs = 6 * MINUTE_MS;
    const { sts } = userOf(sandbox, 'ci');
    const first = sts.send(new GetCallerIdentityCommand({}));
    await expect(first).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: /Signature expired/,
    });
    // The SDK takes the time from the refusal.
    expect(await outcomeOf(sts.send(new GetCallerIdentityCommand({})))).toBe('ok');
    sandbox.control.settings.clockSkewMs = 4 * MINUTE_MS;
    expect(await outcomeOf(userOf(sandbox, 'ci').sts.send(new GetCallerIdentityCommand({})))).toBe('ok');
  });

  it('does not depend on where the clock of the sandbox stands', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    sandbox.control.clock.advance(400 * 86_400_000);
    expect(await outcomeOf(userOf(sandbox, 'ci').sts.send(new GetCallerIdentityCommand({})))).toBe('ok');
  });

  it('may be refused once in spite of a right signature, right after a wrong one', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    sandbox.control.settings.falseMismatchMs = 5000;
    const [good] = sandbox.control.keysOf(ACCOUNT, 'ci');
    const ask = (credentials: Credentials) =>
      outcomeOf(clientsFor(sandbox.url, credentials).sts.send(new GetCallerIdentityCommand({})));
    const wrong = { ...good!, secretAccessKey: makeSecret(makeRandom(8)) };
    expect([await ask(wrong), await ask(good!), await ask(good!)]).toEqual([
      'SignatureDoesNotMatch',
      'SignatureDoesNotMatch',
      'ok',
    ]);
    await ask(wrong);
    sandbox.control.clock.advance(5000);
    expect(await ask(good!)).toBe('ok');
  });

  it('is root with a key of root', async () => {
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, root: { keys: [{}] } }] });
    const [key] = [...sandbox.control.world.accounts.get(ACCOUNT)!.keys.values()];
    const { sts, iam } = clientsFor(sandbox.url, {
      accessKeyId: key!.id,
      secretAccessKey: key!.secret.reveal(),
    });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:root`,
      UserId: ACCOUNT,
    });
    expect((await iam.send(new GetUserCommand({}))).User).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:root`,
    });
    expect((await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata).toHaveLength(1);
    expect(await outcomeOf(iam.send(new ListUsersCommand({})))).toBe('ok');
  });

  it('is the user it speaks of without a name, unless it has a session', async () => {
    const sandbox = await openSandbox([{ name: 'ci', policies: ['IAMReadOnlyAccess'], keys: [{}] }]);
    const { iam } = userOf(sandbox, 'ci');
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).toBe('ci');
    expect((await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.[0]?.UserName).toBe('ci');
    expect(await outcomeOf(adminOf(sandbox).iam.send(new ListAccessKeysCommand({})))).toBe('ValidationError');
  });
});

describe('a session', () => {
  async function assume(clients: Clients, account: string, role: string, rest: object = {}) {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const { Credentials: made } = await clients.sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ...rest }),
    );
    return asCredentials(made!);
  }

  const twoAccounts = () =>
    openSandbox({ accounts: [{ id: ACCOUNT }, { id: OTHER, users: [{ name: 'far' }] }] });

  it('leads into another account', async () => {
    const sandbox = await twoAccounts();
    const inside = clientsFor(
      sandbox.url,
      await assume(adminOf(sandbox), OTHER, 'OrganizationAccountAccessRole'),
    );
    expect((await inside.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:sts::${OTHER}:assumed-role/OrganizationAccountAccessRole/test`,
    );
    expect((await inside.iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName)).toEqual([
      'far',
    ]);
  });

  it.each(['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'] as const)(
    'does not lead into an account that is %s',
    async (state) => {
      const sandbox = await twoAccounts();
      sandbox.control.world.organization!.members.get(OTHER)!.state = state;
      expect(await outcomeOf(assume(adminOf(sandbox), OTHER, 'OrganizationAccountAccessRole'))).toBe(
        'AccessDenied',
      );
    },
  );

  it('has tags only where the trust policy allows sts:TagSession', async () => {
    const sandbox = await twoAccounts();
    const { roles } = sandbox.control.world.accounts.get(OTHER)!;
    const role = roles.get('OrganizationAccountAccessRole')!;
    const tagged = { Tags: [{ Key: 'purpose', Value: 'test' }] };
    const outcome = (rest: object) => outcomeOf(assume(adminOf(sandbox), OTHER, role.name, rest));
    expect(await outcome(tagged)).toBe('ok');
    role.trustPolicy = role.trustPolicy.replace(',"sts:TagSession"', '');
    expect(await outcome(tagged)).toBe('AccessDenied');
    expect(await outcome({})).toBe('ok');
  });

  it('ends', async () => {
    const sandbox = await twoAccounts();
    const inside = clientsFor(
      sandbox.url,
      await assume(adminOf(sandbox), OTHER, 'OrganizationAccountAccessRole', { DurationSeconds: 900 }),
    );
    sandbox.control.clock.advance(14 * MINUTE_MS);
    expect(await refusals(inside)).toEqual(['ok', 'ok']);
    sandbox.control.clock.advance(MINUTE_MS);
    expect(await refusals(inside)).toEqual(['ExpiredToken', 'ExpiredTokenException']);
  });

  it('that was chained lasts an hour at most', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, roles: [{ name: 'a', policies: ['AdministratorAccess'] }, { name: 'b' }] }],
    });
    sandbox.control.world.accounts.get(ACCOUNT)!.roles.get('b')!.maxSessionSeconds = 43_200;
    const long = { DurationSeconds: 7200 };
    expect(await outcomeOf(assume(adminOf(sandbox), ACCOUNT, 'b', long))).toBe('ok');
    const chained = clientsFor(sandbox.url, await assume(adminOf(sandbox), ACCOUNT, 'a'));
    expect(await outcomeOf(assume(chained, ACCOUNT, 'b', long))).toBe('ValidationError');
  });

  it('takes the trust of the role and, between accounts, a permission of the caller', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [
            { name: 'plain', keys: [{}] },
            { name: 'allowed', policies: ['AdministratorAccess'], keys: [{}] },
          ],
          roles: [
            { name: 'near', trusts: [`arn:aws:iam::${ACCOUNT}:user/plain`] },
            { name: 'closed', trusts: [OTHER] },
          ],
        },
        { id: OTHER, roles: [{ name: 'far', trusts: [ACCOUNT], externalId: 'x1' }] },
      ],
    });
    const plain = userOf(sandbox, 'plain');
    const allowed = userOf(sandbox, 'allowed');
    const id = { ExternalId: 'x1' };
    expect(await outcomeOf(assume(plain, ACCOUNT, 'near'))).toBe('ok');
    expect(await outcomeOf(assume(allowed, ACCOUNT, 'closed'))).toBe('AccessDenied');
    expect(await outcomeOf(assume(allowed, OTHER, 'far', id))).toBe('ok');
    expect(await outcomeOf(assume(allowed, OTHER, 'far'))).toBe('AccessDenied');
    expect(await outcomeOf(assume(plain, OTHER, 'far', id))).toBe('AccessDenied');
    expect(await outcomeOf(assume(allowed, OTHER, 'none'))).toBe('AccessDenied');
  });

  it('outlives the key it was minted with', async () => {
    const sandbox = await openSandbox([{ name: 'ci', policies: ['AdministratorAccess'], keys: [{}] }]);
    const { Credentials: made } = await userOf(sandbox, 'ci').sts.send(new GetSessionTokenCommand({}));
    sandbox.control.world.accounts.get(ACCOUNT)!.keys.values().next().value!.status = 'Inactive';
    expect(await outcomeOf(userOf(sandbox, 'ci').sts.send(new GetCallerIdentityCommand({})))).toBe(
      'InvalidClientTokenId',
    );
    expect(await refusals(clientsFor(sandbox.url, asCredentials(made!)))).toEqual(['ok', 'ok']);
  });
});

it('tells the account of a key ID, whoever has it', async () => {
  const { sts } = adminOf(await openSandbox());
  const AccessKeyId = makeKeyId(makeRandom(3), { account: '999988887777' });
  expect((await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account).toBe('999988887777');
});

it('does not share its credentials with a second sandbox', async () => {
  const [first, second]: Sandbox[] = [await openSandbox([{ name: 'ci', keys: [{}] }]), await openSandbox()];
  const [key] = first!.control.keysOf(ACCOUNT, 'ci');
  expect(await outcomeOf(clientsFor(second!.url, key!).sts.send(new GetCallerIdentityCommand({})))).toBe(
    'InvalidClientTokenId',
  );
});
