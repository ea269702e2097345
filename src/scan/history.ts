import { type CommitRows, joinCommitRows } from '../git/commits.ts';
import {
  type Chains,
  type Forest,
  followChains,
  type IsWanted,
  type Part,
  type PlannedWalk,
  planWalk,
} from '../git/forest.ts';
import { createIdSet, type IdSet } from '../git/id-set.ts';
import { openStore, type Store } from '../git/store.ts';
import type { TreePart } from '../git/trees.ts';
import { type CommitTable, type Repository, TYPE } from '../git/types.ts';
import type { WalkResult } from '../git/walk.ts';
import type { GapEvent } from '../report/result.ts';
import type { HistoryJobs, NameHits, ObjectScan, PartArgs, StoreHandle } from './jobs.ts';
import { openPackCache, type PackCache } from './pack-cache.ts';
import type { ScanProgress } from './plan.ts';
import type { Pool } from './pool.ts';

export interface HistoryOptions {
  repository: Repository;
  pool: Pool<HistoryJobs>;
  /** Of patterns and limits: results of others are no results. */
  detectorHash: string;
  /** Absent: no cache. */
  cacheDir?: string;
  signal?: AbortSignal;
  onProgress?: (progress: ScanProgress) => void;
  /**
   * Whether the caller knows already where these objects stand, from a cache of its own: then `commits` and `trees` are not collected.
   * Asked only when something was found.
   */
  isProvenanceKnown?: (objects: readonly ObjectScan[], store: Store) => boolean;
}

export interface HistoryScan {
  store: Store;
  /** Objects with hits or with gaps of their own, by number. */
  objects: ObjectScan[];
  /** File and folder names with hits, each once. */
  names: NameHits[];
  /** Distinct objects of the store that were looked at, now or by the scan that filled the cache. */
  counts: { blobs: number; commits: number; tags: number; trees: number };
  /** Bytes of content searched, cached results not included. */
  bytes: number;
  /** What could not be read. */
  gaps: GapEvent[];
  /** The signal came before everything was looked at. */
  isInterrupted: boolean;
  /** What provenance works on; present if there is a hit whose provenance is not known. */
  provenance?: { commits: CommitTable; trees: TreePart[] };
}

/** Parts per thread: enough that none waits long for the last one. */
const PARTS_PER_THREAD = 24;
/** Below, starting workers takes longer than doing the work here. */
const SMALL_STORE_BYTES = 4 << 20;
const SMALL_STORE_OBJECTS = 4_000;

