import { HEX, isIn } from '../bytes.ts';
import { hexDigit } from '../run.ts';
import type { Decoded } from './decoded.ts';

const REACH = 64 * 1024;
const LEAST_DIGITS = 32;

/** Decodes the run of hex digits around `at`, the first digit of a byte. */
export function decodeHex(bytes: Uint8Array, at: number): Decoded | undefined {
  let start = at;
  while (at - start < REACH && isIn(bytes, start - 1, HEX) && isIn(bytes, start - 2, HEX)) start -= 2;
  let end = at;
  while (end - at < REACH && isIn(bytes, end, HEX) && isIn(bytes, end + 1, HEX)) end += 2;
  if (end - start < LEAST_DIGITS) return undefined;
  const decoded = new Uint8Array((end - start) >> 1);
  for (let i = 0; i < decoded.length; i++) {
    decoded[i] = hexDigit(bytes[start + 2 * i]!) * 16 + hexDigit(bytes[start + 2 * i + 1]!);
  }
  return {
    encoding: 'hex',
    isOverlay: false,
    bytes: decoded,
    start,
    end,
    toOuter: (span) => ({ start: start + 2 * span.start, end: start + 2 * span.end }),
  };
}
