import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeysResult } from '../../src/report/keys-result.ts';
import { runMain } from '../cli/run-main.ts';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

/** `keyturn keys report` inside a sandbox, both as processes. */
function report(
  args: readonly string[],
  { seed, env }: { seed?: string; env?: Record<string, string> } = {},
) {
  if (seed !== undefined) writeFileSync(join(cli.folder, 'seed.yaml'), seed);
  const inside = seed === undefined ? [] : ['--seed', 'seed.yaml'];
  return cli.run(['sandbox', ...inside, '--', process.execPath, cli.bin, 'keys', 'report', ...args], {
    env: { TMPDIR: cli.folder, ...env },
  });
}

const account = (users: string, rest = '') =>
  `accounts:\n  - id: "111122223333"\n    users:\n${users}${rest}`;
const FRESH = account(
  '      - { name: ci, path: /robots/, tags: { team: build }, keys: [{ created: 9d, lastUsed: { at: 1d } }] }\n',
);

describe('keyturn keys report', () => {
  it('lists the keys of an account, and only speaks on standard output', () => {
    const { status, stdout, stderr } = report([]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^VERDICT +USER +KEY/);
    expect(stdout).toMatch(/^overdue +ci +AKIA\w{16} +Active +120 d +\S+ s3 eu-west-1 /m);
    expect(stdout).toContain(
      '3 keys need action\n4 keys in account 111122223333: 1 overdue, 2 unused, 1 ok\n',
    );
  });

  it('ends with 1 only for --check, and only for keys that are listed', () => {
    expect(report(['--check', '-f', 'csv']).status).toBe(1);
    expect(report(['--check', '--verdict', 'ok']).status).toBe(0);
    expect(report(['--check'], { seed: FRESH }).status).toBe(0);
    const root = account('      - { name: ci }\n', '    root: { keys: [{ created: 9d }] }\n');
    expect(report(['--check'], { seed: root }).status).toBe(1);
    const { stdout, status } = report(['--check', '--user', 'ci'], { seed: root });
    expect([status, stdout]).toEqual([0, expect.stringContaining('No key needs action')]);
  });

  it('ends with 2 when something is unknown, and 1 when something else is overdue as well', () => {
    const faults =
      'faults: [{ kind: error, code: AccessDenied, status: 403, service: iam, action: GetAccessKeyLastUsed, times: always }]\n';
    const idle = '      - { name: idle, keys: [{ created: 80d }] }\n';
    const old = '      - { name: old, keys: [{ created: 99d, lastUsed: { at: 1d } }] }\n';
    const unsure = report(['--check'], { seed: faults + account(idle) });
    expect(unsure.status).toBe(2);
    expect(unsure.stdout).toMatch(/^unknown +idle /m);
    expect(unsure.stdout).toContain('INCOMPLETE: not all could be read\n  last use of keys, 1 (AKIA');
    expect(unsure.stdout).toContain('"Action":"iam:GetAccessKeyLastUsed"');
    expect(report(['--check'], { seed: faults + account(idle + old) }).status).toBe(1);
    expect(report([], { seed: faults + account(idle) }).status).toBe(2);
  });

  it('takes the policy from keyturn.yaml, and refuses a wrong one before it asks AWS', () => {
    const config = join(cli.folder, 'policy.yaml');
    writeFileSync(config, 'keys: { maxAge: 8d, grace: { period: 1d }, protect: { paths: [/robots/] } }\n');
    const { stdout } = report(['--config', config, '-f', 'json'], { seed: FRESH });
    expect((JSON.parse(stdout) as KeysResult).keys).toMatchObject([
      {
        verdict: 'protected',
        reason: 'protected by the path /robots/; without that overdue: 9 days old, 8 days allowed',
      },
    ]);
    writeFileSync(config, 'keys:\n  maxage: 8d\n');
    expect(report(['--config', config])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `keyturn: policy.yaml:2:3: unknown key "maxage"; did you mean "maxAge"?\n`,
    });
  });

  it('filters', () => {
    const { stdout } = report(['--user', 'BACK*', '--older-than', '20w', '--unused-for', '1d', '-f', 'json']);
    const { keys, filteredOut } = JSON.parse(stdout) as KeysResult;
    expect(keys.map(({ principal, ageDays }) => [principal.name, ageDays])).toEqual([['backup', 300]]);
    expect(filteredOut).toBe(1);
  });

  it('writes several reports of one run, and no secret into any', () => {
    const copyThenRun = ['sh', '-c', 'cp "$AWS_SHARED_CREDENTIALS_FILE" all-keys; exec "$@"', 'sh'];
    const args = ['keys', 'report', '-o', 'html=keys.html', '-o', 'json=keys.json', '-f', 'markdown', '-v'];
    const { status, stdout, stderr } = cli.run(
      ['sandbox', '--', ...copyThenRun, process.execPath, cli.bin, ...args],
      { env: { TMPDIR: cli.folder } },
    );
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^keyturn: 3 keys need action: 4 keys in/)]);
    const read = (file: string) => readFileSync(join(cli.folder, file), 'utf8');
    const texts = [stdout, read('keys.html'), read('keys.json')];
    for (const text of texts) expect(text).toMatch(/AKIA\w{16}/);
    const secrets = [...read('all-keys').matchAll(/(?:secret_access_key|session_token) = (\S+)/g)];
    expect(secrets.length).toBeGreaterThan(5);
    for (const [, secret] of secrets) expect(texts.join(stderr).includes(secret!)).toBe(false);
  });

  it('goes where --profile, --region and --endpoint-url say', () => {
    const { stdout } = report(['--profile', 'admin-444455556666', '--region', 'eu-west-1', '-f', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ account: { id: '444455556666' }, region: 'eu-west-1' });
    const nowhere = report(['--endpoint-url', 'http://aws.example.com']);
    expect(nowhere).toMatchObject({ status: 2, stdout: '' });
    expect(nowhere.stderr).toContain('is not encrypted');
    expect(report(['--endpoint-url', 'nowhere']).stderr).toBe(
      'keyturn: --endpoint-url: "nowhere" is no URL\n',
    );
    const unknown = report(['--profile', 'nobody']);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('no AWS credentials were found');
  });

  it('ends quietly when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    const argv = ['keys', 'report', '--region', 'us-east-1', '--endpoint-url', 'http://127.0.0.1:9'];
    expect(await runMain(argv, { hooks: { signal } })).toMatchObject({
      status: 130,
      stdout: '',
      stderr: 'keyturn: interrupted; nothing was reported\n',
    });
  });

  it('says what is wrong with an option', () => {
    const wrong = (...args: string[]) => cli.run(['keys', 'report', ...args]).stderr;
    expect(wrong('--older-than', 'long')).toBe(
      'keyturn: --older-than: expected a length of time such as 90d or 12h, got "long"\n',
    );
    expect(wrong('--verdict', 'overdu')).toContain('did you mean "overdue"?');
    expect(wrong('-f', 'table')).toContain('is not one of text, json, csv, markdown, html');
  });
});
