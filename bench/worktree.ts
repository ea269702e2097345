// What scanning a work tree costs, beside a plain search for one pattern over the same files:
//   npm run build && node scripts/run-ts.mjs bench/worktree.ts DIRECTORY [--runs N] [--cli dist/keyturn.js]
// Both read every file but those in `.git`: hidden ones, ignored ones, links not followed. From each time its program's start-up (`--version`)
// is taken off. `rg -uu` stops reading a file at its first NUL byte and `rg -uuu` does not; keyturn reads every byte, and
// unpacks archives besides.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { type Command, keyturnScan, median, options, run, table } from './measure.ts';

const { positionals, values } = options('bench/worktree.ts DIRECTORY [--runs N] [--cli dist/keyturn.js]', {
  runs: '7',
  cli: 'dist/keyturn.js',
});
const directory = realpathSync(positionals[0]!);
const ours = keyturnScan(values.cli, [
  '--no-ignore',
  '--no-baseline',
  '--no-allow-file',
  '--no-cache',
  directory,
]);

const ways = {
  'rg --version': ripgrep('--version'),
  'rg -uu': ripgrep('-uu', '-c', ...inFiles()),
  'rg -uuu': ripgrep('-uuu', '-c', ...inFiles()),
  'keyturn --version': { command: process.execPath, args: [values.cli, '--version'], allowed: [0] },
  'keyturn scan': ours,
} satisfies Record<string, Command>;
type Way = keyof typeof ways;

const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]])) as Record<
  Way,
  number[]
>;
for (let round = 0; round <= Number(values.runs); round++) {
  for (const [name, command] of Object.entries(ways)) {
    const time = await run(command);
    // The first round fills the system's file cache.
    if (round > 0) times[name as Way].push(time);
  }
}

const bar = beyond('rg -uu', 'rg --version');
const rows = [
  rowOf('rg -uu', 'rg --version'),
  rowOf('rg -uuu', 'rg --version'),
  rowOf('keyturn scan', 'keyturn --version'),
];
console.log(`${filesOfRipgrep()} files for rg, ${filesOfKeyturn()} for keyturn; median of ${values.runs}`);
console.log(table([['way', 'time', 'start-up', 'beyond', 'to rg -uu'], ...rows]));

function ripgrep(...args: string[]): Command {
  return { command: 'rg', args, allowed: [0, 1] };
}

function inFiles(): string[] {
  return ['-g', '!.git', 'AKIA[A-Z2-7]{16}', directory];
}

function beyond(way: Way, start: Way): number {
  return median(times[way]) - median(times[start]);
}

function rowOf(way: Way, start: Way): string[] {
  const [whole, startUp, rest] = [median(times[way]), median(times[start]), beyond(way, start)];
  return [way, ...[whole, startUp, rest].map((time) => `${time.toFixed(0)} ms`), (rest / bar).toFixed(2)];
}

function filesOfRipgrep(): number {
  const paths = execFileSync('rg', ['-uu', '--files', '-0', '-g', '!.git', directory], {
    maxBuffer: 1 << 30,
  });
  return paths.filter((byte) => byte === 0).length;
}

/** Its report, which ends with status 1 or 2 for what it found or could not read. */
function filesOfKeyturn(): number {
  return JSON.parse(reportOf(ours)).coverage.files;
}

function reportOf({ command, args }: Command): string {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
