import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import {
  ACCOUNT,
  adminOf,
  clientsFor,
  closeSandboxes,
  openSandbox,
  outcomeOf,
  userOf,
} from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

describe('a sandbox', () => {
  it('takes what its environment says for an administrator', async () => {
    const { url, env } = await openSandbox();
    expect(env['AWS_ENDPOINT_URL']).toBe(url);
    const { sts, iam } = clientsFor(url, {
      accessKeyId: env['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY']!,
      sessionToken: env['AWS_SESSION_TOKEN']!,
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/SandboxAdmin/admin`,
    );
    expect(await outcomeOf(iam.send(new CreateUserCommand({ UserName: 'x' })))).toBe('ok');
  });

  it('starts again from its seed, with other keys, and whoever is inside stays', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, users: [{ name: 'ci', keys: [{}] }] }],
      faults: [{ kind: 'throttle' }],
    });
    const { iam } = adminOf(sandbox);
    const [before] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(await outcomeOf(iam.send(new ListUsersCommand({})))).toBe('Throttling');
    await iam.send(new CreateUserCommand({ UserName: 'x' }));
    sandbox.control.reset();
    expect(sandbox.control.journal).toEqual([]);
    expect(await outcomeOf(iam.send(new ListUsersCommand({})))).toBe('Throttling');
    expect((await iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName)).toEqual(['ci']);
    const [after] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(after!.accessKeyId).not.toBe(before!.accessKeyId);
    expect(await outcomeOf(clientsFor(sandbox.url, before!).sts.send(new GetCallerIdentityCommand({})))).toBe(
      'InvalidClientTokenId',
    );
  });

  it('is in the partition of its first account', async () => {
    const { url, env, control } = await openSandbox({ accounts: [{ id: ACCOUNT, partition: 'aws-cn' }] });
    expect(env['AWS_REGION']).toBe('cn-north-1');
    const { sts } = clientsFor(url, control.adminOf(ACCOUNT), { region: 'cn-north-1' });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/^arn:aws-cn:/);
  });

  it('starts where its seed sets the clock', async () => {
    const sandbox = await openSandbox({ clock: '2026-02-03T04:05:06Z' });
    expect(new Date(sandbox.control.clock.now()).toISOString()).toMatch(/^2026-02-03T04:05:0[67]/);
  });

  it('answers nobody after it was closed, even who was connected', async () => {
    const sandbox = await startSandbox();
    const connect = () => clientsFor(sandbox.url, sandbox.control.adminOf(ACCOUNT)).sts;
    const connected = connect();
    await connected.send(new GetCallerIdentityCommand({}));
    await sandbox.close();
    await expect(connected.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    await expect(connect().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('refuses seeds that lead nowhere', async () => {
    const users = [{ name: 'ci', groups: ['none'] }];
    await expect(startSandbox({ seed: { accounts: [{ id: ACCOUNT, users }] } })).rejects.toThrow(
      'no group none',
    );
    const twice = [{ name: 'ci' }, { name: 'ci' }];
    await expect(startSandbox({ seed: { accounts: [{ id: ACCOUNT, users: twice }] } })).rejects.toThrow(
      'user ci',
    );
    await expect(startSandbox({ seed: { accounts: [{ id: ACCOUNT }, { id: ACCOUNT }] } })).rejects.toThrow(
      'twice',
    );
    const secrets = [{ name: 's', keyOf: 'ci' }];
    await expect(startSandbox({ seed: { accounts: [{ id: ACCOUNT, secrets }] } })).rejects.toThrow(
      'secret s: user ci',
    );
  });
});

describe('permissions', () => {
  const policy = (...Statement: object[]) => ({ policy: { Version: '2012-10-17', Statement } });

  it('are those of the user, its groups and its boundary', async () => {
    const allow = { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' };
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          groups: [{ name: 'readers', policies: ['IAMReadOnlyAccess'] }],
          users: [
            { name: 'none', keys: [{}] },
            { name: 'inline', inline: policy(allow), keys: [{}] },
            { name: 'member', groups: ['readers'], keys: [{}] },
            { name: 'bounded', inline: policy(allow), keys: [{}] },
            {
              name: 'quarantined',
              policies: ['AdministratorAccess', 'AWSCompromisedKeyQuarantineV3'],
              keys: [{}],
            },
          ],
        },
      ],
    });
    sandbox.control.world.accounts.get(ACCOUNT)!.users.get('bounded')!.boundary =
      'arn:aws:iam::aws:policy/SecretsManagerReadWrite';
    const ask = (name: string) => outcomeOf(userOf(sandbox, name).iam.send(new ListUsersCommand({})));
    expect(await Promise.all(['none', 'inline', 'member', 'bounded', 'quarantined'].map(ask))).toEqual([
      'AccessDenied',
      'ok',
      'ok',
      'AccessDenied',
      'AccessDenied',
    ]);
  });

  it('may be for a path of users only, and for what is tagged', async () => {
    const robots = {
      Effect: 'Allow',
      Action: 'iam:CreateUser',
      Resource: `arn:aws:iam::${ACCOUNT}:user/robots/*`,
    };
    const tagging = {
      Effect: 'Allow',
      Action: 'iam:TagUser',
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestTag/team': 'build' } },
    };
    const sandbox = await openSandbox([{ name: 'maker', inline: policy(robots, tagging), keys: [{}] }]);
    const { iam } = userOf(sandbox, 'maker');
    const make = (UserName: string, Path: string, team?: string) => {
      const tags = team === undefined ? {} : { Tags: [{ Key: 'team', Value: team }] };
      return outcomeOf(iam.send(new CreateUserCommand({ UserName, Path, ...tags })));
    };
    expect(await make('a', '/people/')).toBe('AccessDenied');
    expect(await make('b', '/robots/')).toBe('ok');
    expect(await make('c', '/robots/', 'ops')).toBe('AccessDenied');
    expect(await make('d', '/robots/', 'build')).toBe('ok');
  });

  it('name what is missing', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    await expect(userOf(sandbox, 'ci').iam.send(new CreateUserCommand({ UserName: 'x' }))).rejects.toThrow(
      `User: arn:aws:iam::${ACCOUNT}:user/ci is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/x because no identity-based policy allows the iam:CreateUser action`,
    );
  });

  it('are not asked for where that is switched off', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{}] }]);
    sandbox.control.settings.isAuthorizing = false;
    expect(await outcomeOf(userOf(sandbox, 'ci').iam.send(new ListUsersCommand({})))).toBe('ok');
  });
});
