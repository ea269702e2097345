import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { makeFolder } from '../cli/run-main.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { runKeys } from '../keys/operator.ts';
import { deny, statusesOf } from './audit.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeSandboxes();
});

const FIX = ['audit', '-q', '--fix', 'keys-unused', '--journal', 'j.ndjson'];
const APPLY = ['--apply', '--yes'];
const ROOM = 'keys: { limits: { count: 20, percent: 100 } }\n';

/** Two keys that nobody uses, one of which is protected, and one in use. */
const account = () =>
  openSandbox([
    { name: 'busy', keys: [{ created: '80d', lastUsed: { at: '1d' } }] },
    { name: 'idle', keys: [{ created: '80d', lastUsed: { at: '60d' } }] },
    { name: 'legacy', tags: { 'keyturn:protect': 'yes' }, keys: [{ created: '80d' }] },
  ]);

function inFolder(sandbox: Sandbox, section = ROOM, credentials?: Credentials) {
  const cwd = makeFolder({ 'keyturn.yaml': section });
  return {
    run: (...words: string[]) =>
      runKeys(sandbox, words, { cwd, ...(credentials !== undefined && { credentials }) }),
    /** Undefined where there is none. */
    journal: () => {
      const file = join(cwd, 'j.ndjson');
      if (!existsSync(file)) return undefined;
      const lines = readFileSync(file, 'utf8').trim().split(/\n+/);
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

const keyOf = ({ control }: Sandbox, user: string, at = 0) => control.keysOf(ACCOUNT, user)[at]!.accessKeyId;
/** By user; who has no active key is not among them. */
const verdicts = (sandbox: Sandbox) => statusesOf(sandbox, 'keys-unused');
const FAILING = { busy: 'PASS', idle: 'FAIL', legacy: 'FAIL' };

describe('keyturn audit --fix keys-unused', () => {
  it('changes nothing before it is told to', async () => {
    const sandbox = await account();
    const { run, journal } = inFolder(sandbox);
    const { status, stdout, stderr } = await run(...FIX);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '',
      stderr: [
        `keys-unused: deactivate ${keyOf(sandbox, 'idle')} of idle: last used 60 days ago`,
        `keys-unused: deactivate ${keyOf(sandbox, 'legacy')} of legacy: never used, made 80 days ago`,
        'Nothing was changed. To do it: the same command with --apply.\n',
      ].join('\n'),
    });
    expect(await verdicts(sandbox)).toEqual(FAILING);
    expect(journal()).toBeUndefined();
  });

  it('deactivates what is idle through the engine, and leaves what is guarded', async () => {
    const sandbox = await account();
    const { run, journal } = inFolder(sandbox);
    const [idle, legacy] = [keyOf(sandbox, 'idle'), keyOf(sandbox, 'legacy')];
    const { status, stdout } = await run(...FIX, ...APPLY);
    expect(status).toBe(2);
    expect(stdout).toContain(`idle  ${idle}  done: ${idle} is inactive and proven dead;`);
    expect(stdout).toContain(
      `legacy  ${legacy}  failed: legacy: legacy is protected by the tag keyturn:protect\n`,
    );
    expect(await verdicts(sandbox)).toEqual({ busy: 'PASS', legacy: 'FAIL' });
    const change = { user: 'idle', keyId: idle, reason: 'keyturn audit --fix keys-unused' };
    const lines = journal()!;
    expect(lines.filter(({ action }) => action === 'iam:UpdateAccessKey')).toEqual([
      expect.objectContaining({ ...change, event: 'intent' }),
      expect.objectContaining({ ...change, event: 'done' }),
    ]);
    expect(lines.filter(({ user }) => user !== 'idle')).toEqual([]);
  });

  it('says why as it was told to', async () => {
    const sandbox = await openSandbox([{ name: 'idle', keys: [{ created: '80d' }] }]);
    const { run, journal } = inFolder(sandbox);
    expect(await run(...FIX, ...APPLY, '--reason', 'ticket 7')).toMatchObject({ status: 0 });
    expect(new Set(journal()!.map(({ reason }) => reason))).toEqual(new Set(['ticket 7', undefined]));
    expect(await verdicts(sandbox)).toEqual({ root: 'N/A' });
  });

  it('goes on with the command that it prints: what decided where and how is in it, and what is of audit is not', async () => {
    const sandbox = await account();
    const { run, journal } = inFolder(sandbox);
    const where = ['--endpoint-url', sandbox.url, '--region', 'us-east-1', '--config', 'keyturn.yaml'];
    const { stdout } = await run(...FIX, ...where, ...APPLY);
    const [, line = ''] = /^ {2}to go on: (.*)$/m.exec(stdout) ?? [];
    const ids = `${keyOf(sandbox, 'idle')} ${keyOf(sandbox, 'legacy')}`;
    expect(line).toBe(
      `keyturn keys deactivate ${ids} --region us-east-1 --endpoint-url ${sandbox.url} --journal j.ndjson --apply --yes --config keyturn.yaml`,
    );
    const [, ...words] = line.split(' ');
    expect(await run(...words)).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('legacy is protected by'),
    });
    expect(await run(...words, '--force', 'agreed')).toMatchObject({ status: 0 });
    expect(journal()).toContainEqual(
      expect.objectContaining({ action: 'guard-protected', user: 'legacy', force: 'agreed' }),
    );
    expect(await verdicts(sandbox)).toEqual({ busy: 'PASS' });
    expect(await run(...FIX, ...APPLY)).toMatchObject({ status: 0, stderr: 'Nothing is to be done.\n' });
  });

  it('changes nothing where it would be more than one run may, unless it is forced', async () => {
    const sandbox = await account();
    const { run, journal } = inFolder(sandbox, 'keys: { limits: { count: 1, percent: 100 } }\n');
    expect(await run(...FIX, ...APPLY)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('2 keys are more than the 1 that one run may change'),
    });
    expect(await verdicts(sandbox)).toEqual(FAILING);
    expect(await run(...FIX, ...APPLY, '--force', 'agreed')).toMatchObject({ status: 0 });
    expect(journal()).toContainEqual(expect.objectContaining({ action: 'guard-limit', force: 'agreed' }));
    expect(await verdicts(sandbox)).toEqual({ busy: 'PASS' });
  });

  it('tells of the keys that it did not come to, when it is interrupted', async () => {
    const sandbox = await account();
    const controller = new AbortController();
    const { advance } = sandbox.control.clock;
    // The engine waits once the first key is inactive.
    vi.spyOn(sandbox.control.clock, 'advance').mockImplementation((ms) => {
      controller.abort();
      return advance(ms);
    });
    const cwd = makeFolder({ 'keyturn.yaml': ROOM });
    const { status, stdout } = await runKeys(sandbox, [...FIX, ...APPLY], {
      cwd,
      signal: controller.signal,
    });
    expect(status).toBe(130);
    const [idle, legacy] = [keyOf(sandbox, 'idle'), keyOf(sandbox, 'legacy')];
    expect(stdout).toContain(`idle  ${idle}  failed: ${idle} is not proven dead`);
    expect(stdout).toContain(`legacy  ${legacy}  interrupted: not begun\n`);
    expect(stdout).toContain(`  to go on: keyturn keys deactivate ${idle} ${legacy} --journal j.ndjson`);
  });

  it('changes nothing where what it needs to know of a key is refused', async () => {
    const sandbox = await account();
    deny(sandbox, 'ListSecrets');
    const { run, journal } = inFolder(sandbox);
    const { status, stderr } = await run(...FIX, '--fix', 'password-length', ...APPLY);
    expect(status).toBe(2);
    expect(stderr).toContain('secretsmanager:ListSecrets: not authorized');
    expect(sandbox.control.world.accounts.get(ACCOUNT)!.passwordPolicy).toBeUndefined();
    expect(journal()).toBeUndefined();
    expect(await verdicts(sandbox)).toEqual(FAILING);
  });

  it('leaves alone the user that it signs as, whatever the reason', async () => {
    const sandbox = await openSandbox([
      {
        name: 'auditor',
        policies: ['AdministratorAccess'],
        keys: [{ created: '80d', lastUsed: { at: '1d' } }, { created: '80d' }],
      },
    ]);
    const [own] = sandbox.control.keysOf(ACCOUNT, 'auditor');
    const { run } = inFolder(sandbox, ROOM, own);
    const { status, stdout } = await run(...FIX, ...APPLY, '--force', 'agreed');
    expect(status).toBe(2);
    expect(stdout).toContain('auditor is whom keyturn signs as');
    expect(await verdicts(sandbox)).toEqual({ auditor: 'FAIL' });
  });
});
