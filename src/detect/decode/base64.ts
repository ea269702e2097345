import { BASE64_ANY, isIn, SPACE } from '../bytes.ts';
import type { Span } from '../types.ts';
import type { Decoded } from './decoded.ts';

/** A run is read back to its start this far; beyond that only the neighbourhood of the candidate is decoded. */
const REACH_BACK = 8 * 1024;
const LONGEST_RUN = 8 * 1024 * 1024;
/** Lines of wrapped base64 are at least this long, the last one excepted: 60, 64 and 76 are in use. */
const SHORTEST_LINE = 48;
const WIDEST_BREAK = 24;
const LEAST_DECODED = 15;

const VALUES = sextets();

/**
 * Decodes the base64 run around `at`, in either alphabet, padded or not, wrapped or not. `phase` tells which
 * character of a group of four `at` is, and counts where the run's start is out of reach.
 */
export function decodeBase64(bytes: Uint8Array, at: number, phase: 0 | 2 | 3): Decoded | undefined {
  const start = startOfRun(bytes, at, phase);
  const end = endOfRun(bytes, at);
  const decoded = new Uint8Array(Math.floor(((end - start) * 3) / 4));
  const breaks: Break[] = [];
  let length = 0;
  let group = 0;
  let sextetsRead = 0;
  for (let i = start; i < end; i++) {
    const value = VALUES[bytes[i]!]!;
    if (value > 63) {
      const next = skipBreak(bytes, i, end);
      if (next === i) break;
      breaks.push({ sextets: sextetsRead, skipped: next - i });
      i = next - 1;
      continue;
    }
    group = (group << 6) | value;
    if (++sextetsRead % 4 !== 0) continue;
    decoded[length++] = group >> 16;
    decoded[length++] = (group >> 8) & 255;
    decoded[length++] = group & 255;
    group = 0;
  }
  const rest = sextetsRead % 4;
  if (rest >= 2) decoded[length++] = (group >> (rest === 2 ? 4 : 10)) & 255;
  if (rest === 3) decoded[length++] = (group >> 2) & 255;
  if (length < LEAST_DECODED) return undefined;
  return {
    encoding: 'base64',
    isOverlay: false,
    bytes: decoded.subarray(0, length),
    start,
    end,
    toOuter: (span) => toOuter(span, start, end, breaks),
  };
}

/** A line break inside the run: after how many characters of base64, and how many bytes it takes. */
interface Break {
  sextets: number;
  skipped: number;
}

function toOuter(span: Span, start: number, end: number, breaks: readonly Break[]): Span {
  const offsetOf = (sextet: number) => {
    let offset = start + sextet;
    for (const { sextets, skipped } of breaks) {
      if (sextets > sextet) break;
      offset += skipped;
    }
    return offset;
  };
  const first = offsetOf(Math.floor((span.start * 8) / 6));
  const last = offsetOf(Math.max(0, Math.ceil((span.end * 8) / 6) - 1)) + 1;
  return { start: first, end: Math.min(end, Math.max(last, first)) };
}

function startOfRun(bytes: Uint8Array, at: number, phase: number): number {
  let start = at;
  let sextets = 0;
  for (;;) {
    const line = start;
    while (start > 0 && sextets < REACH_BACK && isIn(bytes, start - 1, BASE64_ANY)) {
      start--;
      sextets++;
    }
    if (sextets >= REACH_BACK) return start + ((((sextets - phase) % 4) + 4) % 4);
    const previous = endOfPreviousLine(bytes, start);
    if (previous < 0 || (line === start && start !== at)) return start;
    start = previous;
  }
}

/** Where the line of base64 before `start` ends; -1 when what precedes is no line of a wrapped run. */
function endOfPreviousLine(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at > 0 && start - at < WIDEST_BREAK && isIn(bytes, at - 1, SPACE)) at--;
  // The same breaks that `skipBreak` steps over, or what is read back could not be read forward.
  if (skipBreak(bytes, at, start) !== start) return -1;
  let from = at;
  while (from > 0 && at - from < SHORTEST_LINE && isIn(bytes, from - 1, BASE64_ANY)) from--;
  return at - from >= SHORTEST_LINE ? at : -1;
}

function endOfRun(bytes: Uint8Array, at: number): number {
  const limit = Math.min(bytes.length, at + LONGEST_RUN);
  let end = at;
  for (;;) {
    const line = end;
    while (end < limit && isIn(bytes, end, BASE64_ANY)) end++;
    if (end - line < SHORTEST_LINE && line !== at) return end;
    const next = skipBreak(bytes, end, limit);
    if (
      next === end ||
      next >= limit ||
      !isIn(bytes, next, BASE64_ANY) ||
      lengthBack(bytes, end) < SHORTEST_LINE
    )
      return end;
    end = next;
  }
}

function lengthBack(bytes: Uint8Array, end: number): number {
  let from = end;
  while (end - from < SHORTEST_LINE && isIn(bytes, from - 1, BASE64_ANY)) from--;
  return end - from;
}

/**
 * The first byte after the line break at `at` and the next line's indentation; `at` itself when there is no line
 * break.
 */
function skipBreak(bytes: Uint8Array, at: number, limit: number): number {
  let next = at;
  let breaks = 0;
  while (next < limit && next - at < WIDEST_BREAK && isIn(bytes, next, SPACE))
    if (bytes[next++] === 10) breaks++;
  return breaks === 1 ? next : at;
}

function sextets(): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;
  values[0x2d] = 62;
  values[0x5f] = 63;
  return values;
}
