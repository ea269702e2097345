import { createIdMemo } from './id-memo.ts';
import { createNameTable } from './name-table.ts';
import type { ObjectStore } from './types.ts';

/**
 * What provenance needs of all trees of a store: which subtrees a tree has, and which of the hit objects and hit names stand in it.
 * A tree stored as a delta is told by what differs from its base, so that hundreds of thousands of trees of hundreds of
 * entries cost little more than their changes.
 */
export interface TreeCollector {
  /**
   * Takes one tree: its content is bytes[at, at + length). When it is stored as a delta, `base` is the object number of its base and
   * bytes[deltaAt, deltaAt + deltaLength) the inflated delta; otherwise `base` is -1. Every tree that is another's base must have been
   * handed over before (also one that is stored twice), depth first is what is fast: a base that is not among the trees on the way
   * down to the current one costs a full parse of the tree. `isBase` may be false when no other tree is a delta of this one.
   */
  visit(
    bytes: Uint8Array,
    object: number,
    at: number,
    length: number,
    base: number,
    deltaAt: number,
    deltaLength: number,
    isBase: boolean,
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
  store: Pick<ObjectStore, 'hashBytes' | 'findBytes' | 'idOf' | 'count'>;
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

export function createTreeCollector({
  store,
  hits,
  isHitName,
  shortestHitName = 0,
  onMissing,
}: TreeCollectorOptions): TreeCollector {
  const { hashBytes } = store;
  const findObject = createIdMemo({ hashBytes, findBytes: (bytes, at) => store.findBytes(bytes, at) });
  const names = createNameTable();
  const hitNames: number[] = [];
  let isHitNumber = new Uint8Array(1024);
  const isHit = new Uint8Array(store.count);
  const firstBytes = new Uint8Array(1 << 16);
  for (const object of hits) {
    isHit[object] = 1;
    firstBytes[Number.parseInt(store.idOf(object).slice(0, 4), 16)] = 1;
  }

  let records = new Int32Array(1 << 16);
  let recordsEnd = 0;
  let countAt = 0;

  // The trees on the way down to the current one: where their entries start, and the entries' keys.
  let starts = new Int32Array(1 << 16);
  let keys = new Int32Array(1 << 16);
  let frameObjects = new Int32Array(64);
  /** Frame f is starts[frameAt[f] .. frameAt[f + 1]); its last start is the tree's length. */
  let frameAt = new Int32Array(65);
  let depth = 0;

  // The tree at hand.
  let bytes: Uint8Array = new Uint8Array(0);
  let treeAt = 0;
  let treeEnd = 0;
  /** Where the table of the tree at hand goes to; -1 when nobody will ask for it. */
  let tableEnd = 0;
  let isTabled = false;
  /** Start of the entry to look at next, relative to the tree. */
  let next = 0;
  /** Where well-formed entries end. */
  let soundEnd = 0;

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

  function table(start: number, key: number): void {
    if (tableEnd + 1 >= starts.length) {
      starts = grown(starts, tableEnd + 2);
      keys = grown(keys, tableEnd + 2);
    }
    starts[tableEnd] = start;
    keys[tableEnd] = key;
    tableEnd += 1;
  }

  /** Copies entries first..last-1 of the base's table, shifted. */
  function tableFrom(first: number, last: number, shift: number): void {
    const count = last - first;
    if (tableEnd + count + 1 >= starts.length) {
      starts = grown(starts, tableEnd + count + 2);
      keys = grown(keys, tableEnd + count + 2);
    }
    keys.copyWithin(tableEnd, first, last);
    if (shift === 0) starts.copyWithin(tableEnd, first, last);
    else
      for (let index = 0; index < count; index += 1)
        starts[tableEnd + index] = starts[first + index]! + shift;
    tableEnd += count;
  }

  function nameNumber(start: number, end: number): number {
    const before = names.count;
    const name = names.intern(bytes, start, end);
    if (name === before && isHitName !== undefined) {
      if (name >= isHitNumber.length) isHitNumber = grownBytes(isHitNumber);
      if (isHitName(bytes, start, end)) {
        isHitNumber[name] = 1;
        hitNames.push(name);
      }
    }
    return name;
  }

  /** Reads the entry at `next`, tells its edit and its key, and moves on. A malformed entry ends the tree. */
  function parseEntry(): void {
    const start = treeAt + next;
    let nameAt = start;
    while (nameAt < treeEnd && bytes[nameAt] !== SPACE) nameAt += 1;
    nameAt += 1;
    let nameEnd = nameAt;
    while (nameEnd < treeEnd && bytes[nameEnd] !== 0) nameEnd += 1;
    const idAt = nameEnd + 1;
    if (idAt + hashBytes > treeEnd) {
      soundEnd = next;
      next = treeEnd - treeAt;
      return;
    }
    const key = entryKey(start, nameAt, nameEnd, idAt);
    if (isTabled) table(next, key);
    next = idAt + hashBytes - treeAt;
  }

  function entryKey(start: number, nameAt: number, nameEnd: number, idAt: number): number {
    const first = bytes[start] === ZERO ? start + 1 : start;
    const isTree = bytes[first] === FOUR;
    // Perf: short names, which are most, are neither hashed nor looked up.
    const isTelling = isHitName !== undefined && nameEnd - nameAt >= shortestHitName;
    const name = isTree || isTelling ? nameNumber(nameAt, nameEnd) : -1;
    const isNamed = name >= 0 && isHitNumber[name] === 1;
    if (isTree) {
      const key = name * 2 + 1;
      const object = findObject(bytes, idAt);
      if (object < 0) onMissing?.(bytes, idAt);
      edit(key, object >= 0 ? object : isNamed ? NOT_STORED : REMOVED);
      return key;
    }
    const isLink = bytes[first] === ONE && bytes[first + 1] === SIX;
    const isLikely = !isLink && firstBytes[(bytes[idAt]! << 8) | bytes[idAt + 1]!] === 1;
    const isAsked = isLikely || (onMissing !== undefined && !isLink);
    if (!isAsked && !isNamed) return NO_KEY;
    const object = isLink ? -1 : findObject(bytes, idAt);
    if (object < 0 && !isLink) onMissing?.(bytes, idAt);
    if (!isNamed && (object < 0 || isHit[object] === 0)) return NO_KEY;
    const key = (name >= 0 ? name : nameNumber(nameAt, nameEnd)) * 2;
    edit(key, object >= 0 ? object : NOT_STORED);
    return key;
  }

  function parseUpTo(end: number): void {
    while (next < end) parseEntry();
  }

  function removeEntries(first: number, last: number): void {
    for (let index = first; index < last; index += 1) {
      if (keys[index] !== NO_KEY) remove(keys[index]!);
    }
  }

  /** Index of `start` among the base's entry starts in [low, high], or -1. */
  function entryAt(start: number, low: number, high: number): number {
    const index = lastAtMost(start, low, high);
    return index >= low && starts[index] === start ? index : -1;
  }

  /** Index of the last start that is at most `limit`; low - 1 when there is none. */
  function lastAtMost(limit: number, low: number, high: number): number {
    let below = low - 1;
    let above = high + 1;
    while (below + 1 < above) {
      const middle = (below + above) >> 1;
      if (starts[middle]! <= limit) below = middle;
      else above = middle;
    }
    return below;
  }

  /**
   * Goes through the delta's instructions. Inside a copy, an entry that starts where one of the base starts is that entry, and so are all
   * that follow up to the copy's end. What is left to parse are the entries that an insert or a copy's edge touches.
   */
  function followDelta(deltaAt: number, deltaLength: number, frame: number): void {
    const last = frameAt[frame + 1]! - 1;
    const deltaEnd = deltaAt + deltaLength;
    /** Entries of the base before this one are kept or told as removed. */
    let pending = frameAt[frame]!;
    let target = 0;
    let at = skipSize(skipSize(deltaAt));
    while (at < deltaEnd) {
      const instruction = bytes[at]!;
      at += 1;
      if ((instruction & 0x80) === 0) {
        at += instruction;
        target += instruction;
        parseUpTo(Math.min(target, treeEnd - treeAt));
        continue;
      }
      let offset = 0;
      let size = 0;
      if (instruction & 0x01) offset = bytes[at++]!;
      if (instruction & 0x02) offset |= bytes[at++]! << 8;
      if (instruction & 0x04) offset |= bytes[at++]! << 16;
      if (instruction & 0x08) offset = (offset | (bytes[at++]! << 24)) >>> 0;
      if (instruction & 0x10) size = bytes[at++]!;
      if (instruction & 0x20) size |= bytes[at++]! << 8;
      if (instruction & 0x40) size |= bytes[at++]! << 16;
      if (size === 0) size = 0x10000;
      const shift = target - offset;
      target += size;
      const end = Math.min(target, treeEnd - treeAt);
      while (next < end) {
        const first = entryAt(next - shift, pending, last);
        const stop = first < 0 ? -1 : lastAtMost(end - shift, first, last);
        if (stop > first) {
          removeEntries(pending, first);
          if (isTabled) tableFrom(first, stop, shift);
          next = starts[stop]! + shift;
          pending = stop;
        } else {
          parseEntry();
        }
      }
    }
    parseUpTo(treeEnd - treeAt);
    removeEntries(pending, last);
  }

  function skipSize(from: number): number {
    let at = from;
    while ((bytes[at]! & 0x80) !== 0) at += 1;
    return at + 1;
  }

  /** Leaves the trees that are not on the way to `base`; the frame it is in, or -1. */
  function frameOf(base: number): number {
    if (base < 0) return -1;
    for (let frame = depth - 1; frame >= 0; frame -= 1) {
      if (frameObjects[frame] === base) return frame;
    }
    return -1;
  }

  function pushFrame(object: number): void {
    if (depth + 1 >= frameObjects.length) {
      frameObjects = grown(frameObjects, depth + 2);
      frameAt = grown(frameAt, depth + 3);
    }
    table(soundEnd, NO_KEY);
    frameObjects[depth] = object;
    depth += 1;
    frameAt[depth] = tableEnd;
  }

  return {
    visit(memory, object, at, length, base, deltaAt, deltaLength, isBase) {
      bytes = memory;
      treeAt = at;
      treeEnd = at + length;
      next = 0;
      soundEnd = length;
      isTabled = isBase;
      const frame = deltaLength > 0 ? frameOf(base) : -1;
      depth = frame + 1;
      tableEnd = frameAt[depth]!;
      beginRecord(object, frame < 0 ? -1 : base);
      if (frame < 0) parseUpTo(length);
      else followDelta(deltaAt, deltaLength, frame);
      if (isBase) pushFrame(object);
    },
    finish: () => ({
      records: records.slice(0, recordsEnd),
      names: names.joined() as Uint8Array<ArrayBuffer>,
      hitNames: Int32Array.from(hitNames),
    }),
  };
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
