import type { Transferable } from 'node:worker_threads';
import { KeyturnError } from '../base/errors.ts';
import type { Kernel } from '../detect/kernel/types.ts';
import type { AnchorSet, CandidateList } from '../detect/types.ts';
import { CommitCollector, type CommitRows } from '../git/commits.ts';
import type { Forest, Part } from '../git/forest.ts';
import { createIdSet } from '../git/id-set.ts';
import { gitStream, inRepository } from '../git/run.ts';
import { attachStore, type Store, type StoreShare, typeName } from '../git/store.ts';
import { createTreeCollector, type TreePart } from '../git/trees.ts';
import type { ObjectType, Repository } from '../git/types.ts';
import { ForestWalker, type WalkResult, type WalkVisitor } from '../git/walk.ts';
import type { GapEvent } from '../report/result.ts';
import { isLfsPointer } from '../source/lfs.ts';
import type { BlobScanner, SourceHit } from '../source/source.ts';
import { WindowScan } from '../source/window.ts';
import type { JobAnswer, JobHandlers } from './pool.ts';

/** What a thread scans with. The walk keeps objects in its kernel's memory: the scanner may use that kernel for `find` only. */
export interface ScanTools {
  /** The walk's own; made when first asked for. */
  kernel: () => Kernel;
  scanner: BlobScanner;
}

/** What was found in one object, and what in it could not be looked at. */
export interface ObjectScan {
  object: number;
  type: ObjectType;
  hits: SourceHit[];
  gaps: GapEvent[];
  /** Stands for content that git LFS keeps elsewhere. */
  isLfsPointer?: boolean;
}

/** Everything found in a file or folder name. */
export interface NameHits {
  /** As it stands in the trees. */
  name: Uint8Array;
  hits: SourceHit[];
}

/** A store as jobs name it. The number tells stores apart: a thread opens each once, and closes it at `release`. */
export interface StoreHandle {
  id: number;
  share: StoreShare;
}

export interface PartArgs {
  store: StoreHandle;
  forest: Forest;
  part: Part;
}

export interface ContentsPart {
  counts: WalkResult;
  /** Only objects with something to tell. */
  objects: ObjectScan[];
  commits: CommitRows;
  /** What the walk could not read. */
  gaps: GapEvent[];
}

export interface TreesPart {
  counts: WalkResult;
  trees: TreePart;
  names: NameHits[];
  /** Ids of what trees name and the store does not hold, one after the other. */
  missing: Uint8Array<ArrayBuffer>;
  gaps: GapEvent[];
}

/** The jobs of a history scan. */
export interface HistoryJobs {
  /** Reads the heads of the entries of objects from .. to - 1. */
  heads: { args: { store: StoreHandle; from: number; to: number }; result: undefined };
  /** Searches blobs, commits and tags. */
  contents: { args: PartArgs & { repository: Repository }; result: ContentsPart };
  /** Commits' headers only. */
  commits: { args: PartArgs; result: CommitRows };
  /** Collects what provenance asks the trees for, searches all names, and says what is missing. `hits` are object numbers. */
  trees: { args: PartArgs & { hits: Int32Array }; result: TreesPart };
  release: { args: { id: number }; result: undefined };
}

/** Makes LFS pointers objects to look at; no pattern's tag is as high. */
const LFS_TAG = 199;

/** What the walk's kernel looks for: the patterns' anchors, and how LFS pointers begin. */
export function walkAnchors({ anchors }: AnchorSet): AnchorSet {
  const bytes = Buffer.from('//git-lfs.github.com/spec/v1');
  return { anchors: [...anchors, { bytes, tag: LFS_TAG }] };
}

/** No credential is shorter. */
const SHORTEST_NAME = 16;

function hasLfsCandidate(candidates: CandidateList | undefined): boolean {
  return candidates?.tags.subarray(0, candidates.count).includes(LFS_TAG) === true;
}

/** Bytes that a giant is read through. */
const GIANT_WINDOW_BYTES = 16 << 20;

