// One pass over the text, 16 bytes at a step, for two things at once.
// Literals: a window of four bytes of each is looked up by nibbles, in eight groups; of what passes, the last three bytes, the key, are
// looked up by hash, and the literals of that hash compared.
// Runs: where two aligned groups of eight bytes in a row hold only bytes of runs, which no run of 24 can avoid, runs.ts has a look.

import { classesOf, highNibbles, loadText, lowNibbles } from './classes';
import { searchRun } from './runs';
import { addHit, begin, classOf, HEADS, hitCount, LITERALS, NIBBLES, text, textEnd } from './tables';

/** The fields of a literal's record. */
const LENGTH: usize = 0;
const KEY: usize = 1;
const TAG: usize = 2;
const TAIL_CLASS: usize = 3;
const TAIL_LEAST: usize = 4;
const NEXT: usize = 6;
const BYTES: usize = 16;
const RECORD: usize = 48;

const HASH_FACTOR: u32 = 0x9e3779b1;
const HASH_SHIFT: u32 = 20;

/** Where the next `scan` goes on, what it has to know of the block before, and up to where runs have been judged. */
let resume: u32 = 0;
const before = memory.data(48, 16);
let halvesBefore: u32 = 0;
let judged: usize = 0;

export function resumeAt(): u32 {
  return resume;
}

/**
 * Searches `length` bytes at `start`, from offset `from` (0, or what `resumeAt` said) until at least `stop` hits are there or the text ends.
 * Returns the number of hits, which are unordered and may be repeated.
 */
export function scan(start: usize, length: u32, from: u32, stop: u32): u32 {
  const end = start + length;
  begin(start, end);
  if (from == 0) judged = start;
  const low0 = v128.load(NIBBLES, 0);
  const high0 = v128.load(NIBBLES, 16);
  const low1 = v128.load(NIBBLES, 32);
  const high1 = v128.load(NIBBLES, 48);
  const low2 = v128.load(NIBBLES, 64);
  const high2 = v128.load(NIBBLES, 80);
  const low3 = v128.load(NIBBLES, 96);
  const high3 = v128.load(NIBBLES, 112);
  const none = i8x16.splat(0);
  // As if a zero came before: a literal of three bytes has a window that starts one byte early and lets anything be there.
  let before0 = v128.and(i8x16.swizzle(low0, none), i8x16.swizzle(high0, none));
  let before1 = none;
  let before2 = none;
  let halves: u32 = 0;
  if (from != 0) {
    before0 = v128.load(before, 0);
    before1 = v128.load(before, 16);
    before2 = v128.load(before, 32);
    halves = halvesBefore;
  }
  for (let at = start + from; at < end; at += 16) {
    if (hitCount >= stop) {
      resume = <u32>(at - start);
      v128.store(before, before0, 0);
      v128.store(before, before1, 16);
      v128.store(before, before2, 32);
      halvesBefore = halves;
      return hitCount;
    }
    const bytes = loadText(at, end);
    const low = lowNibbles(bytes);
    const high = highNibbles(bytes);

    const first = v128.and(i8x16.swizzle(low0, low), i8x16.swizzle(high0, high));
    const second = v128.and(i8x16.swizzle(low1, low), i8x16.swizzle(high1, high));
    const third = v128.and(i8x16.swizzle(low2, low), i8x16.swizzle(high2, high));
    const fourth = v128.and(i8x16.swizzle(low3, low), i8x16.swizzle(high3, high));
    const firstShifted = v128.shuffle<u8>(before0, first, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
    const secondShifted = v128.shuffle<u8>(before1, second, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    const thirdShifted = v128.shuffle<u8>(before2, third, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    before0 = first;
    before1 = second;
    before2 = third;
    const windows = v128.and(v128.and(firstShifted, secondShifted), v128.and(thirdShifted, fourth));
    if (v128.any_true(windows)) compareAll(at - 2, <u32>i8x16.bitmask(i8x16.ne(windows, none)));

    const classes = classesOf(low, high);
    halves = (halves >> 2) | (<u32>i64x2.bitmask(i64x2.eq(i8x16.eq(classes, none), none)) << 1);
    if (halves & (halves >> 1)) judge(at);
  }
  return hitCount;
}

/** Looks for the run that holds the byte at `at`, unless that was done. */
function judge(at: usize): void {
  if (at < judged) return;
  judged = searchRun(at);
}

/** Compares the literals whose keys may start at `at` plus the number of a bit in `lanes`: mostly there are none with such a hash. */
function compareAll(at: usize, lanes: u32): void {
  for (; lanes != 0; lanes &= lanes - 1) {
    const key = at + ctz(lanes);
    const hash = ((load<u32>(key) << 8) * HASH_FACTOR) >> HASH_SHIFT;
    const index = <u32>load<u16>(HEADS + (hash << 1));
    if (index != 0) compare(key, index);
  }
}

/** Compares the literal counted `index` and those chained to it. */
function compare(key: usize, index: u32): void {
  while (index != 0) {
    const literal = LITERALS + <usize>(index - 1) * RECORD;
    index = <u32>load<u16>(literal, NEXT);
    const at = key - load<u8>(literal, KEY);
    if (isAt(at, literal)) addHit(at, <u32>load<u8>(literal, TAG));
  }
}

function isAt(at: usize, literal: usize): bool {
  const length = <usize>load<u8>(literal, LENGTH);
  const least = <usize>load<u16>(literal, TAIL_LEAST);
  if (at < text || at + length + least > textEnd) return false;
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(at + i) != load<u8>(literal + i, BYTES)) return false;
  }
  const tail = <u32>load<u8>(literal, TAIL_CLASS);
  for (let i: usize = 0; i < least; i++) {
    if ((classOf(at + length + i) & tail) == 0) return false;
  }
  return true;
}
