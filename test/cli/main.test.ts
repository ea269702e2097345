import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { VERSION } from '../../src/base/version.ts';
import { makeFolder, runMain } from './run-main.ts';

async function failureOf(argv: string[], options = {}): Promise<string> {
  const { status, stdout, stderr, plan } = await runMain(argv, options);
  expect({ status, stdout, plan }).toEqual({ status: 2, stdout: '', plan: undefined });
  expect(stderr).toMatch(/^keyturn: /);
  return stderr.replace(/^keyturn: /, '').trimEnd();
}

describe('the command line', () => {
  it('says its version', async () => {
    for (const flag of ['--version', '-V']) {
      expect(await runMain([flag])).toEqual({ status: 0, stdout: `keyturn ${VERSION}\n`, stderr: '' });
    }
  });

  it.each([
    [['scn'], "unknown command 'scn'\nDid you mean scan?"],
    [['patterns', 'lst'], "unknown command 'lst'\nDid you mean list?"],
    [['./src'], "unknown command './src'\nDid you mean keyturn scan ./src?"],
    [['scan', '--formt', 'json'], "unknown option '--formt'\nDid you mean --format?"],
    [['scan', '--fail-on'], "option '--fail-on <LEVEL>' argument missing\nOne of high, medium, low."],
    [
      ['scan', '--fail-on', 'hihg'],
      '--fail-on: "hihg" is not one of high, medium, low; did you mean "high"?',
    ],
    [['scan', '--fail-on', 'info'], '--fail-on: "info" is not one of high, medium, low'],
    [['scan', '--jobs', '0'], '--jobs: must be at least 1, got 0'],
    [['scan', '--jobs', 'many'], '--jobs: expected a whole number, got "many"'],
    [
      ['scan', '--max-archive-size', '1 parsec'],
      '--max-archive-size: expected a size such as 512K, 20MB or 1GiB, got "1 parsec"',
    ],
    [['scan', '--output', 'sarif'], '--output: expected FORMAT=FILE, got "sarif"'],
    [['scan', '--output', 'jsom=x'], /^--output: "jsom" is not one of text, .*; did you mean "json"\?$/],
    [['scan', '--output', 'json=no/such/x.json'], /no\/such: no such folder$/],
    [['completion', 'tcsh'], '"tcsh" is not one of bash, zsh, fish'],
    [['completion'], "missing required argument 'SHELL'\nSee keyturn --help."],
    [['-q'], 'no command given\nSee keyturn --help.'],
    [['--nope', 'scan'], "unknown option '--nope'\nSee keyturn --help."],
  ])('refuses %j', async (argv, message) => {
    expect(await failureOf(argv)).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('takes options that every command has in front of the command, too', async () => {
    const { stderr } = await runMain(['-v', '--log-format', 'json', 'scan', '--format', 'json']);
    expect(JSON.parse(stderr)).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      level: 'info',
      message: 'no credentials found',
    });
    expect((await runMain(['--color=never', 'config', 'print'])).stdout).toMatch(
      /^color: never +# --color$/m,
    );
  });

  it('takes the last word of options that contradict each other', async () => {
    expect((await runMain(['scan', '--no-cache', '--cache'])).plan?.cacheDir).toBe(
      '/nonexistent/.cache/keyturn',
    );
    expect((await runMain(['scan', '--cache', '--no-cache'])).plan).not.toHaveProperty('cacheDir');
  });
});

describe('errors', () => {
  it('are a line and a hint when they were foreseen', async () => {
    const runScan = async () => {
      throw new KeyturnError('x:\n  broken', { code: 'x', hint: 'Mend it.' });
    };
    expect(await runMain(['scan'], { hooks: { runScan } })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'keyturn: x: broken\nMend it.\n',
    });
  });

  it('show their stack when they were not', async () => {
    const runScan = async () => {
      throw new TypeError('surprise');
    };
    const { status, stderr } = await runMain(['scan'], { hooks: { runScan } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/please report it\nTypeError: surprise\n {4}at /);
  });

  it('end an interrupted run as interrupted', async () => {
    const stopping = new AbortController();
    const runScan = async () => {
      stopping.abort();
      throw new Error('torn down');
    };
    const { status } = await runMain(['scan'], { hooks: { runScan, signal: stopping.signal } });
    expect(status).toBe(130);
  });

  it('never echo control characters of a hostile name', async () => {
    const cwd = makeFolder();
    const { stderr } = await runMain(['scan', 'a\u001b[2Jb\u202e'], { cwd });
    expect(stderr).toBe('keyturn: a\\x1b[2Jb\\u202e: no such file or folder\n');
  });
});
