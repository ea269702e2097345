import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;
let journal: string;

beforeAll(async () => {
  cli = await buildCli();
  journal = join(cli.folder, 'state/journal.ndjson');
  writeFileSync(
    join(cli.folder, 'keyturn.yaml'),
    'keys: { grace: { mode: after, period: 1h }, limits: { count: 20, percent: 100 }, unusedFor: false }\n',
  );
  writeFileSync(
    join(cli.folder, 'seed.yaml'),
    `accounts:
  - id: "111122223333"
    users:
      - { name: ci, keys: [{ created: 120d, lastUsed: { at: 2h, service: s3 } }] }
      - { name: legacy, tags: { "keyturn:protect": "yes" }, keys: [{ created: 300d }] }
      - { name: new, keys: [{ created: 5d }] }
    secrets: [{ name: app/ci, keyOf: ci, tags: { "keyturn:user": ci } }]
`,
  );
});
afterAll(() => cli.remove());

/** Runs `keyturn LINE` for each line inside one sandbox, in a shell; its own output is what is left. */
function inside(script: string) {
  const keyturn = `'${process.execPath}' '${cli.bin}'`;
  const body = `keyturn() { ${keyturn} "$@" --config keyturn.yaml --journal '${journal}'; }\n${script}`;
  return cli.run(['sandbox', '--seed', 'seed.yaml', '--', 'bash', '-c', body], {
    env: { TMPDIR: cli.folder },
  });
}

describe('keyturn keys', () => {
  it('plans, says what it would do, does it, and tells how things stand', () => {
    const { status, stdout, stderr } = inside(`
      set -e
      keyturn keys plan --format json > plan.json
      keyturn keys apply plan.json
      test ! -e '${journal}'
      keyturn keys apply plan.json --apply --yes --format json > result.json
      keyturn keys status ci --format json > status.json
    `);
    expect(stderr).toContain('Nothing was changed.');
    expect([status, stdout]).toEqual([0, '']);
    const read = (file: string) => JSON.parse(readFileSync(join(cli.folder, file), 'utf8'));
    const plan = read('plan.json');
    expect(plan.items).toMatchObject([{ action: 'rotate', user: 'ci', secretName: 'app/ci' }]);
    expect(plan.skipped).toMatchObject([{ user: 'legacy', reason: expect.stringContaining('protected') }]);
    const schema = JSON.parse(readFileSync('schema/keys-plan.schema.json', 'utf8'));
    const ajv = new Ajv2020({ strict: true });
    expect(ajv.validate(schema, plan), JSON.stringify(ajv.errors)).toBe(true);
    const [result] = read('result.json').results;
    expect(result).toMatchObject({ user: 'ci', state: 'waiting', until: expect.stringMatching(/Z$/) });
    const [user] = read('status.json').users;
    expect(user.keys.map(({ labels }: { labels: string[] }) => labels)).toEqual([
      ['AWSPREVIOUS'],
      ['AWSCURRENT'],
    ]);
    expect(user.next).toContain('grace period');
    const lines = readFileSync(journal, 'utf8').trim().split(/\n+/);
    const created = lines
      .map((line) => JSON.parse(line))
      .find(({ event, action }) => event === 'done' && action === 'iam:CreateAccessKey');
    expect(created).toMatchObject({ user: 'ci', requestId: expect.stringMatching(/.{36}/) });
    expect(created.actor).toContain('assumed-role');
  });

  it('names the file, line and column of a plan that cannot be used', () => {
    writeFileSync(
      join(cli.folder, 'bad.json'),
      '{"schemaVersion": 1, "accountId": "1", "keyCount": 1,\n "itmes": []}',
    );
    const { status, stderr } = inside('keyturn keys apply bad.json --apply --yes');
    expect(status).toBe(2);
    expect(stderr).toContain('bad.json:2:2: unknown key "itmes"; did you mean "items"?');
  });

  it('asks nobody: a job has to say --yes', () => {
    const { status, stderr } = inside('keyturn keys rotate ci --apply < /dev/null');
    expect(status).toBe(2);
    expect(stderr).toContain('add --yes');
  });

  it('says who is missing', () => {
    const { status, stderr } = inside('keyturn keys rotate nobody');
    expect(status).toBe(2);
    expect(stderr).toContain('nobody is neither an ID of a key nor a user with one active key');
  });
});
