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

/** What one group lets through: for each of a window's bytes a set of low and one of high nibbles, and how common these are. */
interface Group {
  sets: number[];
  weights: number[];
}

/**
 * Chooses for each literal the four bytes to search for and the group to search for them in: those that let least else through.
 * Short literals, which leave little choice, come first. Literals that share a window share what it costs.
 */
function chooseWindows(anchors: readonly Anchor[]): { literals: Literal[]; groups: Group[] } {
  const groups = Array.from({ length: GROUPS }, () => ({
    sets: Array<number>(2 * WINDOW).fill(0),
    weights: Array<number>(2 * WINDOW).fill(0),
  }));
  const literals: Literal[] = [];
  for (const anchor of [...anchors].sort((a, b) => a.bytes.length - b.bytes.length)) {
    let best = { group: groups[0]!, window: 0, cost: Number.POSITIVE_INFINITY };
    for (const window of rarestWindows(anchor.bytes)) {
      for (const group of groups) {
        const cost = costOf(group, anchor.bytes, window);
        if (cost < best.cost) best = { group, window, cost };
      }
    }
    widen(best.group, anchor.bytes, best.window);
    literals.push({ anchor, window: best.window });
  }
  return { literals, groups };
}

/** A few are enough to choose from: trying all takes milliseconds of every start. */
const WINDOWS_TRIED = 3;

function rarestWindows(bytes: Uint8Array): number[] {
  const last = bytes.length - WINDOW;
  if (last < 0) return [last];
  const weights = Array.from(bytes, (byte) => LOW_WEIGHTS[byte & 15]! * HIGH_WEIGHTS[byte >> 4]!);
  const weightAt = (window: number) =>
    weights[window]! * weights[window + 1]! * weights[window + 2]! * weights[window + 3]!;
  const windows = Array.from({ length: last + 1 }, (_, window) => window);
  return windows.sort((a, b) => weightAt(a) - weightAt(b)).slice(0, WINDOWS_TRIED);
}

/** How much more the group would let through with this window. */
function costOf({ sets, weights }: Group, bytes: Uint8Array, window: number): number {
  let before = 1;
  let after = 1;
  for (let table = 0; table < 2 * WINDOW; table++) {
    const added = nibblesOf(bytes, window, table) & ~sets[table]!;
    before *= weights[table]!;
    after *= weights[table]! + weightOf(table, added);
  }
  return after - before;
}

function widen({ sets, weights }: Group, bytes: Uint8Array, window: number): void {
  for (let table = 0; table < 2 * WINDOW; table++) {
    const added = nibblesOf(bytes, window, table) & ~sets[table]!;
    sets[table]! |= added;
    weights[table]! += weightOf(table, added);
  }
}

/** The set of nibbles that a window asks for. Tables of low and of high nibbles alternate. */
function nibblesOf(bytes: Uint8Array, window: number, table: number): number {
  const byte = bytes[window + (table >> 1)];
  if (byte === undefined) return ANYTHING;
  return 1 << (table % 2 === 0 ? byte & 15 : byte >> 4);
}

function weightOf(table: number, set: number): number {
  const weights = table % 2 === 0 ? LOW_WEIGHTS : HIGH_WEIGHTS;
  if (set === 0) return 0;
  if ((set & (set - 1)) === 0) return weights[31 - Math.clz32(set)]!;
  return weights.reduce((sum, weight, nibble) => (set & (1 << nibble) ? sum + weight : sum), 0);
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
