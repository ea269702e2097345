import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import type { SeedKey } from '../../src/sandbox/seed/seed.ts';
import { makeFolder, type Run } from '../cli/run-main.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { runKeys } from './operator.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeSandboxes();
});

const SECRET = 'app/ci';
const CONFIG = { 'keyturn.yaml': 'keys: { grace: { mode: after, period: 1h } }\n' };
const ROTATE = ['keys', 'rotate', 'ci', '--secret', SECRET, '--apply', '--yes'];
/** What goes on after `ROTATE`. */
const RESUME = `  to go on: keyturn keys rotate ci --secret ${SECRET} --apply --yes\n`;

/** An account with one user whose key the secret holds. */
function openAccount(keys: SeedKey[] = [{ created: '100d' }]): Promise<Sandbox> {
  const account = {
    id: ACCOUNT,
    users: [{ name: 'ci', keys }],
    secrets: [{ name: SECRET, keyOf: 'ci', tags: { 'keyturn:user': 'ci' } }],
  };
  return openSandbox({ accounts: [account] });
}

/** Lines that `what` said of itself, hints left out: a clear message is one line. */
function complaint({ stdout, stderr }: Run): string {
  const line = `${stdout}${stderr}`
    .split('\n')
    .find((text) => /failed: |stopped: |^keyturn: (?!warning)/.test(text));
  return line ?? 'it did not complain';
}

const keysOf = ({ control }: Sandbox) =>
  [...control.world.accounts.get(ACCOUNT)!.keys.values()].filter(
    ({ userName, status }) => userName === 'ci' && status !== 'Deleted',
  );
const statusesOf = (sandbox: Sandbox) => keysOf(sandbox).map(({ status }) => status);

/** The same command once more has to bring it to its grace, with nothing left over. */
async function expectToGoOn(sandbox: Sandbox, cwd: string, words = ROTATE): Promise<void> {
  sandbox.control.clock.advance(60_000);
  const { status, stdout, stderr } = await runKeys(sandbox, words, { cwd });
  expect([status, stdout], stderr).toEqual([0, expect.stringContaining('waiting: ')]);
  expect(statusesOf(sandbox)).toEqual(['Active', 'Active']);
}

describe('a rotation that AWS does not let go on', () => {
  it.each([
    [
      'a permission',
      'CreateAccessKey',
      'AccessDenied',
      403,
      'User: me is not authorized to perform: iam:CreateAccessKey on resource: arn:x',
      /failed: iam:CreateAccessKey: User: me is not authorized/,
      'Add to the policy of whom this signs as: {"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:x"}',
    ],
    [
      'an expired session, before',
      'GetUser',
      'ExpiredToken',
      403,
      'The security token included in the request is expired',
      /: iam:GetUser: the session has expired/,
      'Sign in again',
    ],
    [
      'an expired session, between',
      'UpdateSecretVersionStage',
      'ExpiredTokenException',
      400,
      'The security token included in the request is expired',
      /failed: secretsmanager:UpdateSecretVersionStage: the session has expired/,
      'Sign in again',
    ],
    [
      'a wrong clock',
      'PutSecretValue',
      'InvalidSignatureException',
      400,
      'Signature expired: 20260101T000000Z is now earlier than',
      /failed: secretsmanager:PutSecretValue: this machine's clock is wrong/,
      'synchronise the clock',
    ],
  ] as const)('for want of %s', async (what, action, code, status, message, said, hint) => {
    const sandbox = await openAccount();
    const cwd = makeFolder(CONFIG);
    sandbox.control.faults.add({
      kind: 'error',
      action,
      code,
      status,
      message,
      times: Number.POSITIVE_INFINITY,
    });
    const run = await runKeys(sandbox, ROTATE, { cwd });
    expect(run.status).toBe(2);
    expect(complaint(run)).toMatch(said);
    expect(run.stdout + run.stderr).toContain(hint);
    // What failed before the plan was made has nothing to go on with.
    if (!what.endsWith('before')) expect(run.stdout).toContain(RESUME);
    expect(keysOf(sandbox)[0]!.status).toBe('Active');
    sandbox.control.faults.clear();
    await expectToGoOn(sandbox, cwd);
  });

  it('for want of a signature in time, on a machine whose clock is wrong', async () => {
    const hostNow = () => Date.now() + 3_600_000;
    const sandbox = await startSandbox({
      seed: { accounts: [{ id: ACCOUNT, users: [{ name: 'ci' }] }] },
      hostNow,
    });
    const run = await runKeys(sandbox, ['keys', 'status', 'ci']);
    await sandbox.close();
    // The SDK takes the time from the refusal and signs anew; what it cannot mend says so.
    if (run.status !== 0) expect(complaint(run)).toContain("this machine's clock is wrong");
    else expect(run.stdout).toContain('ci, kept in keyturn/ci');
  });
});

