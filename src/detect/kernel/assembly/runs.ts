// The structural candidates: what `STRUCTURAL` in ../../types.ts says, byte for byte.

import { BACKSLASH, classesOf, DASH, highNibbles, lowNibbles, PERCENT, runBits, UNDERSCORE } from './classes';
import { addHit, BASE64, classOf, CLASSES, HEX, LOWER, OTHER, SECRET, SEXTETS, skip, text, textEnd, UPPER } from './tables';

const SECRET_RUN: u32 = 200;
const BASE64_TEXT: u32 = 201;

const SECRET_UNITS: u32 = 40;
const SECRET_BYTES: usize = 240;
const BASE64_LEAST: usize = 24;

/**
 * Judges the run of bytes that are in secrets, base64 or escapes around `at`, which is where a block of 16 starts. The run starts at most
 * 15 bytes before: had it started earlier, an earlier block would have asked. Returns its end, or that of a part of it too short to matter.
 */
export function searchRun(at: usize): usize {
  const before = at == text ? 0 : runBits(at - 16, textEnd);
  const start = at - clz(~(before << 16));
  const end = endOfRun(at);
  if (end - start < BASE64_LEAST) return end;

  // All loads are inside the run: the last one ends where it ends.
  let seen = i8x16.splat(0);
  let hasPlainBlock = false;
  const last = end - 16;
  for (let block = start; ; block = min(block + 16, last)) {
    const bytes = v128.load(block);
    const classes = classesOf(lowNibbles(bytes), highNibbles(bytes));
    seen = v128.or(seen, classes);
    if (!v128.any_true(v128.and(classes, i8x16.splat(DASH | UNDERSCORE)))) hasPlainBlock = true;
    if (block == last) break;
  }
  const hasEscapes = v128.any_true(v128.and(seen, i8x16.splat(<i8>(PERCENT | BACKSLASH))));
  if (hasEscapes) searchBase64Between(start, end);
  else searchBase64(start, end);
  // Forty bytes hold a whole block, wherever the blocks start.
  if (end - start < SECRET_UNITS || !hasPlainBlock) return end;
  if (hasEscapes || v128.any_true(v128.and(seen, i8x16.splat(DASH | UNDERSCORE)))) searchSecrets(start, end);
  else judgeSecret(start, end, <u32>min(end - start, 255));
  return end;
}

/** Where the run that the byte at `at` belongs to ends. */
function endOfRun(at: usize): usize {
  while (true) {
    const inside = ctz(~runBits(at, textEnd));
    at += inside;
    if (inside < 16) return at;
  }
}

/** The base64 runs of a run with escapes. */
function searchBase64Between(start: usize, end: usize): void {
  while (start < end) {
    const to = skip(start, end, BASE64);
    if (to - start >= BASE64_LEAST) searchBase64(start, to);
    start = to + 1;
  }
}

/** The value of the hex digit at `at`, which is one. */
@inline
function hexDigit(at: usize): u32 {
  const byte = <u32>load<u8>(at);
  return (byte & 15) + (byte > 0x39 ? 9 : 0);
}

/** The value of `digits` hex digits at `at`, or -1. */
function readHex(at: usize, digits: u32): i32 {
  if (at + digits > textEnd) return -1;
  let value: u32 = 0;
  for (const end = at + digits; at < end; at++) {
    if ((classOf(at) & HEX) == 0) return -1;
    value = (value << 4) | hexDigit(at);
  }
  return value;
}

/** Where the last unit read ends. */
let unitEnd: usize = 0;

/** The value of the unit that starts at `at`; nothing when that is the end of the text. */
function readUnit(at: usize): u32 {
  if (at == textEnd) return 0;
  const byte = <u32>load<u8>(at);
  if (byte == 0x25) {
    const value = readHex(at + 1, 2);
    if (value >= 0) {
      unitEnd = at + 3;
      return value;
    }
  } else if (byte == 0x5c) {
    let from = at + 1;
    while (from < textEnd && load<u8>(from) == 0x5c) from++;
    if (from < textEnd) {
      const kind = <u32>load<u8>(from);
      const digits: u32 = kind == 0x78 ? 2 : kind == 0x75 ? 4 : 0;
      const value = kind == 0x2f ? 0x2f : digits != 0 ? readHex(from + 1, digits) : -1;
      if (value >= 0) {
        unitEnd = from + 1 + digits;
        return value;
      }
    }
  }
  unitEnd = at + 1;
  return byte;
}

@inline
function classOfValue(value: u32): u32 {
  return value < 0x80 ? <u32>load<u8>(CLASSES + value) : 0;
}

/** Reads the units from `from` to `end` and judges each run of those that secrets are made of. */
function searchSecrets(from: usize, end: usize): void {
  let start = from;
  let units: u32 = 0;
  while (from < end) {
    const value = readUnit(from);
    const next = unitEnd;
    if (classOfValue(value) & SECRET) {
      units++;
    } else {
      judgeSecret(start, from, units);
      units = 0;
      start = next;
    }
    from = next;
  }
  judgeSecret(start, end, units);
}

