// What starting keyturn costs beyond starting Node: npm run build && node scripts/run-ts.mjs bench/startup.ts dist/keyturn.js [--runs N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, keyturnScan, median, options, run, table } from './measure.ts';

const { positionals, values } = options('bench/startup.ts dist/keyturn.js [--runs N]', { runs: '21' });
const cli = positionals[0]!;
const empty = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
process.on('exit', () => rmSync(empty, { recursive: true, force: true }));

const ways = {
  'node -e 0': node('-e', '0'),
  'keyturn --version': node(cli, '--version'),
  'keyturn --help': node(cli, '--help'),
  'keyturn scan, empty folder': keyturnScan(cli, ['--no-cache', empty]),
} satisfies Record<string, Command>;

const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round <= Number(values.runs); round++) {
  for (const [name, command] of Object.entries(ways)) {
    const time = await run(command);
    if (round > 0) times.get(name)!.push(time);
  }
}

const bare = median(times.get('node -e 0')!);
const rows = [...times].map(([name, all]) => {
  const time = median(all);
  return [name, `${time.toFixed(0)} ms`, `${(time - bare).toFixed(0)} ms`, (time / bare).toFixed(2)];
});
console.log(`median of ${values.runs}`);
console.log(table([['command', 'time', 'beyond node', 'ratio'], ...rows]));

function node(...args: string[]): Command {
  return { command: process.execPath, args, allowed: [0] };
}
