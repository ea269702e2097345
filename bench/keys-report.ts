// keys report against the naive way, three calls for each key, on the sandbox: node scripts/run-ts.mjs bench/keys-report.ts 5000
// Both ask over HTTP with the same SDK and as many calls under way; the sandbox runs in the same process, so times hold its work as well.
import { connectAws } from '../src/aws/connect.ts';
import { DAY_MS } from '../src/base/duration.ts';
import { inParallel } from '../src/base/parallel.ts';
import { Secret } from '../src/base/secret.ts';
import { takeInventory } from '../src/keys/inventory.ts';
import { DEFAULT_POLICY } from '../src/keys/policy.ts';
import { mustBeFresh } from '../src/keys/report.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import { options, seconds, table } from './measure.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const ACCOUNT = '111122223333';
const { positionals, values } = options('bench/keys-report.ts USERS [--unused PERCENT] [--parallel N]', {
  unused: '10',
  parallel: '8',
});
const userCount = Number(positionals[0]);
const parallel = Number(values.parallel);

const sandbox = await startSandbox({
  seed: {
    accounts: [
      {
        id: ACCOUNT,
        users: Array.from({ length: userCount }, (_, i) => {
          const at = i % 100 < Number(values.unused) ? '60d' : '1d';
          return {
            name: `user-${i}`,
            created: '400d',
            tags: { team: `team-${i % 20}` },
            keys: ['80d', '70d'].map((created) => ({ created, lastUsed: { at } })),
          };
        }),
      },
    ],
  },
});
const { accessKeyId, secretAccessKey, sessionToken } = sandbox.control.adminOf(ACCOUNT);
const aws = await connectAws({
  endpoint: sandbox.url,
  region: 'us-east-1',
  credentials: {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken ?? ''),
  },
});

async function measure(take: () => Promise<number>) {
  sandbox.control.journal.length = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  const keys = await take();
  const { user, system } = process.cpuUsage(cpu);
  const wall = performance.now() - started;
  return { keys, calls: sandbox.control.journal.length, wall, cpu: (user + system) / 1000 };
}

/** ListAccessKeys, GetUser and GetAccessKeyLastUsed for each key, as a script does it that begins with what it wants to print. */
async function naive(): Promise<number> {
  const users: string[] = [];
  for await (const { name } of aws.iam.listUsers()) users.push(name);
  const keys = users.flatMap((user) => [0, 1].map((slot) => ({ user, slot })));
  await inParallel(keys, parallel, async ({ user, slot }) => {
    const listed = await aws.iam.listAccessKeys(user);
    await aws.iam.getUser(user);
    await aws.iam.accessKeyLastUsed(listed[slot]!.id);
  });
  return keys.length;
}

async function ours(): Promise<number> {
  const filter = { users: [], paths: [], tags: [], statuses: [], verdicts: [] };
  const { keys, gaps } = await takeInventory(aws, {
    now: Date.now,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    region: 'us-east-1',
    parallel,
    mustBeFresh: (key) => mustBeFresh(key, DEFAULT_POLICY, filter, Date.now()),
  });
  if (gaps.length > 0) throw new Error(JSON.stringify(gaps));
  const unproven = keys.filter(({ createdAt }) => Date.now() - (createdAt ?? 0) > 100 * DAY_MS);
  if (unproven.length > 0) throw new Error('ages are wrong');
  return keys.length;
}

const report = await measure(ours);
const simple = await measure(naive);
if (report.keys !== simple.keys) throw new Error(`${report.keys} keys, and ${simple.keys}`);
const row = (name: string, { calls, wall, cpu }: typeof report) => [
  name,
  String(calls),
  (calls / report.calls).toFixed(1),
  seconds(wall),
  (wall / report.wall).toFixed(1),
  seconds(cpu),
];
console.log(
  `${userCount} users, ${report.keys} keys, ${values.unused}% of the users with unused keys, ${parallel} calls at a time`,
);
console.log(
  table([
    ['', 'calls', 'ratio', 'wall', 'ratio', 'cpu'],
    row('keys report', report),
    row('three calls a key', simple),
  ]),
);
await sandbox.close();
