import type { TreeReader } from '../detect/kernel/types.ts';
import { createNameTable } from './name-table.ts';
import type { ObjectStore } from './types.ts';

/**
 * What provenance needs of all trees of a store: which subtrees a tree has, and which of the hit objects and hit names stand in it.
 * A tree stored as a delta is told by what differs from its base, so that hundreds of thousands of trees of hundreds of
 * entries cost little more than their changes.
 */
export interface TreeCollector {
  /**
   * Takes one tree by those of its entries that the kernel tells of: words[told .. told + count) are addresses in `bytes`, of entries of
   * the tree from `tree` on, below it of entries that it lacks of its base. `base` is the object number of that, -1 without one.
   */
  visit(
    object: number,
    bytes: Uint8Array,
    tree: number,
    base: number,
    words: Uint32Array,
    told: number,
    count: number,
  ): void;
  finish(): TreePart;
}

/** What one worker found; both buffers may be transferred. */
export interface TreePart {
  /**
   * One record for each tree: object number, object number of its base or -1, number of edits, then the edits against the base
   * (against the empty tree without one): key and object number. A key is twice the name's number, plus one for a subtree. The object
   * is `NOT_STORED`, or `REMOVED` when the base's entry is gone, which holds only if the record does not set the same key.
   */
  records: Int32Array<ArrayBuffer>;
  /** Each followed by a NUL, in the order of their numbers. */
  names: Uint8Array<ArrayBuffer>;
  /** Numbers of the names that `isHitName` said yes to. */
  hitNames: Int32Array<ArrayBuffer>;
}

export const REMOVED = -1;
/** An entry that is there for its name only: its object is missing, or a commit of a submodule. */
const NOT_STORED = -2;

export interface TreeCollectorOptions {
  store: Pick<ObjectStore, 'hashBytes' | 'findBytes' | 'has' | 'idOf' | 'count'>;
  /** The one that will read the trees; it serves one collector at a time. */
  kernel: TreeReader & { bytes(): Uint8Array };
  /** Object numbers. */
  hits: Iterable<number>;
  /** Asked once for each distinct entry name; entries of such a name are kept whatever they name. */
  isHitName?: (bytes: Uint8Array, start: number, end: number) => boolean;
  /** Bytes; of files with shorter names `isHitName` need not be asked. */
  shortestHitName?: number;
  /** Told of every id at `at` that an entry names and the store does not hold, submodules' commits aside; may repeat. */
  onMissing?: (bytes: Uint8Array, at: number) => void;
}

const FOUR = 0x34;
const ONE = 0x31;
const SIX = 0x36;
const ZERO = 0x30;
const SPACE = 0x20;
/** A key for entries that do not matter: neither a subtree nor a hit. */
const NO_KEY = -1;
const NO_NAME = 0xffffffff;

