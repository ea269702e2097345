// What scanning a work tree costs, beside a plain search for one pattern over the same files:
//   npm run build && node scripts/run-ts.mjs bench/worktree.ts DIRECTORY [--runs N] [--cli dist/keyturn.js]
// Both read every file but those in `.git`: hidden ones, ignored ones, links not followed. From each time its program's start-up is taken
// off, in two ways: `--version`, and its own run over an empty folder. `rg -uu` stops reading a file at its first NUL byte and `rg -uuu` does not; keyturn reads every byte, and
// unpacks archives besides, unless its depth is 0. The last row is a program in Node that lists, opens, reads and closes the same files
// on two threads, and does nothing else.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, keyturnScan, median, options, run, table } from './measure.ts';

const { positionals, values } = options('bench/worktree.ts DIRECTORY [--runs N] [--cli dist/keyturn.js]', {
  runs: '7',
  cli: 'dist/keyturn.js',
});
const directory = realpathSync(positionals[0]!);
const empty = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
const ours = scanOf(directory);

const ways = {
  'rg --version': ripgrep('--version'),
  'rg empty': ripgrep('-uu', '-c', ...inFiles(empty)),
  'rg -uu': ripgrep('-uu', '-c', ...inFiles(directory)),
  'rg -uuu': ripgrep('-uuu', '-c', ...inFiles(directory)),
  'keyturn --version': { command: process.execPath, args: [values.cli, '--version'], allowed: [0] },
  'keyturn empty': scanOf(empty),
  'keyturn scan': ours,
  'keyturn, no archives': scanOf(directory, '--max-archive-depth', '0'),
  'node -e 0': { command: process.execPath, args: ['-e', '0'], allowed: [0] },
  'reading empty': readingOf(empty),
  'reading alone': readingOf(directory),
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

rmdirSync(empty);

const rows = [
  rowOf('rg -uu', 'rg --version', 'rg empty'),
  rowOf('rg -uuu', 'rg --version', 'rg empty'),
  rowOf('keyturn scan', 'keyturn --version', 'keyturn empty'),
  rowOf('keyturn, no archives', 'keyturn --version', 'keyturn empty'),
  rowOf('reading alone', 'node -e 0', 'reading empty'),
];
console.log(`${filesOfRipgrep()} files for rg, ${filesOfKeyturn()} for keyturn; median of ${values.runs}`);
console.log(
  table([['way', 'time', '--version', 'beyond', 'to rg -uu', 'empty', 'beyond', 'to rg -uu'], ...rows]),
);

function scanOf(path: string, ...more: string[]): Command {
  return keyturnScan(values.cli, [
    '--no-ignore',
    '--no-baseline',
    '--no-allow-file',
    '--no-cache',
    ...more,
    path,
  ]);
}

/** What a program in Node pays before it has looked at anything. */
function readingOf(path: string): Command {
  return { command: process.execPath, args: ['bench/read-files.mjs', path], allowed: [0] };
}

function ripgrep(...args: string[]): Command {
  return { command: 'rg', args, allowed: [0, 1] };
}

function inFiles(path: string): string[] {
  return ['-g', '!.git', 'AKIA[A-Z2-7]{16}', path];
}

function beyond(way: Way, start: Way): number {
  return median(times[way]) - median(times[start]);
}

function rowOf(way: Way, version: Way, nothing: Way): string[] {
  return [
    way,
    inMilliseconds(median(times[way])),
    ...withoutStart(way, version, 'rg --version'),
    ...withoutStart(way, nothing, 'rg empty'),
  ];
}

/** The start-up, what is left without it, and how that compares with ripgrep's own. */
function withoutStart(way: Way, start: Way, startOfRipgrep: Way): string[] {
  const rest = beyond(way, start);
  return [
    inMilliseconds(median(times[start])),
    inMilliseconds(rest),
    (rest / beyond('rg -uu', startOfRipgrep)).toFixed(2),
  ];
}

function inMilliseconds(time: number): string {
  return `${time.toFixed(0)} ms`;
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
