// What a scan of history holds in memory, beside the size of what it reads:
//   npm run build && node scripts/run-ts.mjs bench/memory.ts REPOSITORY... [--cli dist/keyturn.js]
// Memory follows the number of objects (tables of a few dozen bytes each) and of threads, not the bytes of packs or of contents.
import { execFileSync } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { keyturnScan, megabytes, options, peakMemory, table } from './measure.ts';

const { positionals, values } = options('bench/memory.ts REPOSITORY... [--cli dist/keyturn.js]', {
  cli: 'dist/keyturn.js',
});

const rows = [['repository', 'objects', 'packs', 'peak, 1 thread', 'peak, 2 threads', 'per object']];
for (const repository of positionals) {
  const { objects, packBytes } = sizeOf(repository);
  const [one, two] = [await peak(repository, 1), await peak(repository, 2)];
  const perObject = `${(one / objects).toFixed(0)} B`;
  rows.push([
    nameOf(repository),
    String(objects),
    megabytes(packBytes),
    megabytes(one),
    megabytes(two),
    perObject,
  ]);
}
console.log(table(rows));

function peak(repository: string, jobs: number): Promise<number> {
  return peakMemory(keyturnScan(values.cli, ['--history', '--no-cache', '--jobs', String(jobs), repository]));
}

function sizeOf(repository: string): { objects: number; packBytes: number } {
  const text = execFileSync('git', ['count-objects', '-v'], { cwd: repository, encoding: 'latin1' });
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)![1]);
  return { objects: field('count') + field('in-pack'), packBytes: 1024 * field('size-pack') };
}

/** The last folder that is a name: `tool` of `tool/.git`. */
function nameOf(repository: string): string {
  const path = resolve(repository);
  return basename(path) === '.git' ? basename(dirname(path)) : basename(path);
}
