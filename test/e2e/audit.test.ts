import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditResult, CheckResult } from '../../src/report/audit-result.ts';
import { ownSchema, problemsOf } from '../report/schemas.ts';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;

beforeAll(async () => {
  cli = await buildCli();
  writeFileSync(
    join(cli.folder, 'keyturn.yaml'),
    `keys: { limits: { count: 20, percent: 100 } }
audit:
  exceptions:
    - { check: role-administrators, owner: ops, reason: meant, expires: 2099-12-31 }
    - { check: "root-*", owner: ops, reason: was once, expires: 2020-01-01 }
`,
  );
  writeFileSync(
    join(cli.folder, 'seed.yaml'),
    `settings: { regions: [us-east-1] }
accounts:
  - id: "111122223333"
    root: { mfa: false }
    passwordPolicy: { MinimumPasswordLength: 8, RequireSymbols: true, ExpirePasswords: true, MaxPasswordAge: 30 }
    users:
      - { name: alice, password: true, mfa: true, passwordLastUsed: 1d }
      - { name: idle, keys: [{ created: 80d, lastUsed: { at: 60d, service: s3 } }] }
`,
  );
});
afterAll(() => cli.remove());

/** Runs a script inside one sandbox; `keyturn` in it is the built one. */
function inside(script: string) {
  const keyturn = `'${process.execPath}' '${cli.bin}'`;
  const body = `keyturn() { ${keyturn} "$@" --config keyturn.yaml; }\n${script}`;
  return cli.run(['sandbox', '--seed', 'seed.yaml', '--', 'bash', '-c', body], {
    env: { TMPDIR: cli.folder, XDG_STATE_HOME: join(cli.folder, 'state') },
  });
}

const read = (file: string) => JSON.parse(readFileSync(join(cli.folder, file), 'utf8')) as AuditResult;
const of = ({ results }: AuditResult, check: string): CheckResult =>
  results.find((one) => one.check === check)!;

describe('keyturn audit', () => {
  it('audits, mends what is safe to mend, and tells what got better', () => {
    const { stdout, stderr } = inside(`
      keyturn audit -f json -o sarif=a.sarif > first.json; echo "audit $?"
      keyturn audit -q --fix 'password-*' --fix keys-unused; echo "plan $?"
      keyturn audit -q --section 7 -f json > between.json
      keyturn audit -q --fix 'password-*' --apply --yes; echo "fix $?"
      keyturn audit -q -f json --compare first.json --baseline first.json > second.json; echo "again $?"
      keyturn audit -q --check root-use; echo "one $?"
      keyturn audit -q --check 'root-m*' --fail-on never; echo "never $?"
    `);
    expect(stdout.match(/^(?:audit|plan|fix|again|one|never) \d$/gm), stderr).toEqual([
      'audit 1',
      'plan 0',
      'fix 0',
      // All that fails now failed before.
      'again 0',
      'one 0',
      'never 0',
    ]);
    expect(stderr).toContain('password-length, password-reuse,');
    expect(stderr).toMatch(/keys-unused: deactivate AKIA\w+ of idle: last used 60 days ago/);
    expect(stderr).toContain('Nothing was changed. To do it: the same command with --apply.');
    const [first, between, second] = [read('first.json'), read('between.json'), read('second.json')];
    for (const result of [first, between, second])
      expect(problemsOf(ownSchema('audit-result'), result)).toEqual([]);
    expect(of(first, 'role-administrators').exception).toMatchObject({ owner: 'ops' });
    expect(of(first, 'root-mfa')).toMatchObject({
      status: 'FAIL',
      expiredException: { expires: '2020-01-01' },
    });
    expect(of(between, 'password-length').status).toBe('FAIL');
    // What was right stays, and an age of 30 days is stricter than what is asked for.
    for (const id of ['password-length', 'password-symbols', 'password-reuse'])
      expect(of(second, id).status, id).toBe('PASS');
    expect(of(second, 'password-expiry').evidence).toBe('after 30 days');
    const better = new Set(second.comparison!.better.map(({ check }) => check));
    expect([...better]).toEqual(expect.arrayContaining(['password-length', 'password-reuse']));
    expect(second.comparison!.worse).toEqual([]);
    expect(of(second, 'root-mfa').known).toBe(true);
    expect(read('a.sarif')).toMatchObject({ version: '2.1.0' });
  });

  it('says what is wrong with a request, before it asks AWS', () => {
    const offline = { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } };
    const run = (...args: string[]) => cli.run(['audit', ...args], offline);
    expect(run('--check', 'root-mfaa')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no check "root-mfaa"; did you mean "root-mfa"?'),
    });
    writeFileSync(join(cli.folder, 'scan.json'), '{"schemaVersion":1,"findings":[]}');
    expect(run('--compare', 'scan.json')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not a result of keyturn audit --format json'),
    });
    expect(run('--list', '--check', 'keys-unused')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('or: keyturn audit --fix keys-unused'),
    });
  });

  it('leaves to people what is not safe', () => {
    const { status, stderr } = inside('keyturn audit -q --fix root-mfa --apply --yes');
    expect(status).toBe(2);
    expect(stderr).toContain('root-mfa is for people to mend: Sign in as root');
  });
});