export function createTreeCollector({
  store,
  kernel,
  hits,
  isHitName,
  shortestHitName = 0,
  onMissing,
}: TreeCollectorOptions): TreeCollector {
  const { hashBytes } = store;
  const names = createNameTable();
  const hitNames: number[] = [];
  let isHitNumber = new Uint8Array(1024);
  const isHit = new Uint8Array(store.count);
  const wantedAt = kernel.beginTrees(hashBytes, isHitName === undefined ? NO_NAME : shortestHitName);
  let hasHits = false;
  for (const object of hits) {
    hasHits = true;
    isHit[object] = 1;
    kernel.bytes()[wantedAt + Number.parseInt(store.idOf(object).slice(0, 4), 16)] = 1;
  }

  let records = new Int32Array(1 << 16);
  let recordsEnd = 0;
  let countAt = 0;

  // The entry at hand.
  let bytes: Uint8Array = new Uint8Array(0);
  let isTree = false;
  let isLink = false;
  let nameAt = 0;
  let nameEnd = 0;
  let idAt = 0;

  function beginRecord(object: number, base: number): void {
    if (recordsEnd + 3 > records.length) records = grown(records, recordsEnd + 3);
    records[recordsEnd] = object;
    records[recordsEnd + 1] = base;
    countAt = recordsEnd + 2;
    records[countAt] = 0;
    recordsEnd += 3;
  }

  function edit(key: number, object: number): void {
    if (recordsEnd + 2 > records.length) records = grown(records, recordsEnd + 2);
    records[recordsEnd] = key;
    records[recordsEnd + 1] = object;
    records[countAt]! += 1;
    recordsEnd += 2;
  }

  /** Most entries that go have just been set anew; looking at the last few edits saves telling that they are gone. */
  function remove(key: number): void {
    const first = Math.max(countAt + 1, recordsEnd - 16);
    for (let at = recordsEnd - 2; at >= first; at -= 2) {
      if (records[at] === key && records[at + 1] !== REMOVED) return;
    }
    edit(key, REMOVED);
  }

  function numberOfName(): number {
    const before = names.count;
    const name = names.intern(bytes, nameAt, nameEnd);
    if (name === before && isHitName !== undefined) {
      if (name >= isHitNumber.length) isHitNumber = grownBytes(isHitNumber);
      if (isHitName(bytes, nameAt, nameEnd)) {
        if (hitNames.length === 0) kernel.tellEveryName();
        isHitNumber[name] = 1;
        hitNames.push(name);
      }
    }
    return name;
  }

  /** Reads a well-formed entry. */
  function readEntry(start: number): void {
    const mode = bytes[start] === ZERO ? start + 1 : start;
    isTree = bytes[mode] === FOUR;
    isLink = bytes[mode] === ONE && bytes[mode + 1] === SIX;
    nameAt = start;
    while (bytes[nameAt] !== SPACE) nameAt += 1;
    nameAt += 1;
    nameEnd = nameAt;
    while (bytes[nameEnd] !== 0) nameEnd += 1;
    idAt = nameEnd + 1;
  }

  /** The entry's key, if it is kept whatever its object: when its name is a hit, or it is a subtree. */
  function keyByName(): number {
    // Perf: most names are short, and neither hashed nor looked up.
    const isTelling = isHitName !== undefined && nameEnd - nameAt >= shortestHitName;
    if (!isTree && !isTelling) return NO_KEY;
    const name = numberOfName();
    return isTree || isHitNumber[name] === 1 ? name * 2 + Number(isTree) : NO_KEY;
  }

  function addEntry(): void {
    const key = keyByName();
    if (key === NO_KEY && !hasHits) {
      // Perf: most entries of most scans; whether the object is there is less to look up than which one it is.
      if (!isLink && !store.has(bytes, idAt)) onMissing?.(bytes, idAt);
      return;
    }
    const object = isLink ? -1 : store.findBytes(bytes, idAt);
    if (object >= 0) {
      if (key !== NO_KEY) edit(key, object);
      else if (isHit[object] === 1) edit(numberOfName() * 2, object);
      return;
    }
    if (!isLink) onMissing?.(bytes, idAt);
    if (key === NO_KEY) return;
    const isNamed = isHitNumber[key >> 1] === 1;
    edit(key, isNamed ? NOT_STORED : REMOVED);
  }

  function removeEntry(): void {
    const key = keyByName();
    if (key !== NO_KEY) remove(key);
    else if (!isLink && isHit[store.findBytes(bytes, idAt)] === 1) remove(numberOfName() * 2);
  }

  return {
    visit(object, memory, tree, base, words, told, count) {
      bytes = memory;
      beginRecord(object, base);
      for (let index = told; index < told + count; index += 1) {
        const at = words[index]!;
        readEntry(at);
        if (at >= tree) addEntry();
        else removeEntry();
      }
    },
    finish: () => ({
      records: records.slice(0, recordsEnd),
      names: names.joined() as Uint8Array<ArrayBuffer>,
      hitNames: Int32Array.from(hitNames),
    }),
  };
}

/** More numbers than a tree of `length` bytes has entries, or its table has. */
export function treeEntries(length: number): number {
  return Math.floor(length / SHORTEST_ENTRY) + 2;
}

/** A space, a NUL and an id. */
const SHORTEST_ENTRY = 22;

/** Where the entries of a tree start, as far as they are well-formed: what a kernel tells of when all is new to it. */
export function entryStarts(tree: Uint8Array, hashBytes: number): Uint32Array {
  const starts: number[] = [];
  for (let at = 0; ; ) {
    const space = tree.indexOf(SPACE, at);
    const nul = space < 0 ? -1 : tree.indexOf(0, space + 1);
    const end = nul + 1 + hashBytes;
    if (nul < 0 || end > tree.length) return Uint32Array.from(starts);
    starts.push(at);
    at = end;
  }
}

function grown(ints: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(Math.max(ints.length * 2, needed));
  result.set(ints);
  return result;
}

function grownBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length * 2);
  result.set(bytes);
  return result;
}
