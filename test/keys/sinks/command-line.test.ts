import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeFolder } from '../../cli/run-main.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../../helpers/sandbox.ts';
import { runKeys } from '../operator.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeSandboxes();
});

const STORE = `#!/bin/sh
cd "$(dirname "$0")"
case "$1" in write) cat > "key-of-$2" ;; read) if [ -e "key-of-$2" ]; then cat "key-of-$2"; fi ;; esac
`;
const SECTION = 'keys: { grace: { mode: after, period: 1h }, sinks: [{ ssm: "/keyturn/{user}" }] }\n';

function makeStore(files: Record<string, string> = {}): string {
  const folder = makeFolder({ 'deliver.sh': STORE, ...files });
  chmodSync(join(folder, 'deliver.sh'), 0o755);
  return folder;
}

describe('keys rotate with sinks', () => {
  it('delivers to what the configuration says, tells so, and shows no secret', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '100d' }] }]);
    const cwd = makeStore({ 'keyturn.yaml': SECTION });
    const { status, stdout, stderr } = await runKeys(
      sandbox,
      ['keys', 'rotate', 'ci', '-v', '--apply', '--yes'],
      { cwd },
    );
    expect([status, stdout], stderr).toEqual([0, expect.stringContaining('waiting: ')]);
    expect(stderr).toMatch(
      /^rotate {2}ci {2}AKIA\w+ {2}-> keyturn\/ci, ssm:\/keyturn\/ci {2}asked for by hand$/m,
    );
    const [, created] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(stderr).toContain(`ci: deliver ${created!.accessKeyId} to ssm:/keyturn/ci, unless it is there\n`);
    const parameter = sandbox.control.world.accounts
      .get(ACCOUNT)!
      .parameters.get('us-east-1')!
      .get('/keyturn/ci')!;
    expect(parameter.type).toBe('SecureString');
    const journal = readFileSync(join(cwd, 'keyturn/journal.ndjson'), 'utf8');
    expect(journal).toContain('"action":"ssm:PutParameter"');
    expect([stdout, stderr, journal].some((text) => text.includes(created!.secretAccessKey))).toBe(false);
    const told = await runKeys(sandbox, ['keys', 'status', 'ci'], { cwd });
    expect(told.stdout).toMatch(/goes on with: AKIA\w+ stays active for its grace period/);
  });

  it('delivers to a program that --sink names in place of the configuration, and names it in the command to go on with', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '100d' }] }]);
    const cwd = makeStore({ 'keyturn.yaml': SECTION });
    const words = ['keys', 'rotate', 'ci', '--sink', 'command:./deliver.sh', '--apply', '--yes'];
    const { status, stdout, stderr } = await runKeys(sandbox, words, { cwd });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('then: keyturn keys rotate ci --sink command:./deliver.sh --apply --yes\n');
    const [, created] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(JSON.parse(readFileSync(join(cwd, 'key-of-ci'), 'utf8')).AccessKeyId).toBe(created!.accessKeyId);
    expect(sandbox.control.world.accounts.get(ACCOUNT)!.parameters.size).toBe(0);
  });

  it('runs no program that the configuration of a project names', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '100d' }] }]);
    const cwd = makeStore();
    const section = `keys: { sinks: [{ command: ["${join(cwd, 'deliver.sh')}"] }] }\n`;
    const words = ['keys', 'rotate', 'ci', '--apply', '--yes'];
    const { status, stderr } = await runKeys(sandbox, words, {
      cwd: makeFolder({ 'keyturn.yaml': section }),
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^keyturn: keyturn.yaml:1:7: sinks: a command cannot be set by the configuration of a project/,
    );
    expect(existsSync(join(cwd, 'key-of-ci'))).toBe(false);
    expect(sandbox.control.keysOf(ACCOUNT, 'ci')).toHaveLength(1);
  });
});
