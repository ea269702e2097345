import { BASE64, CLASS } from './bytes.ts';

/** A run of base64 characters, some perhaps written as `\/`, `%2F`, `\x2f` or `\u002f`. */
export interface Run {
  value: string;
  start: number;
  end: number;
  /** Whether anything in it was escaped, and how. */
  encoding: 'percent' | 'escape' | undefined;
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const SLASH = 0x2f;
/** Longer than any secret. */
const LONGEST_SECRET = 64;

/** Reads the run that starts at `start`; stops after `longest` characters. */
export function readRun(bytes: Uint8Array, start: number, longest = LONGEST_SECRET): Run {
  let value = '';
  let encoding: Run['encoding'];
  let at = start;
  while (value.length < longest && at < bytes.length) {
    const byte = bytes[at]!;
    if ((CLASS[byte]! & BASE64) !== 0) {
      value += String.fromCharCode(byte);
      at++;
      continue;
    }
    const escape = readEscape(bytes, at);
    if (escape === undefined || (CLASS[escape.byte]! & BASE64) === 0) break;
    value += String.fromCharCode(escape.byte);
    encoding ??= byte === PERCENT ? 'percent' : 'escape';
    at = escape.end;
  }
  return { value, start, end: at, encoding };
}

/** The byte that an escape at `at` stands for, where it is one that may stand inside a value. */
function readEscape(bytes: Uint8Array, at: number): { byte: number; end: number } | undefined {
  if (bytes[at] === PERCENT) return readHex(bytes, at + 1, 2);
  if (bytes[at] !== BACKSLASH) return undefined;
  // A string inside a string doubles its backslashes.
  let next = at;
  while (bytes[next] === BACKSLASH) next++;
  if (bytes[next] === SLASH) return { byte: SLASH, end: next + 1 };
  if (bytes[next] === 0x78) return readHex(bytes, next + 1, 2);
  if (bytes[next] === 0x75) return readHex(bytes, next + 1, 4);
  return undefined;
}

function readHex(bytes: Uint8Array, at: number, digits: number): { byte: number; end: number } | undefined {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const digit = hexDigit(bytes[i] ?? 0);
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value < 256 ? { byte: value, end: at + digits } : undefined;
}

/** Value of an ASCII hex digit, -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/**
 * Length of the escape, colour code or quoted-printable byte that ends right before `at`, 0 when there is none.
 * After one of them a value starts although a letter or digit stands before it: `\nAKIA`, `%3DAKIA`, `=3DAKIA`,
 * `\u003dAKIA`, `ESC[32mAKIA`.
 */
export function escapeBefore(text: string): number {
  const escape = ESCAPE_AT_END.exec(text);
  return escape === null ? 0 : escape[0].length;
}

const ESCAPE_AT_END =
  /(?:\\+[nrtbfv0ae]|[%=][0-9A-Fa-f]{2}|\\+x[0-9A-Fa-f]{2}|\\+u[0-9A-Fa-f]{4}|\\+[0-7]{3}|\[[0-9;]{0,12}m)$/;

/** Text before `at` that `escapeBefore` needs. */
export const ESCAPE_REACH = 16;
