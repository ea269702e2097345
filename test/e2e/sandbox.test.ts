import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

/** Runs a script of Node inside; what it prints is JSON. */
function inside(script: string, options: { args?: string[]; env?: Record<string, string> } = {}) {
  const { args = [], env = {} } = options;
  return cli.run(['sandbox', ...args, '--', process.execPath, '-e', script], {
    env: { TMPDIR: cli.folder, ...env },
  });
}

/** Folders that a sandbox left behind. */
const leftOvers = () => readdirSync(cli.folder).filter((name) => name.startsWith('keyturn-sandbox-'));

/** Waits for a text on standard output. */
async function said(child: ChildProcessWithoutNullStreams, text: string): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes(text)) return output;
  }
  throw new Error(`never said ${text}: ${output}`);
}

const SHOW_ENV = 'console.log(JSON.stringify(process.env))';

describe('keyturn sandbox -- COMMAND', () => {
  it('runs a program that reaches the sandbox, and nothing else of AWS', () => {
    const env = {
      AWS_PROFILE: 'production',
      AWS_ENDPOINT_URL_STS: 'https://sts.amazonaws.com',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      HTTP_PROXY: 'http://proxy.example.com',
      NO_PROXY: 'internal.example.com',
      OURS: 'kept',
    };
    const { status, stdout, stderr } = inside(SHOW_ENV, { env });
    expect([status, stderr]).toEqual([0, '']);
    const seen = JSON.parse(stdout) as Record<string, string>;
    expect(
      Object.keys(seen)
        .filter((name) => name.startsWith('AWS_'))
        .sort(),
    ).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_SHARED_CREDENTIALS_FILE',
    ]);
    expect(seen).toMatchObject({ OURS: 'kept', NO_PROXY: 'internal.example.com,127.0.0.1' });
    expect(seen['AWS_ENDPOINT_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(leftOvers()).toEqual([]);
  });

  it('serves while the program runs, from the seed that it was given', () => {
    const seed = join(cli.folder, 'seed.yaml');
    writeFileSync(seed, 'accounts:\n  - id: "999988887777"\n    users: [{ name: robot, keys: [{}] }]\n');
    const script = `fetch(process.env.AWS_ENDPOINT_URL + '/_sandbox/state').then((a) => a.text()).then((t) => console.log(t))`;
    const { stdout } = inside(script, { args: ['--seed', seed] });
    expect(JSON.parse(stdout).accounts).toMatchObject([
      {
        id: '999988887777',
        users: [{ name: '<root_account>' }, { name: 'robot', keys: [{ status: 'Active' }] }],
      },
    ]);
  });

  it('gives a profile for each key, in files that only the user can read', () => {
    const script = `
      const { readFileSync, statSync } = require('node:fs');
      const file = process.env.AWS_SHARED_CREDENTIALS_FILE;
      console.log(JSON.stringify([statSync(file).mode & 0o777, readFileSync(file, 'utf8').match(/^\\[.*\\]$/gm)]));`;
    expect(JSON.parse(inside(script).stdout)).toEqual([
      0o600,
      [
        '[default]',
        '[ci]',
        '[backup]',
        '[backup-2]',
        '[alice]',
        '[admin-444455556666]',
        '[444455556666-deploy]',
      ],
    ]);
  });

  it('passes the status of the program through, and the signal that ended it', () => {
    expect(inside('process.exit(7)').status).toBe(7);
    expect(inside('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 5000)').status).toBe(128 + 15);
    expect(leftOvers()).toEqual([]);
  });

  it('forwards signals and waits for what the program makes of them', async () => {
    const script = `process.on('SIGTERM', () => process.exit(9)); console.log('ready'); setInterval(() => {}, 1000)`;
    const child = cli.start(['sandbox', '--', process.execPath, '-e', script], {
      env: { TMPDIR: cli.folder },
    });
    await said(child, 'ready');
    child.kill('SIGTERM');
    const [status] = await once(child, 'exit');
    expect(status).toBe(9);
    expect(leftOvers()).toEqual([]);
  });

  it('says when there is no such program', () => {
    const { status, stderr } = cli.run(['sandbox', '--', 'no-such-program']);
    expect([status, stderr]).toEqual([2, 'keyturn: no-such-program: no such command\n']);
  });
});

describe('keyturn sandbox', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, and leaves nothing behind', async (signal) => {
    const child = cli.start(['sandbox'], { env: { TMPDIR: cli.folder } });
    const output = await said(child, 'Control:');
    const [, envFile = ''] = /^ {2}\. (\S+)$/m.exec(output) ?? [];
    const credentials = readFileSync(join(dirname(envFile), 'credentials'), 'utf8');
    expect(statSync(dirname(envFile)).mode & 0o777).toBe(0o700);
    const secrets = [...credentials.matchAll(/(?:secret_access_key|session_token) = (\S+)/g)].map(
      ([, value]) => value!,
    );
    expect(secrets.length).toBeGreaterThan(5);
    for (const secret of secrets) expect(output.includes(secret)).toBe(false);
    const [, url = ''] = /listens at (\S+)\./.exec(output) ?? [];
    expect((await fetch(`${url}/_sandbox/clock`)).status).toBe(200);
    child.kill(signal);
    const [status] = await once(child, 'exit');
    expect(status).toBe(0);
    expect(existsSync(envFile)).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says what is wrong with a seed or a port', async () => {
    const seed = join(cli.folder, 'bad.yaml');
    writeFileSync(seed, 'accounts:\n  - id: "1"\n');
    expect(cli.run(['sandbox', '--seed', 'bad.yaml', '--', 'true'])).toMatchObject({
      status: 2,
      stderr: `keyturn: ${seed}:2:9: an account id has twelve digits\n`,
    });
    writeFileSync(seed, 'accounts:\n  - id: "111122223333"\n    users: [{ name: ci, groups: [none] }]\n');
    expect(cli.run(['sandbox', '--seed', seed, '--', 'true'])).toMatchObject({
      status: 2,
      stderr: 'keyturn: --seed: user ci: there is no group none in account 111122223333\n',
    });
    expect(cli.run(['sandbox', '--seed', 'none.yaml', '--', 'true'])).toMatchObject({
      status: 2,
      stderr: `keyturn: ${join(cli.folder, 'none.yaml')}: no such file\n`,
    });
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect(cli.run(['sandbox', '--port', String(port), '--', 'true'])).toMatchObject({
      status: 2,
      stderr: `keyturn: --port: ${port} is taken\nWithout --port, any free one is used.\n`,
    });
    other.close();
  });
});
