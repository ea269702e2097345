import { join, relative } from 'node:path';
import { batchFiles, countFiles } from '../source/batch.ts';
import { listWorkTree } from '../source/worktree.ts';
import type { ScanRun } from './run.ts';

/** Below, starting workers takes longer than doing the work here. */
const FEW_FILES = 5_000;
/** In a batch that this thread does: between two of them it hears an interrupt. */
const FILES_BETWEEN_TURNS = 8;

/** Scans the files of every target. */
export async function scanWorkTrees(run: ScanRun): Promise<void> {
  for (const target of run.plan.targets) await scanWorkTree(run, target);
}

async function scanWorkTree(run: ScanRun, target: string): Promise<void> {
  const { plan, pool, coverage, collector } = run;
  const tree = await listWorkTree(target, { noIgnore: plan.noIgnore, signal: run.environment.signal });
  for (const gap of tree.gaps) coverage.gap(gap);
  for (const note of tree.notes) coverage.note(note.reason, note.example);

  const total = countFiles(tree);
  let done = 0;
  const batches = batchFiles(tree, total < FEW_FILES ? FILES_BETWEEN_TURNS : undefined);
  /** Takes batches as long as there are any. */
  const work = async (doBatch: typeof pool.run) => {
    for (const batch of batches) {
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
  // This thread is at work before the first worker is up, which takes some 50 ms.
  const helpers = total < FEW_FILES ? 0 : pool.size - 1;
  await Promise.all([...Array.from({ length: helpers }, () => work(pool.run)), work(pool.runHere)]);
}

function named(cwd: string, repository: string | undefined): { repository?: string } {
  return repository === undefined ? {} : { repository: repositoryName(cwd, repository) };
}

/** The name of a repository in reports: its place as seen from where the user stands. */
export function repositoryName(cwd: string, repository: string): string {
  const place = relative(cwd, repository);
  return place === '' ? '.' : place.startsWith('..') ? repository : place;
}
