import type { Anchor, TailAlphabet } from '../types.ts';
import { MOST_ANCHORS } from './anchors.ts';

/** Byte offsets in the kernel's tables, one after the other as assembly/tables.ts declares them. */
const NIBBLES = 0;
const CLASSES = 128;
const SEXTETS = CLASSES + 256;
const HEADS = SEXTETS + 256;
const HASH_BITS = 12;
const LITERALS = HEADS + 2 * 2 ** HASH_BITS;
const RECORD = 48;
export const TABLES_SIZE = LITERALS + RECORD * MOST_ANCHORS;

const HASH_FACTOR = 0x9e3779b1;
const WINDOW = 4;
const ANYTHING = 0xffff;
const GROUPS = 8;

/** Bits of a byte's class. */
const CLASS = { upperTail: 1, base64: 2, hex: 4, secret: 8, upper: 16, lower: 32, other: 64 } as const;
const TAIL_CLASS: Record<TailAlphabet, number> = {
  upper: CLASS.upperTail,
  base64: CLASS.base64,
  hex: CLASS.hex,
};

/** An anchor and the offset in it of the four bytes that are searched for; -1 for one of three, before which anything may stand. */
interface Literal {
  anchor: Anchor;
  window: number;
}

/** The tables that the WebAssembly search reads. */
export function buildTables(anchors: readonly Anchor[]): Uint8Array {
  const tables = new Uint8Array(TABLES_SIZE);
  const { literals, groups } = chooseWindows(anchors);
  fillClasses(tables);
  fillNibbles(tables, groups);
  fillLiterals(tables, literals);
  return tables;
}

function fillClasses(tables: Uint8Array): void {
  for (let byte = 0; byte < 128; byte++) {
    const char = String.fromCharCode(byte);
    tables[CLASSES + byte] =
      (/[A-Z0-9]/.test(char) ? CLASS.upperTail : 0) |
      (/[A-Za-z0-9+/\-_]/.test(char) ? CLASS.base64 : 0) |
      (/[0-9a-fA-F]/.test(char) ? CLASS.hex : 0) |
      (/[A-Za-z0-9+/]/.test(char) ? CLASS.secret : 0) |
      (/[A-Z]/.test(char) ? CLASS.upper : 0) |
      (/[a-z]/.test(char) ? CLASS.lower : 0) |
      (/[0-9+/]/.test(char) ? CLASS.other : 0);
  }
  tables.fill(0xff, SEXTETS, HEADS);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < 64; value++) tables[SEXTETS + digits.charCodeAt(value)] = value;
  tables[SEXTETS + 0x2d] = 62;
  tables[SEXTETS + 0x5f] = 63;
}

function fillLiterals(tables: Uint8Array, literals: readonly Literal[]): void {
  const view = new DataView(tables.buffer);
  for (const [index, { anchor, window }] of literals.entries()) {
    const { bytes, tag, tail } = anchor;
    const key = window + 1;
    const head = HEADS + 2 * hashOf(bytes, key);
    const record = LITERALS + RECORD * index;
    tables.set([bytes.length, key, tag, tail ? TAIL_CLASS[tail.alphabet] : 0], record);
    view.setUint16(record + 4, tail?.min ?? 0, true);
    view.setUint16(record + 6, view.getUint16(head, true), true);
    tables.set(bytes, record + 16);
    view.setUint16(head, index + 1, true);
  }
}

/** Of the three bytes at `at`. */
function hashOf(bytes: Uint8Array, at: number): number {
  const key = (bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24);
  return Math.imul(key, HASH_FACTOR) >>> (32 - HASH_BITS);
}

/**
 * How common the bytes of each high and each low nibble are in text, in arbitrary units. The product of both stands for a byte's own
 * frequency: near enough to choose windows and groups by.
 */
const HIGH_WEIGHTS = [5, 0.2, 24, 8, 4, 4, 35, 20, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2];
const LOW_WEIGHTS = [12, 6, 5, 7, 9, 11, 5, 4, 5, 8, 4, 2, 5, 5, 7, 6];
const ALL_WEIGHT = 101;
const HIGH_RANKS = HIGH_WEIGHTS.map(toRank);
const LOW_RANKS = LOW_WEIGHTS.map(toRank);
const ANYTHING_RANK = 2 * toRank(ALL_WEIGHT);

function toRank(weight: number): number {
  return Math.round(16 * Math.log2(weight));
}

