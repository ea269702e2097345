import { join, relative, sep } from 'node:path';
import { readObjects } from '../git/cat-file-stream.ts';
import { type RangePlace, rangeObjects, rangeProvenance } from '../git/range.ts';
import { openRepository } from '../git/repository.ts';
import type { ObjectType, Repository } from '../git/types.ts';
import type { SourceHit } from '../source/source.ts';
import type { Place } from './findings.ts';
import type { ScanRun } from './run.ts';

/** Objects above are not held in memory: they are gaps. */
export const LARGEST_OBJECT_BYTES = 256 << 20;

export interface FoundObject {
  id: string;
  type: ObjectType;
  hits: SourceHit[];
}

/** Scans what the commits of a range bring: blobs, messages and tags. */
export async function scanRange(run: ScanRun): Promise<void> {
  const { plan, environment } = run;
  const options = { inheritRepository: true, signal: environment.signal };
  const repository = await openRepository(plan.cwd, options);
  const selection = { range: plan.range! };
  // An empty range is told from an empty input.
  run.coverage.count('blobs', 0);
  const found = await searchObjects(
    run,
    repository,
    rangeObjects(repository, selection, { ...options, onGap: (gap) => run.coverage.gap(gap) }),
  );
  if (found.length === 0) return;
  const ids = found.map(({ id }) => id);
  const { places, gaps } = await rangeProvenance(repository, selection, ids, options);
  for (const gap of gaps) run.coverage.gap(gap);
  const isWanted = pathFilter(run, repository);
  for (const { id, type, hits } of found) {
    for (const place of places.get(id) ?? [NOWHERE]) {
      if (!isWanted(place.path)) continue;
      const file = place.path && join(repository.workTree ?? repository.gitDir, place.path);
      for (const hit of hits) run.collector.add(hit, toPlace(run, id, type, place), file);
    }
  }
}

/** Reads and searches objects; counts them, and says what cannot be read. */
export async function searchObjects(
  run: ScanRun,
  repository: Repository,
  ids: AsyncIterable<string>,
  onMissing: (id: string) => void = (id) => run.coverage.gap({ reason: 'missing-object', example: id }),
): Promise<FoundObject[]> {
  const { coverage, environment, plan } = run;
  const { scanner } = run.tools();
  const found: FoundObject[] = [];
  const options = {
    inheritRepository: true,
    maxBytes: Math.min(plan.maxBlobBytes ?? LARGEST_OBJECT_BYTES, LARGEST_OBJECT_BYTES),
    signal: environment.signal,
  };
  for await (const object of readObjects(repository, ids, options)) {
    if (object.type === 'missing') onMissing(object.id);
    else if (object.bytes === undefined) coverage.gap({ reason: 'too-large', example: object.id });
    else {
      const { hits, gaps } = scanner.scan(object.bytes, undefined, object.id);
      for (const gap of gaps) coverage.gap(gap);
      if (hits.length > 0) found.push({ id: object.id, type: object.type, hits });
      coverage.count(`${object.type}s`);
      coverage.bytes(object.size);
    }
  }
  return found;
}

/** PATH arguments limit what is reported; messages and tags belong to no path. */
function pathFilter({ plan }: ScanRun, repository: Repository): (path: string | undefined) => boolean {
  const top = repository.workTree ?? repository.gitDir;
  const wanted = plan.targets
    .filter((target) => target !== plan.cwd)
    .map((target) => relative(top, target).split(sep).join('/'));
  if (wanted.length === 0) return () => true;
  return (path) =>
    path === undefined ||
    wanted.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

/** Of a tag, and of a blob that a tag points at. */
const NOWHERE: Partial<RangePlace> = {};

/** Names may hold secrets too: what is shown of them is masked. Without an id, the name itself is what was found. */
export function toPlace(
  run: ScanRun,
  id: string | undefined,
  type: ObjectType,
  { path, commit }: Partial<RangePlace>,
): Place {
  const masked = (text: string) => run.tools().maskSecrets(text);
  return {
    source: 'range',
    ...(path === undefined ? {} : { path: masked(path) }),
    ...(id === undefined ? {} : { object: { type, id } }),
    ...(commit === undefined
      ? {}
      : {
          commit: {
            ...commit,
            author: masked(commit.author),
            email: masked(commit.email),
            summary: masked(commit.summary),
          },
        }),
  };
}
