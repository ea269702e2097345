// What scanning a repository's history costs, beside what reading it through git costs:
//   npm run build && node scripts/run-ts.mjs bench/history.ts REPOSITORY [--runs N] [--cli dist/keyturn.js]
// cold: an empty cache, written; warm: the same again; no cache: neither read nor written. The runs of all ways take turns, so that
// a noisy machine is noisy for all of them; medians are shown.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Command,
  keyturnScan,
  median,
  megabytes,
  options,
  peakMemory,
  run,
  seconds,
  table,
} from './measure.ts';

const { positionals, values } = options('bench/history.ts REPOSITORY [--runs N] [--cli dist/keyturn.js]', {
  runs: '3',
  cli: 'dist/keyturn.js',
});
const repository = positionals[0]!;
const cacheDir = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
process.on('exit', () => rmSync(cacheDir, { recursive: true, force: true }));

const cached = keyturnScan(values.cli, ['--history', '--cache-dir', cacheDir, repository]);
const uncached = keyturnScan(values.cli, ['--history', '--no-cache', repository]);
/** What log-based scanners wait for. */
const log = inGit(['log', '-p', '-U0', '--all', '--no-ext-diff', '--no-textconv']);
/** What scanners that read object by object wait for, in git's fastest order. */
const catFile = inGit(['cat-file', '--batch', '--buffer', '--batch-all-objects', '--unordered']);

const times: Record<'cold' | 'warm' | 'uncached' | 'log' | 'catFile', number[]> = {
  cold: [],
  warm: [],
  uncached: [],
  log: [],
  catFile: [],
};
let logFailure: string | undefined;
await run(uncached); // The first one fills the system's file cache, and counts for nobody.
for (let round = 0; round < Number(values.runs); round++) {
  rmSync(cacheDir, { recursive: true, force: true });
  times.cold.push(await run(cached));
  times.warm.push(await run(cached));
  times.uncached.push(await run(uncached));
  times.catFile.push(await run(catFile));
  if (logFailure === undefined) await timeLog();
}
const peak = await peakMemory(uncached);
const warmPeak = await peakMemory(cached);

const cold = median(times.cold);
console.log(`${countBlobs()} blobs, median of ${values.runs}`);
console.log(
  table([
    ['way', 'time', 'cold is so many times faster', 'peak memory'],
    ['keyturn, cold', seconds(cold), '1.00', ''],
    ['keyturn, warm', seconds(median(times.warm)), timesFaster(times.warm), megabytes(warmPeak)],
    ['keyturn, no cache', seconds(median(times.uncached)), timesFaster(times.uncached), megabytes(peak)],
    ['git cat-file --batch', seconds(median(times.catFile)), timesFaster(times.catFile), ''],
    logFailure === undefined
      ? ['git log -p -U0 --all', seconds(median(times.log)), timesFaster(times.log), '']
      : ['git log -p -U0 --all', 'fails', 'no ratio', ''],
  ]),
);
console.log(`warm / cold: ${(median(times.warm) / cold).toFixed(3)}`);
if (logFailure === undefined) console.log(`git log / cold: ${(median(times.log) / cold).toFixed(1)}`);
else console.log(`git log ends early, so its time says nothing: ${logFailure}`);

function inGit(args: readonly string[]): Command {
  return { command: 'git', args, cwd: repository, allowed: [0] };
}

/** In a repository with missing objects git ends at the first of them. */
async function timeLog(): Promise<void> {
  try {
    times.log.push(await run(log));
  } catch (error) {
    logFailure = (error as Error).message;
  }
}

function timesFaster(others: readonly number[]): string {
  return (median(others) / cold).toFixed(2);
}

function countBlobs(): number {
  const types = execFileSync(
    'git',
    ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objecttype)'],
    { cwd: repository, encoding: 'latin1', maxBuffer: 1 << 30 },
  );
  return types.split('\n').filter((type) => type === 'blob').length;
}
