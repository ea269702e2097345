import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCache, writeCache } from '../git/cache.ts';
import { attributeHits, decodePath, type ObjectProvenance } from '../git/provenance.ts';
import { type RefSet, readRefs } from '../git/refs.ts';
import { openRepository } from '../git/repository.ts';
import { joinSkeleton } from '../git/skeleton.ts';
import type { Ref, Repository } from '../git/types.ts';
import type { GapEvent, GapReason, Occurrence, Where } from '../report/result.ts';
import type { SourceHit } from '../source/source.ts';
import type { Place } from './findings.ts';
import { type HistoryScan, scanStore } from './history.ts';
import type { ScanRun } from './run.ts';
import { repositoryName } from './worktree.ts';

/** Scans every object of the stores that the targets stand in, each store once. */
export async function scanObjectStores(run: ScanRun): Promise<void> {
  const { plan, environment } = run;
  const seen = new Set<string>();
  for (const target of plan.targets) {
    const repository = await openRepository(target, { signal: environment.signal });
    if (seen.has(repository.commonDir)) continue;
    seen.add(repository.commonDir);
    await scanRepository(run, repository);
  }
}

async function scanRepository(run: ScanRun, repository: Repository): Promise<void> {
  const { plan, environment } = run;
  const refs = await readRefs(repository, { signal: environment.signal });
  const key = snapshotKey(repository, refs, lookedFor(run));
  let snapshot = readSnapshot(plan.cacheDir, key);
  if (snapshot === undefined) {
    snapshot = await search(run, repository, refs);
    if (!environment.signal.aborted) writeSnapshot(run, key, snapshot);
  }
  replay(run, repository, snapshot);
}

async function search(run: ScanRun, repository: Repository, refs: RefSet): Promise<Snapshot> {
  const { plan, environment, pool } = run;
  pool.warmUp();
  const scan = await scanStore({
    repository,
    pool,
    detectorHash: lookedFor(run),
    ...(plan.cacheDir === undefined ? {} : { cacheDir: plan.cacheDir }),
    signal: environment.signal,
    onProgress: environment.onProgress,
  });
  try {
    const { counts, bytes, objects } = scan;
    const gaps = [...scan.gaps, ...objects.flatMap((object) => object.gaps)];
    const pointers = objects
      .filter(({ isLfsPointer }) => isLfsPointer)
      .map(({ object }) => scan.store.idOf(object));
    const isRepeatable = !scan.gaps.some(({ reason }) => PASSING.includes(reason));
    return {
      counts,
      bytes,
      gaps,
      pointers,
      isRepeatable,
      found: [...locate(run, scan, refs), ...searchRefNames(run, refs)],
    };
  } finally {
    scan.store.close();
  }
}

function* locate(run: ScanRun, scan: HistoryScan, refs: RefSet): Generator<Snapshot['found'][number]> {
  const { store, objects, names } = scan;
  const attribution = scan.provenance && attribute(scan, refs);
  for (const { object, type, hits } of objects) {
    if (hits.length === 0) continue;
    const id = store.idOf(object);
    for (const place of attribution?.objects.get(object)?.places ?? [DANGLING]) {
      yield { hits, place: inHistory(run, place, { type, id }) };
    }
  }
  for (const { name, hits } of names) {
    const text = decodePath(Buffer.from(name).toString('latin1'));
    for (const place of attribution?.names.find((entry) => entry.name === text)?.places ?? [DANGLING]) {
      yield { hits, place: inHistory(run, place) };
    }
  }
}

/** What is known of an object when there was no time to look where it stands, or nothing leads to it. */
const DANGLING: ObjectProvenance = { reachable: false, atHead: false, where: ['dangling'], refs: [] };

function attribute({ store, objects, provenance }: HistoryScan, refs: RefSet) {
  const { commits, trees } = provenance!;
  const found = objects.filter((object) => object.hits.length > 0);
  const hits = found.map(({ object }) => object);
  const hasTagHits = found.some(({ type }) => type === 'tag');
  return attributeHits({
    store,
    commits,
    skeleton: joinSkeleton(trees, store.count),
    refs,
    hits,
    hasTagHits,
  });
}

