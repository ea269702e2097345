import type { CommitInfo, Where } from '../report/result.ts';
import { parseCommitInfo } from './commit-info.ts';
import { createPrunedForest, EMPTY, type PrunedForest, SELF } from './pruned.ts';
import {
  computeReachability,
  indexCommits,
  isReachable,
  NO_REF,
  parentCommit,
  type Reachability,
  type Reached,
  union,
  unreached,
  whereOf,
} from './reach.ts';
import type { RefSet } from './refs.ts';
import type { Skeleton } from './skeleton.ts';
import type { CommitTable, ObjectStore } from './types.ts';

/** One place where a hit object stands in a history. */
export interface ObjectProvenance {
  /**
   * From the root of the commit's tree (or of the tree a ref names); bytes that are no UTF-8 as `\xNN`.
   * Absent for commits, tags, root trees and blobs that no tree names.
   */
  path?: string;
  /** The earliest that brought the object to that path, a reachable one if there is any; for a commit, itself. As written: not masked. */
  commit?: CommitInfo;
  reachable: boolean;
  atHead: boolean;
  where: Where[];
  /** Full names of up to five refs that reach it; of stash and reflog entries only where nothing better does. */
  refs: string[];
}

interface PlaceList {
  /** By reachability, then path; at most `maxPlaces`. */
  places: ObjectProvenance[];
  /** All of them. */
  count: number;
}

interface NameProvenance extends PlaceList {
  /** The entry's name, bytes that are no UTF-8 as `\xNN`. The last part of every place's path. */
  name: string;
}

export interface Attribution {
  /** By object number; every hit has an entry. */
  objects: Map<number, PlaceList>;
  /** For the names that the tree collectors' `isHitName` said yes to. */
  names: NameProvenance[];
}

export interface AttributionInput {
  store: ObjectStore;
  commits: CommitTable;
  skeleton: Skeleton;
  refs: RefSet;
  /** Object numbers: blobs, commits, tags, and trees when they are hits themselves. The same that the tree collectors were given. */
  hits: Iterable<number>;
  /** False when no hit is a tag, which spares reading all tags whose target the refs tell. */
  hasTagHits?: boolean;
  maxPlaces?: number;
}

/** Says of every hit where it stands, which commit brought it there, and what still reaches it. */
export function attributeHits(input: AttributionInput): Attribution {
  const { store, commits, skeleton, maxPlaces = 1000 } = input;
  const hits = new Set(input.hits);
  const index = indexCommits(store, commits);
  const reach = computeReachability(store, commits, index, input.refs, input.hasTagHits ?? true);
  const forest = createPrunedForest(skeleton, (object) => hits.has(object));
  const rootOf = (commit: number): number => forest.of(commits.tree[commit]!);
  const ledger = createLedger(forest, skeleton);

  index.order.forEach((commit, rank) => {
    const root = rootOf(commit);
    if (root === EMPTY) return;
    const parents: number[] = [];
    for (let edge = commits.parentStart[commit]!; edge < commits.parentStart[commit + 1]!; edge += 1) {
      const parent = parentCommit(commits, index, edge);
      if (parent >= 0) parents.push(rootOf(parent));
    }
    if (parents.includes(root)) return;
    const reached = reach.ofCommit(commit);
    ledger.bringIn(root, parents, (place) => attribute(place, commit, rank, reached));
  });
  for (const [object, reached] of reach.direct) {
    ledger.bringIn(forest.of(object), [], (place) => union(place.reached, reached));
  }
  const isLost = (object: number) =>
    index.of[object]! < 0 && !reach.direct.has(object) && ledger.placesOf(object).length === 0;
  bringInDangling(ledger, forest, input, new Set([...hits].filter(isLost)));
  if (reach.head >= 0) {
    ledger.bringIn(rootOf(reach.head), [], (place) => {
      place.atHead = true;
    });
  }

  const commitInfo = createCommitReader(store, commits);
  const describe = (place: Place): ObjectProvenance => {
    const path = ledger.pathOf(place);
    return {
      ...(path === '' ? {} : { path }),
      ...(place.commit < 0 ? {} : { commit: commitInfo(place.commit) }),
      ...describeReach(place.reached, reach),
      atHead: place.atHead,
    };
  };
  const objects = new Map<number, PlaceList>();
  for (const object of hits) {
    const direct = reach.direct.get(object);
    const commit = index.of[object]!;
    const places = ledger.placesOf(object);
    if (direct !== undefined) for (const place of places) union(place.reached, direct);
    if (commit >= 0) {
      const own = { commit: commitInfo(commit), ...describeReach(reach.ofCommit(commit), reach) };
      objects.set(object, { places: [{ ...own, atHead: commit === reach.head }], count: 1 });
    } else if (places.length === 0) {
      const own = describeReach(direct ?? unreached(), reach);
      objects.set(object, { places: [{ ...own, atHead: false }], count: 1 });
    } else {
      objects.set(object, listPlaces(places, describe, maxPlaces));
    }
  }
  const names = [...ledger.names()].map(([name, places]) => ({
    name: decodePath(skeleton.names[name]!),
    ...listPlaces(places, describe, maxPlaces),
  }));
  return { objects, names };
}

