// What the caller writes before the first search and reads after each: ../tables.ts has the same numbers.

const TABLES = memory.data(128 + 256 + 256 + 2 * 4096 + 48 * 1024, 16);
/** Nibble tables of the four bytes of a literal's window: low and high of each. */
export const NIBBLES: usize = TABLES;
/** The classes of each byte. */
export const CLASSES: usize = TABLES + 128;
/** The value of each base64 digit, 0xff for other bytes. */
export const SEXTETS: usize = TABLES + 384;
/** The first literal for each hash of a key, counted from 1; two bytes each. */
export const HEADS: usize = TABLES + 640;
/** The literals' records. */
export const LITERALS: usize = TABLES + 8832;
/** What was found: offset and tag, four bytes each. */
export const HITS = memory.data(8 * 8192, 16);

export const UPPER_TAIL: u32 = 1;
export const BASE64: u32 = 2;
export const HEX: u32 = 4;
export const SECRET: u32 = 8;
export const UPPER: u32 = 16;
export const LOWER: u32 = 32;
export const OTHER: u32 = 64;

/** The text that is searched. */
export let text: usize = 0;
export let textEnd: usize = 0;
export let hitCount: u32 = 0;

export function begin(start: usize, end: usize): void {
  text = start;
  textEnd = end;
  hitCount = 0;
}

export function addHit(at: usize, tag: u32): void {
  const hit = HITS + (<usize>hitCount << 3);
  store<u32>(hit, <u32>(at - text));
  store<u32>(hit, tag, 4);
  hitCount++;
}

@inline
export function classOf(at: usize): u32 {
  return <u32>load<u8>(CLASSES + load<u8>(at));
}

/** The first byte from `at` on that has none of `classes`, or `end`. */
@inline
export function skip(at: usize, end: usize, classes: u32): usize {
  while (at < end && (classOf(at) & classes) != 0) at++;
  return at;
}

export function tables(): usize {
  return TABLES;
}

export function hits(): usize {
  return HITS;
}