/** Names may hold secrets too: what is shown of them is masked. */
function inHistory(run: ScanRun, place: ObjectProvenance, object?: NonNullable<Occurrence['object']>): Place {
  const { path, commit, reachable, atHead, where, refs } = place;
  const masked = (text: string) => run.tools().maskSecrets(text);
  return {
    source: 'history',
    ...(path === undefined ? {} : { path: masked(path) }),
    ...(object === undefined ? {} : { object }),
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
    reachable,
    atHead,
    where,
    ...(refs.length === 0 ? {} : { refs: refs.map(masked) }),
  };
}

const WHERE: Partial<Record<Ref['kind'], Where>> = {
  branch: 'branch',
  remote: 'remote',
  tag: 'tag',
  notes: 'notes',
  stash: 'stash',
};

function* searchRefNames(run: ScanRun, { refs }: RefSet): Generator<Snapshot['found'][number]> {
  const named = refs.filter(({ kind }) => kind !== 'reflog' && kind !== 'head' && kind !== 'stash');
  const text = named.map(({ name }) => name).join('\n');
  const { hits } = run.tools().scanner.scan(Buffer.from(text), undefined, 'refs');
  for (const hit of hits) {
    const { name, kind } = named[hit.line - 1]!;
    const where = WHERE[kind];
    const place = { reachable: true, atHead: false, where: where === undefined ? [] : [where], refs: [name] };
    const id = run.tools().maskSecrets(name);
    yield { hits: [{ ...hit, line: 1, endLine: 1 }], place: inHistory(run, place, { type: 'ref', id }) };
  }
}

/** What a scan of one store came to: replayed as long as store, refs and patterns are the same. */
interface Snapshot {
  counts: HistoryScan['counts'];
  bytes: number;
  gaps: GapEvent[];
  /** False when the next run may get further: what could not be read was not an object's content, but where it lies. */
  isRepeatable: boolean;
  /** Ids of LFS pointers. */
  pointers: string[];
  found: { hits: SourceHit[]; place: Place }[];
}

function replay({ plan, coverage, collector }: ScanRun, repository: Repository, snapshot: Snapshot): void {
  const { counts, bytes, gaps, pointers, found } = snapshot;
  const top = repository.workTree ?? repository.gitDir;
  const name = repositoryName(plan.cwd, top);
  coverage.count('blobs', counts.blobs);
  coverage.count('commits', counts.commits);
  coverage.count('tags', counts.tags);
  coverage.count('trees', counts.trees);
  coverage.bytes(bytes);
  for (const gap of gaps) coverage.gap(gap);
  for (const id of pointers) coverage.note('lfs-pointer', id);
  for (const { hits, place } of found) {
    const file = place.path === undefined ? undefined : join(top, place.path);
    for (const hit of hits) collector.add(hit, { ...place, repository: name }, file);
  }
}

/** Change it when the shape or the meaning of a snapshot changes. */
const SNAPSHOT_FORMAT = 3;
/** Patterns and limits: what was found with others is no answer. */
function lookedFor({ plan, tools }: ScanRun): string {
  return `${tools().detector.hash} ${JSON.stringify(plan.archive)} ${plan.maxBlobBytes ?? ''}`;
}

/** What may be mended by the next run. */
const PASSING: readonly GapReason[] = ['unreadable-file', 'corrupt-object', 'truncated-pack', 'timeout'];

function snapshotKey(repository: Repository, refs: RefSet, sought: string): string {
  const hash = createHash('sha256').update([SNAPSHOT_FORMAT, refs.digest, sought].join('\n'));
  for (const dir of repository.objectDirs) hash.update(storeListing(dir));
  return `store-${hash.digest('hex').slice(0, 40)}`;
}

/** Names of all that is in an object directory. Git names packs and objects by their contents. */
function storeListing(objectDir: string): string {
  const folders = list(objectDir).filter((name) => name === 'pack' || /^[0-9a-f]{2}$/.test(name));
  return folders.map((folder) => `${folder}\n${list(join(objectDir, folder)).join('\n')}`).join('\n');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readSnapshot(cacheDir: string | undefined, key: string): Snapshot | undefined {
  return cacheDir === undefined ? undefined : (readCache(cacheDir, key)?.value as Snapshot | undefined);
}

/** A cache holds no secret: a snapshot in which one could be made out is not filed. */
function writeSnapshot(run: ScanRun, key: string, snapshot: Snapshot): void {
  const { cacheDir } = run.plan;
  if (cacheDir === undefined || !snapshot.isRepeatable) return;
  const json = JSON.stringify(snapshot);
  if (run.tools().maskSecrets(json) === json) writeCache(cacheDir, key, snapshot);
}