/** What one group lets through: for each of a window's bytes a set of low and one of high nibbles, and how common those are. */
interface Group {
  sets: Int32Array;
  weights: Float64Array;
}

/**
 * Chooses for each literal the four bytes to search for and the group to search for them in: those that let least else through.
 * Common windows come first, so that they get groups to themselves (half the false alarms of any other order). Plain loops: this runs once, uncompiled, at every start.
 */
function chooseWindows(anchors: readonly Anchor[]): { literals: Literal[]; groups: Group[] } {
  const literals = anchors.map((anchor) => ({ anchor, window: rarestWindow(anchor.bytes) }));
  const groups: Group[] = [];
  for (let i = 0; i < GROUPS; i++)
    groups.push({ sets: new Int32Array(2 * WINDOW), weights: new Float64Array(2 * WINDOW) });
  for (const { anchor, window } of distinct(literals)) {
    let best = groups[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const group of groups) {
      const cost = costOf(group, anchor.bytes, window);
      if (cost >= least) continue;
      least = cost;
      best = group;
    }
    widen(best, anchor.bytes, window);
  }
  return { literals, groups };
}

function rarestWindow(bytes: Uint8Array): number {
  const last = bytes.length - WINDOW;
  let best = Math.min(last, 0);
  let least = rankOf(bytes, best);
  for (let window = 1; window <= last; window++) {
    const rank = rankOf(bytes, window);
    if (rank >= least) continue;
    least = rank;
    best = window;
  }
  return best;
}

/** How common a window is, as a logarithm in small integers: the interpreter allocates memory for every other number. */
function rankOf(bytes: Uint8Array, window: number): number {
  let rank = 0;
  for (let i = Math.max(window, 0); i < window + WINDOW; i++)
    rank += LOW_RANKS[bytes[i]! & 15]! + HIGH_RANKS[bytes[i]! >> 4]!;
  return window < 0 ? rank + ANYTHING_RANK : rank;
}

/** One literal for each window, the most common window first. */
function distinct(literals: readonly Literal[]): Literal[] {
  const seen = new Map<number, { literal: Literal; rank: number }>();
  for (const literal of literals) {
    const { bytes } = literal.anchor;
    let key = 0;
    for (let i = literal.window; i < literal.window + WINDOW; i++) key = key * 257 + (bytes[i] ?? 256);
    if (!seen.has(key)) seen.set(key, { literal, rank: rankOf(bytes, literal.window) });
  }
  return [...seen.values()].sort((a, b) => b.rank - a.rank).map(({ literal }) => literal);
}

/** How much more the group would let through with this window. */
function costOf({ sets, weights }: Group, bytes: Uint8Array, window: number): number {
  let before = 1;
  let after = 1;
  for (let i = 0; i < WINDOW; i++) {
    const byte = bytes[window + i];
    const low = weights[2 * i]!;
    const high = weights[2 * i + 1]!;
    before *= low * high;
    if (byte === undefined) after *= ALL_WEIGHT * ALL_WEIGHT;
    else {
      after *=
        (sets[2 * i]! & (1 << (byte & 15)) ? low : low + LOW_WEIGHTS[byte & 15]!) *
        (sets[2 * i + 1]! & (1 << (byte >> 4)) ? high : high + HIGH_WEIGHTS[byte >> 4]!);
    }
  }
  return after - before;
}

function widen({ sets, weights }: Group, bytes: Uint8Array, window: number): void {
  for (let i = 0; i < WINDOW; i++) {
    const byte = bytes[window + i];
    sets[2 * i]! |= byte === undefined ? ANYTHING : 1 << (byte & 15);
    sets[2 * i + 1]! |= byte === undefined ? ANYTHING : 1 << (byte >> 4);
    weights[2 * i] = weightOf(sets[2 * i]!, LOW_WEIGHTS);
    weights[2 * i + 1] = weightOf(sets[2 * i + 1]!, HIGH_WEIGHTS);
  }
}

function weightOf(set: number, weights: readonly number[]): number {
  let sum = 0;
  for (let nibble = 0; nibble < 16; nibble++) if (set & (1 << nibble)) sum += weights[nibble]!;
  return sum;
}

function fillNibbles(tables: Uint8Array, groups: readonly Group[]): void {
  for (const [index, { sets }] of groups.entries()) {
    for (const [table, set] of sets.entries()) {
      for (let nibble = 0; nibble < 16; nibble++) {
        if (set & (1 << nibble)) tables[NIBBLES + 16 * table + nibble]! |= 1 << index;
      }
    }
  }
}