/** Judges a run of `units` from `start` to `end`, and the same without what an escape or a colour left in front of it. */
function judgeSecret(start: usize, end: usize, units: u32): void {
  if (units < SECRET_UNITS || units > SECRET_UNITS + 4) return;
  const stray = units - SECRET_UNITS;
  if (stray != 0 && strayUnits(start) != stray) return;
  const first = start + stray;
  if (end - first <= SECRET_BYTES && readUnit(end) != 0x3d && isMixed(first, end)) addHit(first, SECRET_RUN);
}

/** How many of the first units of a run belong to a line break's escape or to a terminal colour. They are all of one byte. */
function strayUnits(start: usize): u32 {
  if (start == text) return 0;
  const before = <u32>load<u8>(start - 1);
  const first = <u32>load<u8>(start);
  if (before == 0x5c) return first == 0x6e || first == 0x72 || first == 0x74 ? 1 : 0;
  if (before != 0x5b && before != 0x3b) return 0;
  let digits: u32 = 0;
  while (digits < 3 && isDigit(start + digits)) digits++;
  return digits > 0 && load<u8>(start + digits) == 0x6d ? digits + 1 : 0;
}

@inline
function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

/** Two upper-case letters, two lower-case ones and a digit, + or /? */
function isMixed(start: usize, end: usize): bool {
  if (end - start == SECRET_UNITS) return isMixedPlain(start);
  let uppers: u32 = 0;
  let lowers: u32 = 0;
  let others: u32 = 0;
  for (let at = start; at < end; at = unitEnd) {
    const classes = classOfValue(readUnit(at));
    uppers += <u32>((classes & UPPER) != 0);
    lowers += <u32>((classes & LOWER) != 0);
    others += <u32>((classes & OTHER) != 0);
  }
  return uppers >= 2 && lowers >= 2 && others >= 1;
}

/** The same of 40 bytes without escapes. */
function isMixedPlain(start: usize): bool {
  const uppers = lettersFrom(start, 0x41);
  if (popcnt(uppers) < 2) return false;
  const lowers = lettersFrom(start, 0x61);
  return popcnt(lowers) >= 2 && popcnt(uppers | lowers) < SECRET_UNITS;
}

/** Which of the 40 bytes at `at` are one of the 26 letters from `first` on. */
@inline
function lettersFrom(at: usize, first: u8): u64 {
  const a = i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(first)), i8x16.splat(26));
  const b = i8x16.lt_u(i8x16.sub(v128.load(at, 16), i8x16.splat(first)), i8x16.splat(26));
  const c = i8x16.lt_u(i8x16.sub(v128.load(at, 24), i8x16.splat(first)), i8x16.splat(26));
  return <u64>i8x16.bitmask(a) | (<u64>i8x16.bitmask(b) << 16) | (<u64>i8x16.bitmask(c) << 24);
}

function searchBase64(start: usize, end: usize): void {
  if (isText(start)) addHit(start, BASE64_TEXT);
  const behind = start + strayBytes(start);
  if (behind != start && end - behind >= BASE64_LEAST && isText(behind)) addHit(behind, BASE64_TEXT);
}

/** How many of a run's first bytes are the rest of an escape. */
function strayBytes(start: usize): u32 {
  if (start == text) return 0;
  const before = <u32>load<u8>(start - 1);
  if (before == 0x25) return readHex(start, 2) >= 0 ? 2 : 0;
  if (before != 0x5c) return 0;
  const first = <u32>load<u8>(start);
  if (first == 0x6e || first == 0x72 || first == 0x74) return 1;
  if (first == 0x78) return readHex(start + 1, 2) >= 0 ? 3 : 0;
  if (first == 0x75) return readHex(start + 1, 4) >= 0 ? 5 : 0;
  return 0;
}

/** Do the 16 base64 digits at `at` decode to text? */
function isText(at: usize): bool {
  // Text and wide text start with a byte below 0x80; of the byte order marks, one starts with 0xef, one with 0xff.
  const start = <u32>load<u8>(SEXTETS + load<u8>(at));
  if (start >= 32 && start < 59) return false;
  let bytes: u64 = 0;
  let odd: u32 = 0;
  let plain: u32 = 0;
  let zero: u32 = 0;
  let index: u32 = 0;
  for (let group: u32 = 0; group < 4; group++, at += 4) {
    const value = (sextet(at) << 18) | (sextet(at + 1) << 12) | (sextet(at + 2) << 6) | sextet(at + 3);
    for (let shift: i32 = 16; shift >= 0; shift -= 8, index++) {
      const byte = (value >> shift) & 0xff;
      if (index < 3) bytes = (bytes << 8) | byte;
      plain |= <u32>(byte == 9 || byte == 10 || byte == 13 || (byte >= 0x20 && byte <= 0x7e)) << index;
      zero |= <u32>(byte == 0) << index;
    }
  }
  if (plain == 0xfff) return true;
  if (bytes == 0xefbbbf && plain == 0xff8) return true;
  if ((plain & 0x555) == 0x555 && zero == 0xaaa) return true;
  return <u32>(bytes >> 8) == 0xfffe && (plain & 0x554) == 0x554 && zero == 0xaa8;
}

@inline
function sextet(at: usize): u32 {
  return <u32>load<u8>(SEXTETS + load<u8>(at));
}
