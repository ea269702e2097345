import type { Decoded } from './decoded.ts';

/** A region of UTF-16 text ends where this many units in a row are not of the Latin-1 block. */
const FOREIGN_UNITS = 32;
/** Stands for every unit beyond Latin-1, so that one decoded byte is always one unit. */
const OTHER = 0xff;

/** Decodes the UTF-16 text around an ASCII byte at `at`, either byte order, with or without a byte order mark. */
export function decodeUtf16(bytes: Uint8Array, at: number): Decoded | undefined {
  const isLittle = bytes[at + 1] === 0 && (bytes[at - 1] === 0 || at === 0);
  const isBig = bytes[at - 1] === 0 && bytes[at + 1] === 0;
  if (!isLittle && !isBig) return undefined;
  // `\0A\0K\0I\0A\0` reads either way: the mark decides, or the parity, units being aligned to the start of the blob.
  const littleEndian = hasMark(bytes, 0xff, 0xfe) || (!hasMark(bytes, 0xfe, 0xff) && at % 2 === 0);
  const low = littleEndian ? 0 : 1;
  const first = at - low;
  const start = edge(bytes, first, -2, low);
  const end = edge(bytes, first, 2, low) + 2;
  const decoded = new Uint8Array((end - start) >> 1);
  for (let i = 0; i < decoded.length; i++) {
    const unit = start + 2 * i;
    decoded[i] = bytes[unit + 1 - low] === 0 ? bytes[unit + low]! : OTHER;
  }
  return {
    encoding: littleEndian ? 'utf-16le' : 'utf-16be',
    isOverlay: false,
    bytes: decoded,
    start,
    end,
    toOuter: (span) => ({ start: start + 2 * span.start, end: start + 2 * span.end }),
  };
}

function hasMark(bytes: Uint8Array, first: number, second: number): boolean {
  return bytes[0] === first && bytes[1] === second;
}

/** The last unit in the direction of `step` that still belongs to the text around `from`. */
function edge(bytes: Uint8Array, from: number, step: -2 | 2, low: number): number {
  let last = from;
  for (let unit = from, foreign = 0; unit >= 0 && unit + 1 < bytes.length; unit += step) {
    if (bytes[unit + 1 - low] === 0) {
      last = unit;
      foreign = 0;
    } else if (++foreign > FOREIGN_UNITS) break;
  }
  return last;
}
