import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { SeedAccount, SeedKey } from '../../src/sandbox/seed/seed.ts';
import { makeFolder, type Run } from '../cli/run-main.ts';
import { actionsOf, type PolicyDocument, policyOf, withoutAction } from '../helpers/iam-policy.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { runKeys } from './operator.ts';

const USED = { at: '60d', service: 's3', region: 'us-east-1' };
const OLD: SeedKey = { created: '200d', lastUsed: USED };
const NEW: SeedKey = { created: '20d', lastUsed: { ...USED, at: '10d' } };

/** A way through a command; `needs` are the actions that only this one asks for. */
interface Scenario {
  command: string;
  /** A second policy, whose actions are those in question. */
  sink?: string;
  what: string;
  account: Omit<SeedAccount, 'id'>;
  /** `{old}` and `{new}` stand for the ids of those keys of `ci`, `{plan}` for a plan that rotates the old one. */
  line: string;
  prepare?: (sandbox: Sandbox) => void;
  /** Status with the whole policy. */
  status: number;
  needs?: readonly string[];
}

const neverLive = ({ control }: Sandbox) => {
  control.settings.keyLiveDelayMs = 3_600_000;
};
const rotated = {
  users: [{ name: 'ci', keys: [NEW, OLD] }],
  secrets: [{ name: 'keyturn/ci', keyOf: 'ci' }],
};
const retired = { ...rotated, users: [{ name: 'ci', keys: [NEW, { ...OLD, status: 'Inactive' as const }] }] };
const unstored = { users: [{ name: 'ci', keys: [OLD] }] };
const ROLL_BACK = ['iam:DeleteAccessKey'];

const SCENARIOS: readonly Scenario[] = [
  {
    command: 'keys report',
    what: 'a user whose key is of doubtful use',
    account: { users: [{ name: 'ci', keys: [OLD] }] },
    line: 'keys report',
    status: 0,
  },
  {
    command: 'keys report',
    what: 'as a plan',
    account: { users: [{ name: 'ci', keys: [OLD] }] },
    line: 'keys plan',
    status: 0,
    // The credential report tells the last use of every key here.
    needs: [],
  },
  {
    command: 'keys rotate',
    what: 'a first rotation',
    account: unstored,
    line: 'keys rotate ci --apply --yes',
    status: 0,
  },
  {
    command: 'keys rotate',
    what: 'a key that AWS will not take',
    account: unstored,
    line: 'keys rotate ci --apply --yes',
    prepare: neverLive,
    status: 2,
    needs: ROLL_BACK,
  },
  {
    command: 'keys apply',
    what: 'a first rotation',
    account: unstored,
    line: 'keys apply {plan} --apply --yes',
    status: 0,
  },
  {
    command: 'keys apply',
    what: 'a key that AWS will not take',
    account: unstored,
    line: 'keys apply {plan} --apply --yes',
    prepare: neverLive,
    status: 2,
    needs: ROLL_BACK,
  },
  {
    command: 'keys deactivate',
    what: 'a replaced key',
    account: rotated,
    line: 'keys deactivate {old} --apply --yes',
    status: 0,
  },
  {
    command: 'keys restore',
    what: 'a replaced key',
    account: retired,
    line: 'keys restore {old} --apply --yes',
    status: 0,
  },
  {
    command: 'keys delete',
    what: 'a dead key',
    account: retired,
    line: 'keys delete {old} --apply --yes --force tested',
    status: 0,
  },
  { command: 'keys status', what: 'a rotated user', account: rotated, line: 'keys status ci', status: 0 },
];

const SINK_SCENARIOS: readonly Scenario[] = [
  {
    command: 'keys rotate',
    sink: 'sink ssm',
    what: 'to a parameter',
    account: unstored,
    line: 'keys rotate ci --sink ssm:/keyturn/{user} --apply --yes',
    status: 0,
  },
  {
    command: 'keys rotate',
    sink: 'sink secret',
    what: 'to a second secret',
    account: unstored,
    line: 'keys rotate ci --sink secret:copies/{user} --apply --yes',
    status: 0,
  },
];