/** As many as a report lists. */
const MISSING_NAMED = 10;
/** Git knows the empty tree without its being stored. By bytes of a hash. */
const EMPTY_TREE: Record<number, string> = {
  20: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  32: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

let nextStoreId = 1;

/** Searches every object of a repository's store, reachable or not. The caller closes `store`. */
export async function scanStore(options: HistoryOptions): Promise<HistoryScan> {
  const { pool, repository } = options;
  const { store, share, gaps } = openStore(repository);
  const isSmall = isSmallStore(store);
  const handle: StoreHandle = { id: nextStoreId++, share };
  const scan: HistoryScan = {
    store,
    objects: [],
    names: [],
    counts: { blobs: 0, commits: 0, tags: 0, trees: 0 },
    bytes: 0,
    gaps: [...repository.gaps, ...gaps],
    isInterrupted: false,
  };
  try {
    await new StoreScan(options, store, handle, isSmall, scan).run();
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    scan.isInterrupted = true;
    scan.objects = distinct(scan.objects);
  } finally {
    await pool.runEverywhere('release', { id: handle.id });
  }
  // Parts end in any order; what is told of them must not depend on it.
  scan.gaps.sort((one, other) => compare(one.reason, other.reason) || compare(one.example, other.example));
  return scan;
}

function isSmallStore(store: Store): boolean {
  const bytes = store.share.packs.reduce((sum, pack) => sum + pack.dataEnd, 0);
  return bytes < SMALL_STORE_BYTES && store.count < SMALL_STORE_OBJECTS;
}

/** One scan of one store, phase by phase; what each finds goes into `scan` at once, so that an interrupted one keeps it. */
class StoreScan {
  readonly #options: HistoryOptions;
  readonly #store: Store;
  readonly #handle: StoreHandle;
  readonly #isSmall: boolean;
  readonly #scan: HistoryScan;
  readonly #cache: PackCache;
  readonly #partCount: number;
  /** Gaps of the walk itself; a store that has one is never cached. */
  #unreadable = 0;
  /** What commits and trees name and the store does not hold. */
  readonly #missing: IdSet;
  #shallow: Set<string> | undefined;
  #done = 0;
  /** Distinct objects. */
  readonly #total: number;

  constructor(
    options: HistoryOptions,
    store: Store,
    handle: StoreHandle,
    isSmall: boolean,
    scan: HistoryScan,
  ) {
    this.#options = options;
    this.#store = store;
    this.#handle = handle;
    this.#isSmall = isSmall;
    this.#scan = scan;
    this.#cache = openPackCache(options.cacheDir, options.detectorHash, store);
    this.#missing = createIdSet(store.hashBytes);
    this.#total = store.share.isDuplicate.reduce((count, isDuplicate) => count - isDuplicate, store.count);
    this.#partCount = Math.max(1, options.pool.size) * PARTS_PER_THREAD;
  }

  async run(): Promise<void> {
    const scan = this.#scan;
    const cached = this.#takeFromCache();
    if (this.#cache.isComplete && !this.#needsProvenance()) {
      scan.counts.trees += cached.trees;
      return;
    }
    const chains = await this.#readHeads();
    const plan = this.#plan(chains, (_, pack) => !this.#cache.has(pack));
    const commits = await this.#searchContents(plan);
    const needsProvenance = this.#needsProvenance();
    // Provenance is made of all trees, those in the cache included.
    const isPlanned = !needsProvenance || cached.trees === 0;
    const trees = await this.#searchTrees(
      isPlanned ? plan : this.#plan(chains, (type) => type === TYPE.tree),
    );
    if (!needsProvenance) scan.counts.trees += cached.trees;
    this.#reportMissing();
    if (needsProvenance || scan.names.length > 0) {
      const cachedCommits = await this.#collectCachedCommits(chains);
      scan.provenance = { commits: joinCommitRows([...commits, ...cachedCommits]), trees };
    }
    // A name may be a secret in clear, which no file of ours may hold.
    if (this.#unreadable === 0 && scan.names.length === 0) this.#cache.write(scan.objects, chains.type);
  }

  /** Returns how many trees were searched by the scan that filled the cache; other counts are added up at once. */
  #takeFromCache(): { trees: number } {
    const { counts, objects } = this.#scan;
    const cached = this.#cache.read();
    counts.blobs += cached.counts.blobs;
    counts.commits += cached.counts.commits;
    counts.tags += cached.counts.tags;
    objects.push(...cached.objects);
    return { trees: cached.counts.trees };
  }

  #needsProvenance(): boolean {
    const { objects } = this.#scan;
    if (!objects.some(({ hits }) => hits.length > 0)) return false;
    return this.#options.isProvenanceKnown?.(objects, this.#store) !== true;
  }

  async #readHeads(): Promise<Chains> {
    const { count } = this.#store;
    const step = Math.max(1, Math.ceil(count / (4 * Math.max(1, this.#options.pool.size))));
    const jobs: Promise<unknown>[] = [];
    for (let from = 0; from < count; from += step) {
      jobs.push(this.#run('heads', { store: this.#handle, from, to: Math.min(count, from + step) }));
    }
    await Promise.all(jobs);
    const chains = followChains(this.#store);
    this.#addGaps(chains.gaps);
    return chains;
  }

  async #searchContents({ forest, contents }: PlannedWalk): Promise<CommitRows[]> {
    const commits: CommitRows[] = [];
    const { repository } = this.#options;
    await this.#runParts(forest, contents, 'contents', { repository }, (part, index) => {
      const { objects } = this.#scan;
      commits[index] = part.commits;
      this.#noteMissing(part.commits);
      objects.push(...part.objects);
      this.#addCounts(part.counts);
      this.#addGaps(part.gaps);
    });
    this.#scan.objects = distinct(this.#scan.objects);
    return commits;
  }

  async #searchTrees({ forest, trees: parts }: PlannedWalk): Promise<TreePart[]> {
    const hits = this.#scan.objects.filter((object) => object.hits.length > 0).map(({ object }) => object);
    const trees: TreePart[] = [];
    const names = new Map<string, NameHits>();
    await this.#runParts(forest, parts, 'trees', { hits: Int32Array.from(hits) }, (part, index) => {
      trees[index] = part.trees;
      for (const found of part.names) names.set(Buffer.from(found.name).toString('latin1'), found);
      for (let at = 0; at < part.missing.length; at += this.#store.hashBytes)
        this.#missing.add(part.missing, at);
      this.#addCounts(part.counts);
      this.#addGaps(part.gaps);
    });
    this.#scan.names = [...names].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, found]) => found);
    return trees;
  }

  #noteMissing({ missingTrees, missingParents }: CommitRows): void {
    const parents = missingParents.filter(({ object }) => !this.#isCutOff(object)).map(({ id }) => id);
    for (const id of [...missingTrees, ...parents]) {
      const bytes = Buffer.from(id, 'hex');
      if (bytes.length === this.#store.hashBytes && id !== EMPTY_TREE[bytes.length])
        this.#missing.add(bytes, 0);
    }
  }

  /** A commit at the border of a shallow clone, which is a gap already. */
  #isCutOff(commit: number): boolean {
    const { isShallow, gaps } = this.#options.repository;
    if (!isShallow) return false;
    this.#shallow ??= new Set(
      gaps.filter(({ reason }) => reason === 'shallow').map(({ example }) => example),
    );
    return this.#shallow.has(this.#store.idOf(commit));
  }

  /** The first by their ids are named, all are counted. */
  #reportMissing(): void {
    const { hashBytes } = this.#store;
    const joined = Buffer.from(this.#missing.joined());
    const ids = Array.from({ length: this.#missing.count }, (_, index) =>
      joined.toString('hex', index * hashBytes, (index + 1) * hashBytes),
    );
    ids.sort();
    const reason = this.#options.repository.isPartial ? 'promised-object' : 'missing-object';
    const named = ids.slice(0, MISSING_NAMED);
    const rest = ids.length - named.length;
    this.#addGaps(
      named.map((example, index) => ({
        reason,
        example,
        ...(index === 0 && rest > 0 ? { count: 1 + rest } : {}),
      })),
    );
  }

  /** Those of packs whose contents need no second look. */
  async #collectCachedCommits(chains: Chains): Promise<CommitRows[]> {
    const { forest, contents } = this.#plan(
      chains,
      (type, pack) => type === TYPE.commit && this.#cache.has(pack),
    );
    const commits: CommitRows[] = [];
    await this.#runParts(forest, contents, 'commits', {}, (rows, index) => {
      commits[index] = rows;
    });
    return commits;
  }

  #plan(chains: Chains, isWanted: IsWanted): PlannedWalk {
    return planWalk(this.#store, chains, this.#partCount, isWanted);
  }

  /** Does one job for each part. `take` gets the results as they come, with the part's place in the plan. */
  async #runParts<Name extends 'contents' | 'commits' | 'trees'>(
    forest: Forest,
    parts: readonly Part[],
    name: Name,
    more: Omit<HistoryJobs[Name]['args'], keyof PartArgs>,
    take: (result: HistoryJobs[Name]['result'], index: number) => void,
  ): Promise<void> {
    const jobs = parts.map(async (part, index) => {
      const args = { store: this.#handle, forest, part, ...more } as HistoryJobs[Name]['args'];
      take(await this.#run(name, args), index);
    });
    await Promise.all(jobs);
  }

  #run<Name extends keyof HistoryJobs & string>(
    name: Name,
    args: HistoryJobs[Name]['args'],
  ): Promise<HistoryJobs[Name]['result']> {
    const { pool } = this.#options;
    return this.#isSmall ? pool.runHere(name, args) : pool.run(name, args);
  }

  #addCounts({ blobs, commits, tags, trees, bytes }: WalkResult): void {
    const scan = this.#scan;
    scan.counts.blobs += blobs;
    scan.counts.commits += commits;
    scan.counts.tags += tags;
    scan.counts.trees += trees;
    scan.bytes += bytes;
    this.#done += blobs + commits + tags + trees;
    this.#options.onProgress?.({
      phase: 'objects',
      done: this.#done,
      total: this.#total,
      bytes: scan.bytes,
    });
  }

  #addGaps(gaps: readonly GapEvent[]): void {
    this.#unreadable += gaps.length;
    this.#scan.gaps.push(...gaps);
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** By number, each once: an object may be known from the cache and stand in a pack that was searched as well. */
function distinct(objects: readonly ObjectScan[]): ObjectScan[] {
  const byNumber = new Map(objects.map((scan) => [scan.object, scan]));
  return [...byNumber.values()].sort((one, other) => one.object - other.object);
}