/** A hit object, or a hit name, at one path. */
interface Place {
  path: number;
  /** Commit number of the best so far, -1 for none, and its place in the order of commits. */
  commit: number;
  rank: number;
  isCommitReachable: boolean;
  reached: Reached;
  atHead: boolean;
}

function attribute(place: Place, commit: number, rank: number, reached: Reached): void {
  union(place.reached, reached);
  const isBetter = isReachable(reached.mask) && !place.isCommitReachable;
  if (place.commit >= 0 && !isBetter) return;
  place.commit = commit;
  place.rank = rank;
  place.isCommitReachable = isReachable(reached.mask);
}

/** Trees that no commit and no ref leads to, from the top; only for hits that are found nowhere else. */
function bringInDangling(
  ledger: Ledger,
  forest: PrunedForest,
  { skeleton, commits }: AttributionInput,
  lost: ReadonlySet<number>,
): void {
  const { record, start, edits, isHitName } = skeleton;
  const known = ledger.names();
  const isLostName = isHitName.map((isHit, name) => (isHit === 1 && !known.has(name) ? 1 : 0));
  if (lost.size === 0 && !isLostName.includes(1)) return;
  const isNoTop = new Uint8Array(record.length);
  for (const tree of commits.tree) if (tree >= 0) isNoTop[tree] = 1;
  for (let at = 0; at < start.at(-1)!; at += 2) {
    if ((edits[at]! & 1) === 1 && edits[at + 1]! >= 0) isNoTop[edits[at + 1]!] = 1;
  }
  const tops = new Set<number>();
  record.forEach((index, object) => {
    if (index >= 0 && isNoTop[object] === 0) tops.add(forest.of(object));
  });
  for (const top of tops) {
    ledger.bringIn(
      top,
      [],
      () => {},
      (object, name) => lost.has(object) || isLostName[name] === 1,
    );
  }
}

interface Ledger {
  /**
   * Calls back with the place of every hit of `root` that none of `parents` has at the same path. `wanted` may turn down places
   * that are not known yet.
   */
  bringIn(
    root: number,
    parents: readonly number[],
    visit: (place: Place) => void,
    wanted?: (object: number, hitName: number) => boolean,
  ): void;
  placesOf(object: number): Place[];
  names(): Map<number, Place[]>;
  pathOf(place: Place): string;
}

const ROOT_PATH = 0;
/** A tree that stands at more paths of one commit than this is not followed further: repositories can be bombs. */
const MAX_PATHS_OF_TREE = 1000;

interface Step {
  tree: number;
  parents: number[];
  path: number;
}

