import type { GapEvent } from '../report/result.ts';
import { BASE, isDelta, type PackShare, type Store } from './store.ts';
import { TYPE } from './types.ts';

/**
 * The objects of a store as trees of deltas: a root is stored whole, a child is a delta against its parent.
 * Plain shared arrays, posted to workers as they are; about 10 bytes an object.
 */
export interface Forest {
  /** Children of object n: children[childStart[n] .. childStart[n + 1]), by their offsets. */
  childStart: Int32Array;
  children: Int32Array;
  /** `TYPE` of each object once its chain is followed to the root; 0 when it cannot be. */
  type: Uint8Array;
  /** 1 for an object that is walked through for the sake of others only: not wanted, or a second copy. */
  isQuiet: Uint8Array;
  /** Those of contents first, then those of trees, each by their offsets. */
  roots: Int32Array;
}

/** A share of the walk, to be done by one thread: roots[from .. to). */
export interface Part {
  from: number;
  to: number;
  /** What it costs, about: compressed bytes. */
  weight: number;
}

/** Every object's root, and with it its type. */
export interface Chains {
  /** Number of each object's root; negative when it cannot be read. */
  rootOf: Int32Array;
  /** `TYPE` of each object, 0 when it cannot be read. Shared memory. */
  type: Uint8Array;
  /** Objects whose heads or bases cannot be read, each named. */
  gaps: GapEvent[];
}

/** A delta is of its base's type, so contents and trees are apart: two walks through one forest. Each heaviest part first. */
export interface PlannedWalk {
  forest: Forest;
  /** Blobs, commits and tags. */
  contents: Part[];
  trees: Part[];
}

/** An entry costs its share of Huffman tables and bookkeeping on top of its bytes. */
const ENTRY_COST = 300;
/** Handing out less than this costs more than it balances. */
const SMALLEST_PART = 256 << 10;

/** Follows every object to its root; all heads must have been read. */
export function followChains(store: Store): Chains {
  const { rootOf, type } = followBases(store);
  return { rootOf, type, gaps: settleUnreadable(store, rootOf) };
}

/** Whether objects of a type in a pack are to be visited; without a pack, loose ones. */
export type IsWanted = (type: number, pack?: PackShare) => boolean;

/** Plans walks that visit each wanted object once, of several copies the one that counts. */
export function planWalk(
  store: Store,
  { rootOf, type }: Chains,
  partCount: number,
  isWanted: IsWanted,
): PlannedWalk {
  const { packs, packedCount, isDuplicate } = store.share;
  const isQuiet = new Uint8Array(new SharedArrayBuffer(store.count));
  const markQuiet = (from: number, to: number, pack?: PackShare) => {
    const isTypeWanted = Uint8Array.from({ length: 8 }, (_, number) => Number(isWanted(number, pack)));
    for (let object = from; object < to; object++)
      if (rootOf[object]! < 0 || isDuplicate[object] === 1 || isTypeWanted[type[object]!] === 0)
        isQuiet[object] = 1;
  };
  for (const pack of packs) markQuiet(pack.first, pack.first + pack.count, pack);
  markQuiet(packedCount, store.count);
  const isNeeded = markNeeded(store, isQuiet);
  const weight = weighTrees(store, rootOf, isNeeded);
  const { roots, treesFrom } = selectRoots(weight, type);
  return {
    forest: { ...listChildren(store, isNeeded), type, isQuiet, roots },
    contents: splitRoots({ roots, from: 0, to: treesFrom }, weight, partCount),
    trees: splitRoots({ roots, from: treesFrom, to: roots.length }, weight, partCount),
  };
}

function selectRoots(weight: Float64Array, type: Uint8Array): { roots: Int32Array; treesFrom: number } {
  let count = 0;
  let treesFrom = 0;
  for (let object = 0; object < weight.length; object++) {
    if (weight[object] === 0) continue;
    count++;
    if (type[object] !== TYPE.tree) treesFrom++;
  }
  const roots = sharedInt32(count);
  let content = 0;
  let tree = treesFrom;
  for (let object = 0; object < weight.length; object++) {
    if (weight[object] === 0) continue;
    if (type[object] === TYPE.tree) roots[tree++] = object;
    else roots[content++] = object;
  }
  return { roots, treesFrom };
}

/** Instead of a root's number. `circle` only while a path is followed. */
const ROOT = { unknown: -1, corrupt: -2, missing: -3, circle: -4 } as const;

/** Follows every object to its root, and gives it the root's type. */
function followBases(store: Store): { rootOf: Int32Array; type: Uint8Array } {
  const { kind, base } = store.share;
  const rootOf = new Int32Array(store.count).fill(ROOT.unknown);
  const type = new Uint8Array(new SharedArrayBuffer(store.count));
  const path: number[] = [];
  for (let object = 0; object < store.count; object++) {
    // Perf: in a pack a base mostly stands in front of what is based on it, so that its root is known.
    const known = isDelta(kind[object]!) && base[object]! >= 0 ? rootOf[base[object]!]! : ROOT.unknown;
    if (known >= 0) {
      rootOf[object] = known;
      type[object] = type[known]!;
      continue;
    }
    let at = object;
    while (rootOf[at] === ROOT.unknown && isDelta(kind[at]!) && base[at]! >= 0) {
      rootOf[at] = ROOT.circle;
      path.push(at);
      at = base[at]!;
    }
    const root = rootAt(store, rootOf, at);
    path.push(at);
    for (const resolved of path) {
      rootOf[resolved] = root;
      if (root >= 0) type[resolved] = kind[root]!;
    }
    path.length = 0;
  }
  return { rootOf, type };
}

