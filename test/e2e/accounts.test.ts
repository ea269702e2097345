import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;

/** Management, two members that can be entered, one that cannot, and one that is closed. */
const SEED = `accounts:
  - id: "111122223333"
    name: management
    users: [{ name: ci, keys: [{ created: 120d, lastUsed: { at: 2h } }] }]
  - id: "222233334444"
    name: production
    roles: [{ name: keyturn, path: /ops/, trusts: ["111122223333"], externalId: acme, policies: [AdministratorAccess] }]
    users: [{ name: ci, keys: [{ created: 120d, lastUsed: { at: 2h } }] }]
  - id: "333344445555"
    name: staging
    roles: [{ name: keyturn, path: /ops/, trusts: ["111122223333"], externalId: acme, policies: [AdministratorAccess] }]
    users: [{ name: ci, keys: [{ created: 10d, lastUsed: { at: 2h } }] }]
  - id: "444455556666"
    name: stranger
    users: [{ name: ci, keys: [{ created: 120d }] }]
  - { id: "555566667777", name: legacy, state: SUSPENDED }
`;

const CONFIG = `keys: { grace: { mode: after, period: 1h }, limits: { count: 20, percent: 100 }, unusedFor: false }
accounts:
  ids: org
  role: ops/keyturn
  externalId: acme
`;

beforeAll(async () => {
  cli = await buildCli();
  writeFileSync(join(cli.folder, 'keyturn.yaml'), CONFIG);
  writeFileSync(join(cli.folder, 'seed.yaml'), SEED);
});
afterAll(() => cli.remove());

/** Runs a script inside one sandbox, in a shell; `journal` prints what was called, `status_of COMMAND` tells how it ended. */
function inside(script: string) {
  const keyturn = `'${process.execPath}' '${cli.bin}'`;
  const body = `
    export XDG_STATE_HOME='${cli.folder}/state'
    keyturn() { ${keyturn} "$@" --config keyturn.yaml; }
    journal() { '${process.execPath}' -e 'fetch(process.env.AWS_ENDPOINT_URL + "/_sandbox/journal").then(async (reply) => process.stdout.write(await reply.text()))'; }
    status_of() { "$@"; echo "status $?" >&2; }
    ${script}`;
  return cli.run(['sandbox', '--seed', 'seed.yaml', '--', 'bash', '-c', body], {
    env: { TMPDIR: cli.folder },
  });
}

function read(file: string) {
  return JSON.parse(readFileSync(join(cli.folder, file), 'utf8'));
}

function validate(schema: string, document: unknown): void {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const isValid = ajv.validate(JSON.parse(readFileSync(`schema/${schema}`, 'utf8')), document);
  expect(isValid, JSON.stringify(ajv.errors)).toBe(true);
}

