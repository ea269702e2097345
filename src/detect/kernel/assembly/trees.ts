// Git trees: which of a tree's entries are worth telling of. A tree that is stored as a delta is compared with its base by what the
// delta copies, so that a tree of hundreds of entries costs little more than the few that changed.
//
// A table holds a tree's entries: their number, where each starts in the tree, and where the last one ends; four bytes each.

import { copyFrom, copyLength, next as afterCopy, readCopy, skipSizes } from './delta';

const SPACE: u8 = 0x20;
const ZERO: u32 = 0x30;
const ONE: u32 = 0x31;
const FOUR: u32 = 0x34;
const SIX: u32 = 0x36;

/** The last id seen of each pair of first bytes. */
const IDS = memory.data(32 * 0x10000, 16);
/** 1 for the first two bytes of ids that are always told of. */
const WANTED = memory.data(0x10000, 16);
/** Names seen: a byte with the length, then the name. */
const NAME_BYTES: u32 = 64;
const NAME_SLOT_BITS: u32 = 12;
const NAMES = memory.data(<i32>(NAME_BYTES << NAME_SLOT_BITS), 16);
const NAME_FACTOR: u32 = 0x9e3779b1;

let idBytes: u32 = 20;
let shortestName: u32 = 0;
let isEveryNameTold = false;

/** Where the next entry that is told of is listed, and where the table of the tree at hand goes on; 0 if nobody asks for one. */
let toldEnd: usize = 0;
let tableEnd: usize = 0;
let treeStart: usize = 0;
/** Where well-formed entries end. */
let soundEnd: usize = 0;

export function beginTrees(hashBytes: u32, shortest: u32): usize {
  idBytes = hashBytes;
  shortestName = shortest;
  isEveryNameTold = false;
  memory.fill(IDS, 0, 32 * 0x10000);
  // An id of zeros has not been seen yet.
  store<u8>(IDS, 1);
  memory.fill(WANTED, 0, 0x10000);
  memory.fill(NAMES, 0, NAME_BYTES << NAME_SLOT_BITS);
  return WANTED;
}

export function tellEveryName(): void {
  isEveryNameTold = true;
}

export function readTree(tree: usize, length: u32, table: usize, told: usize): u32 {
  begin(tree, length, table, told);
  readUpTo(tree, tree + length, tree + length);
  endTable(tree, table);
  return <u32>(toldEnd - told) >> 2;
}

/**
 * Inside a copy, an entry that starts where one of the base starts is that entry, and so are all that follow up to the copy's end.
 * What is left to read are the entries that an insert or a copy's edge touches.
 */
export function followTree(
  tree: usize, length: u32, base: usize, baseTable: usize, delta: usize, deltaLength: u32, table: usize, told: usize,
): u32 {
  begin(tree, length, table, told);
  const end = tree + length;
  const deltaEnd = delta + deltaLength;
  const starts = baseTable + 4;
  const last = starts + (<usize>load<u32>(baseTable) << 2);
  /** Entries of the base in front of this one are kept, or told of as removed. */
  let pending = starts;
  let next = tree;
  let target = tree;
  for (let at = skipSizes(delta); at < deltaEnd; ) {
    const code = <u32>load<u8>(at++);
    if ((code & 0x80) == 0) {
      at += code;
      target += code;
      next = readUpTo(next, min(target, end), end);
      continue;
    }
    // The delta has been applied before: it is well-formed, and reads nothing outside of its base.
    readCopy(code, at, deltaEnd, u32.MAX_VALUE);
    at = afterCopy;
    // What to add to an offset in the base for the address of the same byte in the target.
    const shift = target - copyFrom;
    target += copyLength;
    const stop = min(target, end);
    while (next < stop) {
      const first = lastAtMost(<u32>(next - shift), pending, last);
      if (first >= pending && load<u32>(first) == <u32>(next - shift)) {
        const behind = lastAtMost(<u32>(stop - shift), first, last);
        if (behind > first) {
          removeEntries(base, pending, first);
          if (tableEnd != 0) copyTable(first, behind, <u32>(shift - tree));
          next = shift + load<u32>(behind);
          pending = behind;
          continue;
        }
      }
      next = readOne(next, end);
    }
  }
  readUpTo(next, end, end);
  removeEntries(base, pending, last);
  endTable(tree, table);
  return <u32>(toldEnd - told) >> 2;
}

@inline
function begin(tree: usize, length: u32, table: usize, told: usize): void {
  treeStart = tree;
  soundEnd = tree + length;
  toldEnd = told;
  tableEnd = table == 0 ? 0 : table + 4;
}

@inline
function endTable(tree: usize, table: usize): void {
  if (table == 0) return;
  store<u32>(tableEnd, <u32>(soundEnd - tree));
  store<u32>(table, <u32>(tableEnd - table - 4) >> 2);
}

function readUpTo(from: usize, stop: usize, end: usize): usize {
  while (from < stop) from = readOne(from, end);
  return from;
}

/** Reads the entry at `at` and returns where it ends; a malformed one ends the tree. */
function readOne(at: usize, end: usize): usize {
  const name = find(SPACE, at, end) + 1;
  const nameEnd = find(0, name, end);
  const id = nameEnd + 1;
  if (id + idBytes > end) {
    soundEnd = at;
    return end;
  }
  if (tableEnd != 0) {
    store<u32>(tableEnd, <u32>(at - treeStart));
    tableEnd += 4;
  }
  if (isTold(at, name, nameEnd, id)) tell(at);
  return id + idBytes;
}