function rootAt(store: Store, rootOf: Int32Array, object: number): number {
  const { kind, base } = store.share;
  const known = rootOf[object]!;
  // A path that meets itself is a circle of bases: no content anywhere.
  if (known === ROOT.circle) return ROOT.corrupt;
  if (known !== ROOT.unknown) return known;
  if (kind[object] === TYPE.refDelta && base[object] === BASE.missing) return ROOT.missing;
  return kind[object] === 0 || isDelta(kind[object]!) ? ROOT.corrupt : object;
}

/** An object whose first copy cannot be read may have another that can: that one counts from here on. */
function settleUnreadable(store: Store, rootOf: Int32Array): GapEvent[] {
  const { isDuplicate } = store.share;
  const gaps: GapEvent[] = [];
  const missingBases = new Set<string>();
  for (let object = 0; object < store.count; object++) {
    if (rootOf[object]! >= 0 || isDuplicate[object] === 1) continue;
    const readable = store.copiesOf(object).find((copy) => rootOf[copy]! >= 0);
    if (readable !== undefined) {
      store.prefer(readable, object);
      continue;
    }
    const isMissing = rootOf[object] === ROOT.missing;
    if (isMissing) missingBases.add(missingBaseOf(store, object));
    gaps.push({ reason: isMissing ? 'missing-object' : 'corrupt-object', example: store.idOf(object) });
  }
  for (const id of missingBases) gaps.push({ reason: 'missing-object', example: id });
  return gaps;
}

function missingBaseOf(store: Store, object: number): string {
  const { base } = store.share;
  let at = object;
  while (base[at]! >= 0) at = base[at]!;
  return store.baseIdOf(at);
}

/** What is wanted, and all that it is based on. */
function markNeeded(store: Store, isQuiet: Uint8Array): Uint8Array {
  const { base } = store.share;
  const isNeeded = new Uint8Array(store.count);
  for (let object = 0; object < store.count; object++) {
    if (isQuiet[object] === 1) continue;
    for (let at = object; at >= 0 && isNeeded[at] === 0; at = base[at]!) isNeeded[at] = 1;
  }
  return isNeeded;
}

function listChildren(store: Store, isNeeded: Uint8Array): { childStart: Int32Array; children: Int32Array } {
  const { base } = store.share;
  const childStart = sharedInt32(store.count + 1);
  let childCount = 0;
  for (let object = 0; object < store.count; object++) {
    if (isNeeded[object] === 0 || base[object]! < 0) continue;
    childStart[base[object]! + 1]!++;
    childCount++;
  }
  for (let object = 0; object < store.count; object++) childStart[object + 1]! += childStart[object]!;
  const next = childStart.slice();
  const children = sharedInt32(childCount);
  for (let object = 0; object < store.count; object++) {
    if (isNeeded[object] === 1 && base[object]! >= 0) children[next[base[object]!]!++] = object;
  }
  return { childStart, children };
}

/** What each root's whole tree costs; 0 for all other objects. */
function weighTrees(store: Store, rootOf: Int32Array, isNeeded: Uint8Array): Float64Array {
  const { packs, packedCount, offset, size } = store.share;
  const weight = new Float64Array(store.count);
  for (const { first, count, dataEnd } of packs) {
    for (let object = first, last = first + count - 1; object <= last; object++) {
      if (isNeeded[object] === 0) continue;
      const end = object === last ? dataEnd : Math.min(offset[object + 1]!, dataEnd);
      weight[rootOf[object]!]! += Math.max(0, end - offset[object]!) + ENTRY_COST;
    }
  }
  for (let object = packedCount; object < store.count; object++)
    if (isNeeded[object] === 1) weight[rootOf[object]!]! += size[object]! + ENTRY_COST;
  return weight;
}

/** Neighbours stay together, so that a part reads the pack from front to back. */
function splitRoots(
  { roots, from, to }: { roots: Int32Array; from: number; to: number },
  weight: Float64Array,
  partCount: number,
): Part[] {
  let total = 0;
  for (let index = from; index < to; index++) total += weight[roots[index]!]!;
  const target = Math.max(SMALLEST_PART, total / partCount);
  const parts: Part[] = [];
  let part: Part = { from, to: from, weight: 0 };
  for (let index = from; index < to; index++) {
    part.weight += weight[roots[index]!]!;
    part.to = index + 1;
    if (part.weight < target && part.to < to) continue;
    parts.push(part);
    part = { from: part.to, to: part.to, weight: 0 };
  }
  return parts.sort((one, other) => other.weight - one.weight);
}

function sharedInt32(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}