/** `line` as someone who may do what `document` says and no more. Time passes when the command waits. */
async function runAs(document: PolicyDocument, { account, line, prepare }: Scenario): Promise<Run> {
  const operator = { name: 'operator', inline: { keyturn: document }, keys: [{ created: '1d' }] };
  const users = [...(account.users ?? []), operator];
  const sandbox = await openSandbox({ accounts: [{ ...account, id: ACCOUNT, users }] });
  const { clock } = sandbox.control;
  const keys = sandbox.control.keysOf(ACCOUNT, 'ci');
  const [credentials] = sandbox.control.keysOf(ACCOUNT, 'operator');
  prepare?.(sandbox);
  const old = keys.at(-1)!.accessKeyId;
  const items = [{ action: 'rotate', user: 'ci', keyId: old, secretName: 'keyturn/ci', reason: 'test' }];
  const cwd = makeFolder({
    'plan.json': JSON.stringify({ schemaVersion: 1, accountId: ACCOUNT, items }),
    'keyturn.yaml': 'keys: { grace: { mode: after, period: 1h }, quiet: 1h }\n',
  });
  const words = line.replace('{old}', old).replace('{plan}', 'plan.json').split(' ');
  const run = () =>
    runKeys(sandbox, [...words, '--config', 'keyturn.yaml'], { cwd, credentials: credentials! });
  const first = await run();
  // Until its grace is over a rotation waits; the same command goes on.
  if (!first.stdout.includes('waiting:')) return first;
  clock.advance(2 * 3_600_000);
  return run();
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeSandboxes();
});

describe.each(SCENARIOS)('docs/IAM-POLICY.md: $command, $what', (scenario) => {
  const policy = policyOf(scenario.command);
  const elsewhere = SCENARIOS.filter(
    (other) => other !== scenario && other.command === scenario.command,
  ).flatMap(({ needs = [] }) => needs);
  const actions = scenario.needs ?? actionsOf(policy).filter((action) => !elsewhere.includes(action));

  it('is enough', async () => {
    const { status, stdout, stderr } = await runAs(policy, scenario);
    expect(status, stdout + stderr).toBe(scenario.status);
    expect(stdout + stderr).not.toContain('not authorized');
  });

  it.each(actions)('needs %s, and says so', async (action) => {
    const { status, stdout, stderr } = await runAs(withoutAction(policy, action), scenario);
    const said = stdout + stderr;
    expect(status, said).toBeGreaterThan(0);
    expect(said).toContain(`user/operator is not authorized to perform: ${action} on resource`);
    expect(said).toContain(`{"Effect":"Allow","Action":"${action}","Resource":"`);
  });
});

describe.each(SINK_SCENARIOS)('docs/IAM-POLICY.md: $command, $what', (scenario) => {
  const sink = policyOf(scenario.sink!);
  const whole = {
    Version: '2012-10-17',
    Statement: [...policyOf(scenario.command).Statement, ...sink.Statement],
  };

  it('is enough', async () => {
    const { status, stdout, stderr } = await runAs(whole, scenario);
    expect(status, stdout + stderr).toBe(0);
  });

  it.each(sink.Statement.flatMap((statement) => statement.Action))('needs %s', async (action) => {
    const document = {
      ...whole,
      Statement: [...policyOf(scenario.command).Statement, ...withoutAction(sink, action).Statement],
    };
    const { status, stdout, stderr } = await runAs(document, scenario);
    expect(status, stdout + stderr).toBe(2);
    expect(stdout).toContain(`is not authorized to perform: ${action} on resource`);
    expect(stdout).toContain(`{"Effect":"Allow","Action":"${action}","Resource":"`);
  });
});
