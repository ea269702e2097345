import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.ts';
import {
  ACCOUNT,
  adminOf,
  closeSandboxes,
  MINUTE_MS,
  openSandbox,
  outcomeOf,
  userOf,
} from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

const LIVE = 'ok';
const DEAD = 'InvalidClientTokenId';
const KEY = [{ name: 'ci', keys: [{}] }];

function identify(sandbox: Sandbox, key = 0): Promise<string> {
  return outcomeOf(userOf(sandbox, 'ci', key).sts.send(new GetCallerIdentityCommand({})));
}

/** What the key answers a number of times, a second apart. */
async function identifyEverySecond(sandbox: Sandbox, times: number, key = 0): Promise<string[]> {
  const outcomes: string[] = [];
  for (let i = 0; i < times; i++) {
    outcomes.push(await identify(sandbox, key));
    sandbox.control.clock.advance(1000);
  }
  return outcomes;
}

describe('a key', () => {
  it('lives and dies at once when nothing else was asked for', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    const { iam } = adminOf(sandbox);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    const named = { UserName: 'ci', AccessKeyId: AccessKey!.AccessKeyId };
    expect(await identify(sandbox)).toBe(LIVE);
    await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Inactive' }));
    expect(await identify(sandbox)).toBe(DEAD);
    await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Active' }));
    expect(await identify(sandbox)).toBe(LIVE);
    await iam.send(new DeleteAccessKeyCommand(named));
    expect(await identify(sandbox)).toBe(DEAD);
  });

  it('that is new lives late, and flaps then', async () => {
    const sandbox = await openSandbox([{ name: 'ci' }]);
    Object.assign(sandbox.control.settings, { keyLiveDelayMs: 3000, flapMs: 4000 });
    await adminOf(sandbox).iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    expect(await identifyEverySecond(sandbox, 9)).toEqual([
      DEAD,
      DEAD,
      DEAD,
      LIVE,
      DEAD,
      LIVE,
      DEAD,
      LIVE,
      LIVE,
    ]);
  });

  it.each(['deactivated', 'deleted'])('that is %s works on for a while, and flaps then', async (how) => {
    const sandbox = await openSandbox(KEY);
    Object.assign(sandbox.control.settings, { keyDeadDelayMs: 2000, flapMs: 2000 });
    const { iam } = adminOf(sandbox);
    const named = { UserName: 'ci', AccessKeyId: sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId };
    if (how === 'deleted') await iam.send(new DeleteAccessKeyCommand(named));
    else await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Inactive' }));
    expect(await identifyEverySecond(sandbox, 6)).toEqual([LIVE, LIVE, DEAD, LIVE, DEAD, DEAD]);
  });

  it('that was deactivated and reactivated in time never seems dead', async () => {
    const sandbox = await openSandbox(KEY);
    Object.assign(sandbox.control.settings, { keyDeadDelayMs: 5000, keyLiveDelayMs: 5000 });
    const { iam } = adminOf(sandbox);
    const named = { UserName: 'ci', AccessKeyId: sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Inactive' }));
    sandbox.control.clock.advance(1000);
    await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Active' }));
    expect(await identifyEverySecond(sandbox, 7)).toEqual(Array.from({ length: 7 }, () => LIVE));
  });

  it('may not be a third, active or not', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ status: 'Inactive' }, {}] }]);
    const third = adminOf(sandbox).iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    await expect(third).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 409 },
    });
  });
});

describe('the last use of a key', () => {
  async function lastUse(sandbox: Sandbox) {
    const AccessKeyId = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!.accessKeyId;
    const { AccessKeyLastUsed } = await adminOf(sandbox).iam.send(
      new GetAccessKeyLastUsedCommand({ AccessKeyId }),
    );
    return AccessKeyLastUsed;
  }

  it('is not there when it was never used', async () => {
    expect(await lastUse(await openSandbox(KEY))).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
  });

  it('tells service and region, of refused calls too', async () => {
    const sandbox = await openSandbox(KEY);
    const { secrets } = userOf(sandbox, 'ci', 0, { region: 'eu-west-1' });
    expect(await outcomeOf(secrets.send(new ListSecretsCommand({})))).toBe('AccessDeniedException');
    expect(await lastUse(sandbox)).toMatchObject({ ServiceName: 'secretsmanager', Region: 'eu-west-1' });
  });

  it('is the first in fifteen minutes: what comes next hides behind it', async () => {
    const sandbox = await openSandbox(KEY);
    const at = Math.floor(sandbox.control.clock.now() / 1000) * 1000;
    sandbox.control.clock.set(at);
    await identify(sandbox);
    sandbox.control.clock.advance(14 * MINUTE_MS);
    await outcomeOf(userOf(sandbox, 'ci').secrets.send(new ListSecretsCommand({})));
    expect(await lastUse(sandbox)).toMatchObject({ ServiceName: 'sts', LastUsedDate: new Date(at) });
    sandbox.control.clock.advance(MINUTE_MS);
    await outcomeOf(userOf(sandbox, 'ci').secrets.send(new ListSecretsCommand({})));
    expect(await lastUse(sandbox)).toMatchObject({
      ServiceName: 'secretsmanager',
      LastUsedDate: new Date(at + 15 * MINUTE_MS),
    });
  });

  it('is not told of keys of other accounts, and not found for one that is deleted', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT, users: KEY },
        { id: '444455556666', users: [{ name: 'far', keys: [{}] }] },
      ],
    });
    const { iam } = adminOf(sandbox);
    const [far] = sandbox.control.keysOf('444455556666', 'far');
    const [own] = sandbox.control.keysOf(ACCOUNT, 'ci');
    const ask = (id: string) => outcomeOf(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id })));
    expect(await ask(far!.accessKeyId)).toBe('AccessDenied');
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'ci', AccessKeyId: own!.accessKeyId }));
    expect(await ask(own!.accessKeyId)).toBe('NoSuchEntityException');
  });

  it('of a seed may lie back', async () => {
    const sandbox = await openSandbox([
      { name: 'ci', keys: [{ created: '100d', lastUsed: { at: '40d', service: 'ec2' } }] },
    ]);
    const used = await lastUse(sandbox);
    const days = (sandbox.control.clock.now() - used!.LastUsedDate!.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(40);
  });
});