/** The first such byte from `at` on; `end` or any place behind it when there is none. */
@inline
function find(byte: u8, at: usize, end: usize): usize {
  for (; at < end; at += 16) {
    const found = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte)));
    if (found != 0) return min(at + ctz(found), end);
  }
  return at;
}

@inline
function tell(at: usize): void {
  store<u32>(toldEnd, <u32>at);
  toldEnd += 4;
}

@inline
function isTold(at: usize, name: usize, nameEnd: usize, id: usize): bool {
  const first = load<u8>(at) == ZERO ? at + 1 : at;
  if (load<u8>(first) == FOUR) return true;
  const isNew = isNewName(name, <u32>(nameEnd - name));
  if (isLink(first)) return isNew;
  return isNewId(id) || isWanted(id) || isNew;
}

/** Is it a commit of a submodule, which is not in the store? */
@inline
function isLink(mode: usize): bool {
  return load<u8>(mode) == ONE && load<u8>(mode, 1) == SIX;
}

@inline
function isWanted(id: usize): bool {
  return load<u8>(WANTED + firstBytes(id)) != 0;
}

@inline
function firstBytes(id: usize): usize {
  return (<usize>load<u8>(id) << 8) | load<u8>(id, 1);
}

/** Whether the id is another than the last one of its slot, which it becomes. */
function isNewId(id: usize): bool {
  const slot = IDS + (firstBytes(id) << 5);
  const head = v128.load(id);
  if (idBytes == 20) {
    const tail = load<u32>(id, 16);
    if (load<u32>(slot, 16) == tail && i8x16.all_true(i8x16.eq(v128.load(slot), head))) return false;
    v128.store(slot, head);
    store<u32>(slot, tail, 16);
    return true;
  }
  const tail = v128.load(id, 16);
  if (i8x16.all_true(v128.and(i8x16.eq(v128.load(slot), head), i8x16.eq(v128.load(slot, 16), tail)))) return false;
  v128.store(slot, head);
  v128.store(slot, tail, 16);
  return true;
}

/** Whether a name is long enough to be told of, and not the last one of its slot, which it becomes. */
@inline
function isNewName(name: usize, length: u32): bool {
  return length >= shortestName && (isEveryNameTold || length < 16 || length >= NAME_BYTES || isNewLongName(name, length));
}

/** Of 16 bytes at least. */
function isNewLongName(name: usize, length: u32): bool {
  const end = name + length;
  const mixed = (load<u32>(name, 4) * 31 + load<u32>(end - 8)) * 31 + load<u32>(end - 4) + length;
  const slot = NAMES + <usize>((mixed * NAME_FACTOR) >> (32 - NAME_SLOT_BITS)) * NAME_BYTES;
  const last = length - 16;
  if (load<u8>(slot) == length) {
    let at: u32 = 0;
    while (at < last && isSame(name + at, slot + 1 + at)) at += 16;
    if (at >= last && isSame(name + last, slot + 1 + last)) return false;
  }
  store<u8>(slot, length);
  for (let at: u32 = 0; at < last; at += 16) v128.store(slot + 1 + at, v128.load(name + at));
  v128.store(slot + 1 + last, v128.load(name + last));
  return true;
}

@inline
function isSame(one: usize, other: usize): bool {
  return i8x16.all_true(i8x16.eq(v128.load(one), v128.load(other)));
}

/** Tells of the base's entries from `first` to `stop`, addresses in its table, that may have been told of before. */
function removeEntries(base: usize, first: usize, stop: usize): void {
  for (; first < stop; first += 4) {
    const at = base + load<u32>(first);
    const mode = load<u8>(at) == ZERO ? at + 1 : at;
    const end = base + load<u32>(first, 4);
    if (isEveryNameTold || load<u8>(mode) == FOUR || (!isLink(mode) && isWanted(end - idBytes))) tell(at);
  }
}

/**
 * The address of the last start that is at most `limit`, in front of `first` when there is none. The starts ascend up to `last`. Mostly
 * it is near the first one: deltas go through their bases from front to back.
 */
function lastAtMost(limit: u32, first: usize, last: usize): usize {
  if (load<u32>(first) > limit) return first - 4;
  let below = first;
  let step: usize = 4;
  while (below + step <= last && load<u32>(below + step) <= limit) {
    below += step;
    step <<= 1;
  }
  let above = min(below + step, last + 4);
  while (below + 4 < above) {
    const middle = below + (((above - below) >> 3) << 2);
    if (load<u32>(middle) <= limit) below = middle;
    else above = middle;
  }
  return below;
}

/** Copies part of the base's table, with `shift` added. */
function copyTable(first: usize, stop: usize, shift: u32): void {
  const shifts = i32x4.splat(shift);
  let to = tableEnd;
  tableEnd += stop - first;
  for (; first + 16 <= stop; first += 16, to += 16) v128.store(to, i32x4.add(v128.load(first), shifts));
  for (; first < stop; first += 4, to += 4) store<u32>(to, load<u32>(first) + shift);
}
