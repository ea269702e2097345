// What scanning a work tree costs, measured by a plain search over the same files:
//   npm run build && node scripts/run-ts.mjs bench/worktree.ts DIRECTORY [RUNS]
// Both have their start-up, measured on an empty directory, taken off. ripgrep is taken from the PATH or from node_modules/.bin;
// it stops reading a file at its first NUL byte, keyturn reads every byte of every file and unpacks archives besides.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

interface Contender {
  name: string;
  command: string;
  args: (directory: string) => string[];
}

const [directory, runs = '7'] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node scripts/run-ts.mjs bench/worktree.ts DIRECTORY [RUNS]');
  process.exit(2);
}
process.env['PATH'] += `${delimiter}${join(process.cwd(), 'node_modules', '.bin')}`;

const keyturn: Contender = {
  name: 'keyturn scan',
  command: process.execPath,
  args: (target) => ['dist/keyturn.js', 'scan', '--no-config', '--no-ignore', '--format', 'json', target],
};
const ripgrep: Contender = {
  name: 'rg -uu',
  command: 'rg',
  args: (target) => ['-uu', '-c', '-g', '!.git', 'AKIA[A-Z2-7]{16}', target],
};

const empty = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
try {
  const ours = measure(keyturn);
  const theirs = measure(ripgrep);
  console.log(`ratio        ${(ours / theirs).toFixed(2)} (2.00 is the bar)`);
} finally {
  rmSync(empty, { recursive: true });
}

/** Median milliseconds beyond start-up. */
function measure(contender: Contender): number {
  const startUp = median(contender, empty);
  const whole = median(contender, realpathSync(directory!));
  console.log(
    `${contender.name.padEnd(12)} ${whole.toFixed(0)} ms, start-up ${startUp.toFixed(0)} ms, rest ${(whole - startUp).toFixed(0)} ms`,
  );
  return whole - startUp;
}

/** The first run warms the file cache and does not count. */
function median(contender: Contender, target: string): number {
  const times: number[] = [];
  for (let run = 0; run <= Number(runs); run++) {
    const started = performance.now();
    execute(contender, target);
    if (run > 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** Both end with 1 for something found or nothing found, and with 2 for a gap; anything else is a failure. */
function execute({ name, command, args }: Contender, target: string): void {
  const { status, error, stderr } = spawnSync(command, args(target), { maxBuffer: 1 << 30 });
  if (error !== undefined) throw error;
  if (status === null || status > 2) throw new Error(`${name} ended with ${status}: ${stderr}`);
}
