/** Character classes as bits of one table, so that a hot loop tests a byte with one load and one AND. */
export const UPPER = 1;
export const LOWER = 2;
export const DIGIT = 4;
/** `+` and `/`: what standard base64 has beside letters and digits. */
export const PLUS_SLASH = 8;
/** `-` and `_`: the same for the URL alphabet. */
export const MINUS_UNDERSCORE = 16;
export const HEX = 32;
export const SPACE = 64;

export const LETTER = UPPER | LOWER;
export const ALNUM = LETTER | DIGIT;
export const BASE64 = ALNUM | PLUS_SLASH;
export const BASE64_ANY = BASE64 | MINUS_UNDERSCORE;

export const CLASS = classTable();

function classTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bit: number) => {
    for (const character of characters) table[character.charCodeAt(0)]! |= bit;
  };
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER);
  mark('abcdefghijklmnopqrstuvwxyz', LOWER);
  mark('0123456789', DIGIT);
  mark('+/', PLUS_SLASH);
  mark('-_', MINUS_UNDERSCORE);
  mark('0123456789abcdefABCDEF', HEX);
  mark(' \t\r\n\f\v', SPACE);
  return table;
}

/** True when byte `at` lies inside `bytes` and belongs to `classes`. */
export function isIn(bytes: Uint8Array, at: number, classes: number): boolean {
  return at >= 0 && at < bytes.length && (CLASS[bytes[at]!]! & classes) !== 0;
}

/**
 * Bytes [from, to) as a string with one UTF-16 unit per byte: offsets in it are offsets in the bytes. Clamped to
 * the bytes.
 */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  const start = Math.max(0, from);
  const end = Math.min(bytes.length, to);
  return end <= start ? '' : view(bytes).toString('latin1', start, end);
}

/** Bytes of a string whose units are all below 256. */
export function latin1Bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
