import { join } from 'node:path';
import { openRepository } from '../git/repository.ts';
import { stagedBlobs } from '../source/index.ts';
import { createReadBuffer, scanBlob } from '../source/source.ts';
import type { ScanRun } from './run.ts';

/** Scans what a commit made now would bring: the index, not the files. */
export async function scanStaged(run: ScanRun): Promise<void> {
  const { plan, environment, coverage, collector } = run;
  const { signal } = environment;
  const repository = await openRepository(plan.cwd, { inheritRepository: true, signal });
  const { scanner } = run.tools();
  const buffer = createReadBuffer();
  const paths = plan.targets.filter((target) => target !== plan.cwd);
  for await (const blob of stagedBlobs(repository, { paths, onGap: (gap) => coverage.gap(gap), signal })) {
    const { hits, gaps, notes, bytes } = await scanBlob(blob, scanner, buffer);
    const place = {
      source: 'index' as const,
      path: blob.path,
      ...(blob.id === undefined ? {} : { object: { type: 'blob' as const, id: blob.id } }),
    };
    for (const hit of hits) collector.add(hit, place, join(repository.workTree ?? plan.cwd, blob.path));
    for (const gap of gaps) coverage.gap(gap);
    for (const note of notes) coverage.note(note.reason, note.example);
    coverage.count('files');
    coverage.bytes(bytes);
  }
}
