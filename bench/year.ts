// A year of `keyturn schedule run`: 20 accounts, 200 users, a clock of its own, kills, throttling, outages; what went wrong, and memory:
// node --expose-gc scripts/run-ts.mjs bench/year.ts DAYS [--accounts N] [--users N] [--seed N]
import { simulateYear } from '../test/schedule/year.ts';
import { options, table } from './measure.ts';

const { positionals, values } = options('bench/year.ts DAYS [--accounts N] [--users N] [--seed N]', {
  accounts: '20',
  users: '10',
  seed: '1',
});
const days = Number(positionals[0]);
const began = process.cpuUsage();
const beganAt = performance.now();
const memory: string[][] = [];
const result = await simulateYear({
  seed: Number(values.seed),
  accounts: Number(values.accounts),
  usersPerAccount: Number(values.users),
  days: days,
  chances: { throttled: 0.001, lostReply: 0.001, kill: 0.0003 },
  onMonth: (day) => {
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    memory.push([`day ${day}`, mib(rss), mib(heapUsed)]);
  },
});
const { user, system } = process.cpuUsage(began);
console.log(`${result.users} users in ${values.accounts} accounts, ${days} days, seed ${values.seed}`);
console.log(
  table([
    ['', ''],
    ...Object.entries(result.counts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => [what, count.toLocaleString('en')]),
    ['oldest key that may be replaced, days', result.oldest.usual.toFixed(1)],
    ['the same, outages included', result.oldest.ever.toFixed(1)],
  ]),
);
console.log(table([['memory', 'resident', 'heap in use'], ...memory]));
console.log(
  `${((performance.now() - beganAt) / 1000).toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} s of CPU`,
);
console.log(
  result.violations.length === 0 ? 'nothing was violated' : `VIOLATED\n${result.violations.join('\n')}`,
);
process.exitCode = result.violations.length === 0 ? 0 : 1;

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