function createLedger(forest: PrunedForest, skeleton: Skeleton): Ledger {
  const { isHitName, names } = skeleton;
  /** Path n is the entry `pathKey[n]` below path `pathParent[n]`. */
  const pathParent: number[] = [ROOT_PATH];
  const pathKey: number[] = [SELF];
  const pathNumbers = new Map<number, number>();
  const objectPlaces = new Map<number, Map<number, Place>>();
  const namePlaces = new Map<number, Map<number, Place>>();

  function pathBelow(parent: number, key: number): number {
    const id = parent * 2 ** 26 + key;
    const known = pathNumbers.get(id);
    if (known !== undefined) return known;
    const added = pathParent.push(parent) - 1;
    pathKey.push(key);
    pathNumbers.set(id, added);
    return added;
  }

  function placeAt(table: Map<number, Map<number, Place>>, subject: number, path: number): Place {
    let places = table.get(subject);
    if (places === undefined) table.set(subject, (places = new Map()));
    let place = places.get(path);
    if (place === undefined) {
      place = { path, commit: -1, rank: -1, isCommitReachable: false, reached: unreached(), atHead: false };
      places.set(path, place);
    }
    return place;
  }

  return {
    bringIn(root, parents, visit, wanted = () => true) {
      if (root === EMPTY || parents.includes(root)) return;
      const visits = new Map<number, number>();
      const steps: Step[] = [
        { tree: root, parents: parents.filter((parent) => parent !== EMPTY), path: ROOT_PATH },
      ];
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        const { tree, path } = step;
        const seen = (visits.get(tree) ?? 0) + 1;
        if (seen > MAX_PATHS_OF_TREE) continue;
        visits.set(tree, seen);
        const list = forest.entries(tree);
        const others = step.parents.map((parent) => forest.entries(parent));
        const cursors = new Int32Array(others.length);
        for (let at = 0; at < list.length; at += 2) {
          const key = list[at]!;
          const value = list[at + 1]!;
          const isSubtree = key >= 0 && (key & 1) === 1;
          let isKeyKnown = false;
          let isValueKnown = false;
          const below: number[] = [];
          for (let other = 0; other < others.length; other += 1) {
            const entries = others[other]!;
            let cursor = cursors[other]!;
            while (cursor < entries.length && entries[cursor]! < key) cursor += 2;
            cursors[other] = cursor;
            if (cursor >= entries.length || entries[cursor] !== key) continue;
            isKeyKnown = true;
            if (entries[cursor + 1] === value) isValueKnown = true;
            else if (isSubtree && entries[cursor + 1] !== EMPTY) below.push(entries[cursor + 1]!);
          }
          if (key === SELF) {
            if (!isValueKnown && wanted(value, -1)) visit(placeAt(objectPlaces, value, path));
            continue;
          }
          const name = key >> 1;
          const isNew = isHitName[name] === 1 && !isKeyKnown && wanted(-1, name);
          if (isNew) visit(placeAt(namePlaces, name, pathBelow(path, key)));
          if (isValueKnown) continue;
          if (isSubtree) {
            if (value !== EMPTY) steps.push({ tree: value, parents: below, path: pathBelow(path, key) });
          } else if (value >= 0 && forest.isHit(value) && wanted(value, -1)) {
            visit(placeAt(objectPlaces, value, pathBelow(path, key)));
          }
        }
      }
    },
    placesOf: (object) => [...(objectPlaces.get(object)?.values() ?? [])],
    names: () => new Map([...namePlaces].map(([name, places]) => [name, [...places.values()]])),
    pathOf(place) {
      const parts: string[] = [];
      for (let path = place.path; path !== ROOT_PATH; path = pathParent[path]!)
        parts.push(names[pathKey[path]! >> 1]!);
      return decodePath(parts.reverse().join('/'));
    },
  };
}

function listPlaces(
  places: readonly Place[],
  describe: (place: Place) => ObjectProvenance,
  maxPlaces: number,
): PlaceList {
  const described = places.map(describe).sort(byUse);
  return { places: described.slice(0, maxPlaces), count: places.length };
}

function byUse(left: ObjectProvenance, right: ObjectProvenance): number {
  const byReach = Number(right.reachable) - Number(left.reachable);
  if (byReach !== 0) return byReach;
  const [leftPath, rightPath] = [left.path ?? '', right.path ?? ''];
  return leftPath < rightPath ? -1 : leftPath > rightPath ? 1 : 0;
}

function describeReach({ mask, refs }: Reached, { names }: Reachability) {
  return {
    reachable: isReachable(mask),
    where: whereOf(mask),
    refs: [...refs].filter((ref) => ref !== NO_REF).map((ref) => names[ref]!),
  };
}

function createCommitReader(store: ObjectStore, commits: CommitTable): (commit: number) => CommitInfo {
  const known = new Map<number, CommitInfo>();
  return (commit) => {
    let info = known.get(commit);
    if (info === undefined) {
      const object = commits.object[commit]!;
      info = parseCommitInfo(store.idOf(object), store.read(object).bytes);
      known.set(commit, info);
    }
    return info;
  };
}

/** Latin1 text that stands for bytes, as UTF-8 where it is and `\xNN` where not. */
export function decodePath(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  let result = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    result +=
      length === 0
        ? `\\x${bytes[at]!.toString(16).padStart(2, '0')}`
        : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return result;
}

/** Length of the well-formed UTF-8 sequence at `at`; 0 if there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    const part = bytes.subarray(at, at + length);
    const text = part.toString('utf8');
    if (Buffer.from(text).equals(part)) return length;
  }
  return 0;
}
