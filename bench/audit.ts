// How many calls an audit makes of a large account, and how long it takes when AWS answers at once:
//   npm run build && node scripts/run-ts.mjs bench/audit.ts dist/keyturn.js [--users 1000] [--roles 200] [--policies 200] [--rate N]
// `--rate` lets each service take N requests a second, and throttle the rest.
// The account is one of the sandbox, in this process; the audit is a process of its own, so its CPU time is its own. Half of the users have
// a password, half a key, and every tenth has two; each is in a group; policies are attached to roles. Regions are empty: what is counted of them is what
// every region costs.
import { spawn } from 'node:child_process';
import { startSandbox } from '../src/sandbox/index.ts';
import type { Seed } from '../src/sandbox/seed/seed.ts';
import { options } from './measure.ts';

const { positionals, values } = options(
  'bench/audit.ts CLI [--users N] [--roles N] [--policies N] [--checks PATTERN] [--rate N]',
  { users: '1000', roles: '200', policies: '200', checks: '*', rate: '0' },
);
const ACCOUNT = '111122223333';
const sandbox = await startSandbox({ seed: seedOf() });
const { wall, cpu, results, unknown } = await audit();
await sandbox.close();

const calls = new Map<string, number>();
for (const { service, action } of sandbox.control.journal)
  calls.set(`${service}:${action}`, (calls.get(`${service}:${action}`) ?? 0) + 1);
const rows = [...calls].sort(([, a], [, b]) => b - a);
console.log(`${values.users} users, ${values.roles} roles, ${values.policies} policies`);
for (const [name, count] of rows) console.log(`${String(count).padStart(6)}  ${name}`);
const total = rows.reduce((sum, [, count]) => sum + count, 0);
const throttled = sandbox.control.journal.filter(({ error }) => error?.startsWith('Throttling')).length;
console.log(
  `${String(total).padStart(6)}  calls in ${wall.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU; ${results} results, ${unknown} unknown; ${throttled} calls throttled`,
);

function seedOf(): Seed {
  const count = (text: string) => Array.from({ length: Number(text) }, (_, i) => i);
  const reads = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:Get*', 'sqs:*'], Resource: '*' }],
  };
  const key = { created: '40d', lastUsed: { at: '1d' } };
  const rate = Number(values.rate);
  return {
    ...(rate > 0 && { settings: { requestsPerSecond: rate } }),
    accounts: [
      {
        id: ACCOUNT,
        policies: Object.fromEntries(count(values.policies).map((i) => [`policy-${i}`, reads])),
        groups: count('20').map((i) => ({ name: `group-${i}`, inline: { reads } })),
        users: count(values.users).map((i) => ({
          name: `user-${i}`,
          groups: [`group-${i % 20}`],
          password: i % 2 === 0,
          mfa: i % 4 === 0,
          keys: i % 2 === 1 ? (i % 10 === 1 ? [key, key] : [key]) : [],
        })),
        roles: count(values.roles).map((i) => ({
          name: `role-${i}`,
          policies: count(values.policies)
            .filter((policy) => policy % Number(values.roles) === i)
            .map((policy) => `arn:aws:iam::${ACCOUNT}:policy/policy-${policy}`),
        })),
      },
    ],
  };
}

/** Seconds; the shell's `time` writes the last line of standard error. */
async function audit(): Promise<Record<'wall' | 'cpu' | 'results' | 'unknown', number>> {
  const line = [process.execPath, positionals[0]!, 'audit', '-q', '--check', values.checks, '-f', 'json'];
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@"', 'bash', ...line], {
    env: { ...sandbox.env, PATH: process.env['PATH'], HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [wall = 0, user = 0, system = 0] = (err.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  const { results } = JSON.parse(out) as { results: { status: string }[] };
  const unknown = results.filter(({ status }) => status === 'UNKNOWN').length;
  return { wall, cpu: user + system, results: results.length, unknown };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