describe('keyturn keys --accounts', () => {
  it('reports on every account that lets it in, and on none as if it were good', () => {
    const { stdout, stderr } = inside(
      'status_of keyturn keys report --accounts config -o json=report.json -o html=report.html',
    );
    expect(stderr).toContain('status 2');
    expect(stderr).toContain(
      'not done: 1 of 5 accounts; to ask only those again: the same command with --resume',
    );
    expect(stdout).toContain('3 keys in 3 of 5 accounts: 2 overdue, 1 ok');
    expect(stdout).toContain('Not asked: 555566667777 legacy (suspended)');
    expect(stdout).toMatch(
      /INCOMPLETE: not all could be read\n {2}account 444455556666 stranger: sts:AssumeRole/,
    );
    const report = read('report.json');
    validate('keys-report.schema.json', report);
    expect(report.accounts.map(({ state }: { state: string }) => state)).toEqual([
      'read',
      'read',
      'read',
      'failed',
      'skipped',
    ]);
  });

  it('goes on where it stopped: what was read is not asked for again', () => {
    const { stdout, stderr } = inside(`
      status_of keyturn keys report --accounts org > /dev/null
      journal > before.json
      status_of keyturn keys report --accounts org --resume
      journal > after.json
      status_of keyturn keys report --accounts org --resume --older-than 1d
    `);
    expect(stdout).toContain('3 keys in 3 of 5 accounts');
    const calls = (file: string) => read(file).length;
    // Who it is, the list, and the one account that is left: entering it, and whether it was closed.
    expect(calls('after.json') - calls('before.json')).toBe(4);
    expect(stderr).toContain('--resume: the run that stopped was begun with other options');
    expect(stderr.match(/status 2/g)).toHaveLength(3);
    const kept = join(cli.folder, 'state/keyturn/keys-report-111122223333.ndjson');
    expect(statSync(kept).mode & 0o077).toBe(0);
    expect(readFileSync(kept, 'utf8')).not.toMatch(/secretAccessKey|sessionToken|FwoGZX|IQoJb3/i);
  });

  it('plans for all, and applies each plan in its own account', () => {
    const { stdout, stderr } = inside(`
      status_of keyturn keys plan --accounts org --format json > plan.json
      status_of keyturn keys apply plan.json
      status_of keyturn keys apply plan.json --apply --yes --format json > result.json
    `);
    expect(stdout).toBe('');
    expect(stderr.match(/status \d/g)).toEqual(['status 2', 'status 0', 'status 0']);
    expect(stderr).toContain('Nothing was changed.');
    expect(stderr).toContain('account 222233334444 production\n  rotate  ci');
    expect(stderr).toContain('account 444455556666 stranger\n  NOT READ: sts:AssumeRole');
    expect(stderr).toContain('account 555566667777 legacy\n  not asked: suspended');
    const plan = read('plan.json');
    validate('keys-plan.schema.json', plan);
    expect(
      plan.plans.map(({ accountId, items }: { accountId: string; items: [] }) => [accountId, items.length]),
    ).toEqual([
      ['111122223333', 1],
      ['222233334444', 1],
      ['333344445555', 0],
    ]);
    expect(read('result.json').results).toMatchObject([
      { accountId: '111122223333', user: 'ci', state: 'waiting' },
      { accountId: '222233334444', user: 'ci', state: 'waiting' },
    ]);
    const journal = readFileSync(join(cli.folder, 'state/keyturn/journal.ndjson'), 'utf8');
    expect(journal).toContain('arn:aws:sts::222233334444:assumed-role/keyturn/keyturn-keys-apply-admin');
  });

  it('changes nothing in an account that cannot be entered any more, and goes on in the others', () => {
    const { stdout, stderr } = inside(`
      keyturn keys plan --accounts org --format json > plan.json
      status_of keyturn keys apply plan.json --apply --yes --external-id other
    `);
    expect(stderr).toContain('status 2');
    expect(stdout).toMatch(/^111122223333 {2}ci {2}AKIA\w+ {2}waiting: /m);
    expect(stdout).toMatch(/^222233334444 {2}ci {2}AKIA\w+ {2}failed: sts:AssumeRole: /m);
    expect(stdout).toContain('with this external ID');
  });

  it('is interrupted between two accounts, and goes on with the rest', () => {
    writeFileSync(join(cli.folder, 'one.yaml'), `${CONFIG}  concurrency: 1\n`);
    const { stdout, stderr } = inside(`
      file="$XDG_STATE_HOME/keyturn/keys-report-111122223333.ndjson"
      rm -f "$file"
      ( exec '${process.execPath}' '${cli.bin}' keys report --accounts org --config one.yaml ) & pid=$!
      until grep -qs accountId "$file"; do sleep 0.05; done
      kill -INT $pid
      status_of wait $pid
      status_of keyturn keys report --accounts org --resume -v
    `);
    expect(stderr).toMatch(
      /interrupted; \d of 5 accounts are done\nTo go on: the same command with --resume\.\nstatus 130/,
    );
    expect(stderr).toMatch(/[12] accounts were done before/);
    expect(stdout).toContain('3 keys in 3 of 5 accounts');
  });

  it.each([
    ['keys report --accounts 1234', '--accounts: "1234": an account ID has twelve digits'],
    ['keys report --accounts org,111122223333', '--accounts: "org": an account ID has twelve digits'],
    [
      'keys report --accounts org --role arn:aws:iam::1:role/x',
      '--role: the name of a role is wanted, not its ARN',
    ],
    ['keys report --role x', '--role goes with --accounts'],
    ['keys plan ci --accounts org', '--accounts: ci is of one account'],
  ])('%s', (line, message) => {
    const { status, stderr } = cli.run([...line.split(' '), '--config', 'keyturn.yaml']);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

describe('keyturn audit --accounts', () => {
  const CHECKS =
    '--check root-keys --check keys-rotated --check organization --check service-control-policies';

  it('audits every account that lets it in, and takes none for good', () => {
    const { stderr } = inside(`
      status_of keyturn audit --accounts config ${CHECKS} -o json=audit.json -o text=audit.txt -o html=audit.html
      status_of keyturn audit --accounts org ${CHECKS} --fail-on never -o csv=audit.csv`);
    expect(stderr.match(/status \d/g)).toEqual(['status 1', 'status 2']);
    const result = read('audit.json');
    validate('audit-result.schema.json', result);
    expect(result.accounts.map(({ id, name, state }: Record<string, string>) => [id, name, state])).toEqual([
      ['111122223333', 'management', 'read'],
      ['222233334444', 'production', 'read'],
      ['333344445555', 'staging', 'read'],
      ['444455556666', 'stranger', 'failed'],
      ['555566667777', 'legacy', 'skipped'],
    ]);
    const unknown = result.results.filter(({ status }: Record<string, string>) => status === 'UNKNOWN');
    // Members are told about the organization by the management account.
    expect(new Set(unknown.map(({ account }: { account: { id: string } }) => account.id))).toEqual(
      new Set(['444455556666']),
    );
    const text = readFileSync(join(cli.folder, 'audit.txt'), 'utf8');
    expect(text).toContain('PASS in 3 of 5 accounts  Root has no access keys');
    expect(text).toMatch(/^ {2}444455556666 stranger +not read$/m);
    expect(text).toContain('Not asked: 555566667777 legacy (suspended)');
    expect(readFileSync(join(cli.folder, 'audit.csv'), 'utf8')).toContain('555566667777,legacy,skipped');
  });

  it('goes on where it stopped, and compares account by account', () => {
    inside(`
      status_of keyturn audit --accounts config ${CHECKS} -f json > first.json
      keyturn audit --accounts config ${CHECKS} -f json --resume --compare first.json > second.json
      journal > calls.json`);
    const { comparison } = read('second.json');
    expect(comparison).toMatchObject({ worse: [], better: [] });
    const reports = read('calls.json').filter(
      ({ action }: { action: string }) => action === 'GetCredentialReport',
    );
    expect(reports).toHaveLength(3);
  });

  it('asks nobody when all are excluded, and writes its report before it says that it cannot compare', () => {
    const { stderr } = inside(`
      printf 'accounts: { role: ops/keyturn, exclude: ["2222*"] }\\n' > none.yaml
      '${process.execPath}' '${cli.bin}' audit --accounts 222233334444 ${CHECKS} --config none.yaml; echo "none $?" >&2
      keyturn audit ${CHECKS} -q -f json > own.json
      sed s/111122223333/999988887777/g own.json > other.json
      keyturn audit ${CHECKS} -q -f json --compare other.json > compared.json; echo "compared $?" >&2`);
    expect(stderr).toContain('every account that was chosen is closed or excluded');
    expect(stderr.match(/(?:none|compared) \d/g)).toEqual(['none 2', 'compared 2']);
    expect(stderr).toContain('the earlier result is of account 999988887777, and this is 111122223333');
    validate('audit-result.schema.json', read('compared.json'));
  });

  it('mends one account only', () => {
    const { status, stderr } = cli.run(
      'audit --accounts org --fix guardduty --config keyturn.yaml'.split(' '),
    );
    expect(status).toBe(2);
    expect(stderr).toContain('--fix mends the one account of the credentials');
  });
});
