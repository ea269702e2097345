import { join, relative } from 'node:path';
import { countFiles, queueFiles } from '../source/batch.ts';
import { listWorkTree } from '../source/worktree.ts';
import type { ScanRun } from './run.ts';

/** Below, starting workers takes longer than doing the work here. */
const FEW_FILES = 5_000;
/** Enough for a worker to be busy for some milliseconds, few enough for the last one not to keep the others waiting. */
const FILES_OF_WORKER = 256;
const BATCHES_OF_WORKER = 2;
/** In a batch that this thread does: between two of them it hears an interrupt, and hands out what workers ask for. */
const FILES_BETWEEN_TURNS = 8;

/** Scans the files of every target. */
export async function scanWorkTrees(run: ScanRun): Promise<void> {
  for (const target of run.plan.targets) await scanWorkTree(run, target);
}

async function scanWorkTree(run: ScanRun, target: string): Promise<void> {
  const { plan, pool, coverage, collector } = run;
  const tree = await listWorkTree(target, {
    noIgnore: plan.noIgnore,
    signal: run.environment.signal,
    // Perf: up by the time the listing is done. This thread is one of the pool's.
    onFound: (count) => count >= FEW_FILES && pool.warmUp(pool.size - 1),
  });
  for (const gap of tree.gaps) coverage.gap(gap);
  for (const note of tree.notes) coverage.note(note.reason, note.example);

  const total = countFiles(tree);
  let done = 0;
  const take = queueFiles(tree);
  /** Takes batches as long as there are any. */
  const work = async (doBatch: typeof pool.runHere, size: number) => {
    for (let batch = take(size); batch !== undefined; batch = take(size)) {
      const { found, gaps, notes, files, bytes } = await doBatch('files', batch);
      for (const { path, repository, hits } of found) {
        const place = { source: 'worktree' as const, ...named(plan.cwd, repository), path };
        for (const hit of hits) collector.add(hit, place, join(tree.root, path));
      }
      for (const gap of gaps) coverage.gap(gap);
      for (const note of notes) coverage.note(note.reason, note.example);
      coverage.count('files', files);
      coverage.bytes(bytes);
      done += files;
      run.progress('files', done, total);
    }
  };
  const helpers = total < FEW_FILES ? 0 : pool.size - 1;
  await Promise.all([
    ...Array.from({ length: helpers * BATCHES_OF_WORKER }, () =>
      work((name, batch) => pool.run(name, batch, BATCHES_OF_WORKER), FILES_OF_WORKER),
    ),
    work(pool.runHere, FILES_BETWEEN_TURNS),
  ]);
}

function named(cwd: string, repository: string | undefined): { repository?: string } {
  return repository === undefined ? {} : { repository: repositoryName(cwd, repository) };
}

/** The name of a repository in reports: its place as seen from where the user stands. */
export function repositoryName(cwd: string, repository: string): string {
  const place = relative(cwd, repository);
  return place === '' ? '.' : place.startsWith('..') ? repository : place;
}
