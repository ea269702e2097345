import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditResult } from '../../src/report/audit-result.ts';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;

beforeAll(async () => {
  cli = await buildCli();
  const file = (name: string, text: string) => writeFileSync(join(cli.folder, name), text);
  file('keyturn.yaml', 'keys: { limits: { count: 20, percent: 100 } }\n');
  file(
    'seed.yaml',
    `settings: { regions: [us-east-1] }
accounts:
  - id: "111122223333"
    users:
      - { name: busy, keys: [{ created: 80d, lastUsed: { at: 1d, service: s3 } }] }
      - { name: idle, keys: [{ created: 80d, lastUsed: { at: 60d, service: s3 } }] }
`,
  );
});
afterAll(() => cli.remove());

/** Runs a script inside one sandbox; `keyturn` in it is the built one. */
function inside(script: string) {
  const body = `keyturn() { '${process.execPath}' '${cli.bin}' "$@"; }\n${script}`;
  return cli.run(['sandbox', '--seed', 'seed.yaml', '--', 'bash', '-c', body], {
    env: { TMPDIR: cli.folder },
    timeoutMs: PATIENCE_MS,
  });
}

const read = (file: string) => readFileSync(join(cli.folder, file), 'utf8');

/** Of `keys-unused`, by user: a user without an active key is in none of it. */
function statuses(file: string): Record<string, string> {
  const { results } = JSON.parse(read(file)) as AuditResult;
  return Object.fromEntries(results.map(({ resource, status }) => [resource.split(/[:/]/).at(-1)!, status]));
}

/** The engine waits until AWS refuses the key: a quarter of a minute of the real clock. */
const PATIENCE_MS = 90_000;

it('deactivates what nobody uses, once it is told to, and the check passes', { timeout: PATIENCE_MS }, () => {
  const { stdout, stderr } = inside(`
    audit() { keyturn audit -q --check keys-unused -f json; }
    fix='keyturn audit -q --fix keys-unused --config keyturn.yaml --journal j.ndjson'
    audit > before.json
    $fix; echo "plan $?"
    test ! -e j.ndjson; echo "no journal $?"
    audit > between.json
    $fix --apply --yes; echo "fix $?"
    audit > after.json
  `);
  expect(stdout.match(/^(?:plan|no journal|fix) \d$/gm), stderr).toEqual(['plan 0', 'no journal 0', 'fix 0']);
  const [, idle = ''] = /deactivate (AKIA\w+) of idle: last used 60 days ago/.exec(stderr) ?? [];
  expect(stderr).toContain('Nothing was changed. To do it: the same command with --apply.');
  const failing = { busy: 'PASS', idle: 'FAIL' };
  expect([statuses('before.json'), statuses('between.json')]).toEqual([failing, failing]);
  expect(stdout).toContain(`idle  ${idle}  done: ${idle} is inactive and proven dead`);
  expect(statuses('after.json')).toEqual({ busy: 'PASS' });
  const lines = read('j.ndjson')
    .trim()
    .split(/\n+/)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(
    expect.objectContaining({
      event: 'done',
      action: 'iam:UpdateAccessKey',
      user: 'idle',
      keyId: idle,
      reason: 'keyturn audit --fix keys-unused',
      actor: expect.stringContaining('assumed-role'),
    }),
  );
});
