// A report over many accounts, some at a time: node scripts/run-ts.mjs bench/accounts.ts 20,200 [--at-a-time 1,4,8] [--users 5] [--delay 30]
// The accounts are the sandbox's; every answer comes DELAY milliseconds late, as over a network.
import { forEachAccount } from '../src/accounts/for-each.ts';
import { selectAccounts } from '../src/accounts/select.ts';
import { connectAws } from '../src/aws/connect.ts';
import { systemClock } from '../src/base/clock.ts';
import { Secret } from '../src/base/secret.ts';
import { takeInventory } from '../src/keys/inventory.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import type { SeedAccount } from '../src/sandbox/seed/seed.ts';
import { options, seconds, table } from './measure.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { positionals, values } = options(
  'bench/accounts.ts COUNT[,COUNT] [--at-a-time 1,4,8] [--users 5] [--delay 30]',
  {
    'at-a-time': '1,4,8',
    users: '5',
    delay: '30',
  },
);

const numbers = (list: string) => list.split(',').map(Number);

for (const count of numbers(positionals[0]!)) {
  const rows: string[][] = [
    ['at a time', 'time', 'ratio', 'user+sys', 'calls', 'each account', 'of them AssumeRole'],
  ];
  let first = 0;
  for (const atATime of numbers(values['at-a-time'])) {
    const sandbox = await startSandbox({ seed: seedOf(count) });
    const { elapsed, cpu } = await timed(() => report(sandbox, atATime));
    first ||= elapsed;
    const { journal } = sandbox.control;
    const assumed = journal.filter(({ action }) => action === 'AssumeRole').length;
    rows.push([
      String(atATime),
      seconds(elapsed),
      (first / elapsed).toFixed(1),
      seconds(cpu),
      String(journal.length),
      (journal.length / count).toFixed(1),
      String(assumed),
    ]);
    await sandbox.close();
  }
  console.log(`${count} accounts of ${values.users} users, answers ${values.delay} ms late`);
  console.log(`${table(rows)}\n`);
}

function seedOf(count: number) {
  const delay = { kind: 'delay' as const, times: Number.POSITIVE_INFINITY, delayMs: Number(values.delay) };
  return { accounts: Array.from({ length: count }, (_, index) => accountOf(index)), faults: [delay] };
}

function accountOf(index: number): SeedAccount {
  const used = { at: '2h' };
  return {
    id: String(100_000_000_000 + index),
    users: Array.from({ length: Number(values.users) }, (_, user) => ({
      name: `user-${user}`,
      keys: [{ created: '60d', lastUsed: used }],
    })),
    roles: [{ name: 'keyturn', policies: ['AdministratorAccess'] }],
  };
}

async function report({ url, control }: Sandbox, concurrency: number): Promise<void> {
  const [management] = control.world.accounts.keys();
  const { accessKeyId, secretAccessKey, sessionToken = '' } = control.adminOf(management!);
  const base = await connectAws({
    endpoint: url,
    region: 'us-east-1',
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: new Secret(sessionToken),
    },
  });
  const request = {
    ids: 'org' as const,
    role: 'keyturn',
    sessionTags: {},
    exclude: [],
    concurrency,
    regions: {},
  };
  const { now, sleep } = systemClock;
  const results = await forEachAccount(
    await selectAccounts(base, request),
    (aws) => takeInventory(aws, { now, sleep, region: aws.region }),
    { purpose: 'bench', now },
  );
  const failed = results.filter((result) => result.state !== 'ok' || result.value.gaps.length > 0);
  if (failed.length > 0) throw new Error(`not all was read: ${JSON.stringify(failed[0])}`);
}

async function timed(work: () => Promise<void>): Promise<{ elapsed: number; cpu: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const elapsed = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { elapsed, cpu: (user + system) / 1000 };
}
