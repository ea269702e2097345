// What scanning a repository's history costs, beside what reading it through git costs:
//   npm run build && node scripts/run-ts.mjs bench/history.ts REPOSITORY [--runs N] [--cli dist/keyturn.js]
// cold: an empty cache, written; warm: the same again; no cache: neither read nor written. The runs of all ways take turns, so that
// a noisy machine is noisy for all of them.
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

console.log(`${countBlobs()} blobs, ${values.runs} runs`);
console.log(
  table([
    ['way', 'median', 'to cold', 'best', 'to cold', 'peak memory'],
    rowOf('keyturn, cold', times.cold),
    rowOf('keyturn, warm', times.warm, megabytes(warmPeak)),
    rowOf('keyturn, no cache', times.uncached, megabytes(peak)),
    rowOf('git cat-file --batch', times.catFile),
    logFailure === undefined
      ? rowOf('git log -p -U0 --all', times.log)
      : ['git log -p -U0 --all', 'fails', '', '', '', ''],
  ]),
);
if (logFailure !== undefined) console.log(`git log ends early, so its time says nothing: ${logFailure}`);

/** The best times are those that others on the machine disturbed least. */
function rowOf(name: string, all: readonly number[], memory = ''): string[] {
  const figures = [median, (values: readonly number[]) => Math.min(...values)].flatMap((figure) => [
    seconds(figure(all)),
    (figure(all) / figure(times.cold)).toFixed(2),
  ]);
  return [name, ...figures, memory];
}

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

function countBlobs(): number {
  const types = execFileSync(
    'git',
    ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objecttype)'],
    { cwd: repository, encoding: 'latin1', maxBuffer: 1 << 30 },
  );
  return types.split('\n').filter((type) => type === 'blob').length;
}