describe('a place that is the wrong one', () => {
  it('has no such key: of another partition, deleted, or made up', async () => {
    const sandbox = await openAccount();
    const random = makeRandom(3);
    const credentials = { accessKeyId: makeKeyId(random), secretAccessKey: makeSecret(random) };
    const run = await runKeys(sandbox, ROTATE, { credentials });
    expect(run.status).toBe(2);
    expect(complaint(run)).toMatch(/^keyturn: sts:GetCallerIdentity: The security token included/);
    expect(run.stderr).toContain('of another partition (China, GovCloud); a region of the right one');
    expect(statusesOf(sandbox)).toEqual(['Active']);
  });

  it('has no such secret: a region that the last rotation was not in', async () => {
    const sandbox = await openAccount();
    const cwd = makeFolder(CONFIG);
    await runKeys(sandbox, ROTATE, { cwd });
    sandbox.control.clock.advance(2 * 3_600_000);
    const words = ['keys', 'rotate', 'ci', '--apply', '--yes'];
    const run = await runKeys(sandbox, words, { cwd, region: 'eu-west-1' });
    expect(run.status).toBe(1);
    expect(complaint(run)).toMatch(/stopped: the secret app\/ci is gone, or in another region: by its tags/);
    expect(run.stdout).toContain('--region');
    const old = keysOf(sandbox)[0]!.id;
    const change = await runKeys(sandbox, ['keys', 'deactivate', old, '--apply', '--yes'], {
      cwd,
      region: 'eu-west-1',
    });
    expect(complaint(change)).toContain(
      `${old} may be what the secret app/ci holds, which is not in this region`,
    );
    expect(statusesOf(sandbox)).toEqual(['Active', 'Active']);
  });

  it('is scheduled for deletion', async () => {
    const sandbox = await openAccount();
    const secret = sandbox.control.world.accounts.get(ACCOUNT)!.secrets.get('us-east-1')!.get(SECRET)!;
    secret.deletedAt = sandbox.control.clock.now();
    secret.deletionAt = secret.deletedAt + 7 * 86_400_000;
    const cwd = makeFolder(CONFIG);
    const run = await runKeys(sandbox, ROTATE, { cwd });
    expect(run.status).toBe(1);
    expect(complaint(run)).toMatch(/stopped: the secret app\/ci is scheduled for deletion$/);
    expect(run.stdout).toContain('aws secretsmanager restore-secret --secret-id app/ci');
    expect(run.stdout).toContain(RESUME);
    expect(statusesOf(sandbox)).toEqual(['Active']);
    secret.deletedAt = undefined;
    secret.deletionAt = undefined;
    await expectToGoOn(sandbox, cwd);
  });
});

describe('two keys that are there already', () => {
  it('are named, and which of them is in the way', async () => {
    const sandbox = await openAccount([{ created: '100d' }, { created: '50d' }]);
    const [old, other] = keysOf(sandbox).map(({ id }) => id);
    const both = await runKeys(sandbox, ROTATE);
    expect(both.status).toBe(2);
    expect(complaint(both)).toBe('keyturn: ci is neither an ID of a key nor a user with one active key');
    expect(both.stderr).toContain('With two active keys, name the one to be replaced');
    const words = ['keys', 'rotate', old!, '--apply', '--yes'];
    const one = await runKeys(sandbox, words);
    expect(one.status).toBe(1);
    expect(complaint(one)).toMatch(/stopped: ci has 2 keys, as many as it may: no room for a new one$/);
    expect(one.stdout).toContain(`keyturn keys deactivate ${other}, then keyturn keys delete ${other}`);
    expect(one.stdout).toContain(`  to go on: keyturn keys rotate ${old} --apply --yes\n`);
    expect(statusesOf(sandbox)).toEqual(['Active', 'Active']);
  });
});

describe('a journal that cannot be written', () => {
  it('is found before anything is done: no regular file', async () => {
    const sandbox = await openAccount();
    const words = [...ROTATE, '--journal', '/dev/full'];
    const run = await runKeys(sandbox, words, { cwd: makeFolder(CONFIG) });
    expect(run.status).toBe(2);
    expect(complaint(run)).toMatch(/: cannot read the journal \/dev\/full: not a regular file$/);
    expect(run.stdout).toContain('Nothing is done without a journal.');
    expect(run.stdout).toContain('--journal /dev/full --apply --yes\n');
    expect(statusesOf(sandbox)).toEqual(['Active']);
    expect(sandbox.control.journal.map(({ action }) => action)).not.toContain('TagUser');
  });

  it.each(['TagUser', 'CreateAccessKey', 'PutSecretValue', 'UpdateSecretVersionStage', 'UntagUser'])(
    'is a full disk: found at %s, the old key is there, and the same command goes on',
    async (action) => {
      const sandbox = await openAccount();
      const cwd = makeFolder(CONFIG);
      const journal = join(cwd, 'keyturn/journal.ndjson');
      let isFull = false;
      sandbox.control.faults.intercept((request) => {
        // Not at the lock, which comes first and is not in the journal.
        const isCreated = keysOf(sandbox).length > 1 || !/Secret/.test(action);
        if (isFull || request.action !== action || !isCreated) return undefined;
        isFull = true;
        rmSync(journal, { force: true });
        symlinkSync('/dev/full', journal);
        return undefined;
      });
      const run = await runKeys(sandbox, ROTATE, { cwd });
      expect(isFull).toBe(true);
      expect(run.status).toBe(2);
      expect(complaint(run)).toMatch(
        /failed: cannot write the journal .*: ENOSPC: no space left on device, write$/,
      );
      expect(run.stdout).toContain(RESUME);
      expect(keysOf(sandbox)[0]!.status).toBe('Active');
      sandbox.control.faults.clear();
      rmSync(journal);
      await expectToGoOn(sandbox, cwd);
    },
  );
});