export function createHistoryJobs(tools: ScanTools): JobHandlers<HistoryJobs> {
  const stores = new Map<number, Store>();

  function open({ id, share }: StoreHandle): Store {
    let store = stores.get(id);
    if (store === undefined) {
      store = attachStore(share);
      stores.set(id, store);
    }
    return store;
  }

  /** One walker per part: it keeps nothing that the next part could use but the kernel's memory. */
  function walk({ store, forest, part }: PartArgs, visitor: WalkVisitor): WalkResult {
    return new ForestWalker(open(store), forest, tools.kernel(), visitor).walk(part.from, part.to);
  }

  async function contents(args: HistoryJobs['contents']['args']): Promise<JobAnswer<ContentsPart>> {
    const store = open(args.store);
    const collector = new CommitCollector(store);
    const objects: ObjectScan[] = [];
    const gaps: GapEvent[] = [];
    const keep = (object: number, type: ObjectType, found: { hits: SourceHit[]; gaps: GapEvent[] }) => {
      if (found.hits.length + found.gaps.length === 0) return;
      objects.push({ object, type, hits: found.hits, gaps: found.gaps });
    };
    const scan = (object: number, type: ObjectType, bytes: Uint8Array, candidates?: CandidateList) => {
      // The detector knows nothing of the walk's own anchor.
      const own = hasLfsCandidate(candidates) ? undefined : candidates;
      const found = tools.scanner.scan(bytes, own, store.idOf(object));
      if (type === 'blob' && isLfsPointer(bytes))
        objects.push({ object, type, ...found, isLfsPointer: true });
      else keep(object, type, found);
    };
    const counts = walk(args, {
      onHot: scan,
      onLarge: scan,
      onCommit: (object, bytes, start, length) => collector.add(object, bytes, start, length),
      onGap: (gap) => gaps.push(gap),
    });
    for (const giant of counts.giants) {
      const type = typeName(args.forest.type[giant]!);
      const streamed = await scanGiant(args.repository, type, store.idOf(giant), tools.scanner);
      keep(giant, type, streamed);
      counts.bytes += streamed.bytes;
    }
    const commits = collector.finish();
    return { result: { counts, objects, commits, gaps }, transfer: columnsOf(commits) };
  }

  function commits(args: PartArgs): JobAnswer<CommitRows> {
    const collector = new CommitCollector(open(args.store));
    walk(args, {
      onHot: () => {},
      onLarge: () => {},
      onCommit: (object, bytes, start, length) => collector.add(object, bytes, start, length),
      onGap: () => {},
    });
    const result = collector.finish();
    return { result, transfer: columnsOf(result) };
  }

  function trees(args: HistoryJobs['trees']['args']): JobAnswer<TreesPart> {
    const gaps: GapEvent[] = [];
    const names: NameHits[] = [];
    const isHitName = (bytes: Uint8Array, start: number, end: number) => {
      const name = bytes.slice(start, end);
      const { hits } = tools.scanner.scan(name, undefined, '');
      if (hits.length > 0) names.push({ name, hits });
      return hits.length > 0;
    };
    const store = open(args.store);
    const missing = createIdSet(store.hashBytes);
    const collector = createTreeCollector({
      store,
      kernel: tools.kernel(),
      hits: args.hits,
      isHitName,
      shortestHitName: SHORTEST_NAME,
      onMissing: missing.add,
    });
    const counts = walk(args, {
      onHot: () => {},
      onLarge: () => {},
      onTree: collector.visit,
      onGap: (gap) => gaps.push(gap),
    });
    for (const giant of counts.giants) gaps.push({ reason: 'too-large', example: store.idOf(giant) });
    const found = collector.finish();
    return {
      result: { counts, trees: found, names, missing: missing.joined(), gaps },
      transfer: [found.records.buffer, found.names.buffer, found.hitNames.buffer],
    };
  }

  return {
    contents,
    commits,
    trees,
    heads({ store, from, to }) {
      open(store).readHeads(from, to);
      return { result: undefined };
    },
    release({ id }) {
      stores.get(id)?.close();
      stores.delete(id);
      return { result: undefined };
    },
  };
}

/** An object that no thread should hold: git inflates it, windows see it pass. */
async function scanGiant(repository: Repository, type: ObjectType, id: string, scanner: BlobScanner) {
  const windows = new WindowScan(scanner, id, new Uint8Array(GIANT_WINDOW_BYTES));
  try {
    for await (const chunk of gitStream(['cat-file', type, id], inRepository(repository)))
      windows.write(chunk);
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    const gap: GapEvent = { reason: 'corrupt-object', example: id };
    return { ...windows.end(), gaps: [gap] };
  }
  const scan = windows.end();
  if (windows.isLargeArchive) scan.gaps.push({ reason: 'archive-limit', example: id });
  return scan;
}

function columnsOf({ object, tree, time, parentCount, parents }: CommitRows): Transferable[] {
  return [object.buffer, tree.buffer, time.buffer, parentCount.buffer, parents.buffer];
}
