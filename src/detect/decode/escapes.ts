import { latin1, latin1Bytes } from '../bytes.ts';
import type { Decoded } from './decoded.ts';

export type EscapeFamily = 'percent' | 'escape' | 'entity' | 'quoted-printable';

const NAMED: Record<string, string> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
  newline: '\n',
};
const SIMPLE: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
};

const FAMILIES: Record<EscapeFamily, { pattern: string; decode(escape: string): string }> = {
  percent: { pattern: '%[0-9A-Fa-f]{2}', decode: (escape) => fromCode(escape.slice(1), 16) },
  escape: {
    pattern:
      '\\\\{1,4}(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\\{[0-9A-Fa-f]{1,6}\\}|[0-7]{3}|[nrtbfvae"\'`/\\\\])|U\\+[0-9A-Fa-f]{4}',
    decode: decodeBackslash,
  },
  entity: {
    pattern: '&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|quot|apos|amp|lt|gt|nbsp|NewLine);',
    decode: decodeEntity,
  },
  'quoted-printable': {
    pattern: '=(?:[0-9A-Fa-f]{2}|[ \\t]{0,8}\\r?\\n)',
    decode: (escape) => (/\s/.test(escape) ? '' : fromCode(escape.slice(1), 16)),
  },
};

/** Which family an escape belongs to, by its first character. */
const FAMILY_OF: Record<string, EscapeFamily> = {
  '%': 'percent',
  '\\': 'escape',
  U: 'escape',
  '&': 'entity',
  '=': 'quoted-printable',
};

/**
 * Decodes the escapes of some families in [from, to), all at once; undefined when there is none. What is no escape
 * stays as it is. The first family names the encoding.
 */
export function decodeEscapes(
  bytes: Uint8Array,
  from: number,
  to: number,
  families: readonly EscapeFamily[],
): Decoded | undefined {
  const pattern = new RegExp(families.map((family) => FAMILIES[family].pattern).join('|'), 'g');
  const text = latin1(bytes, from, to);
  const origin = new Int32Array(text.length + 1);
  const pieces: string[] = [];
  let length = 0;
  let copied = 0;
  const copyTo = (end: number) => {
    for (let i = copied; i < end; i++) origin[length + i - copied] = from + i;
    pieces.push(text.slice(copied, end));
    length += end - copied;
  };
  for (const match of text.matchAll(pattern)) {
    copyTo(match.index);
    const value = FAMILIES[FAMILY_OF[match[0][0]!]!].decode(match[0]);
    origin.fill(from + match.index, length, length + value.length);
    pieces.push(value);
    length += value.length;
    copied = match.index + match[0].length;
  }
  if (copied === 0) return undefined;
  copyTo(text.length);
  const end = from + text.length;
  origin[length] = end;
  return {
    encoding: families[0]!,
    isOverlay: true,
    bytes: latin1Bytes(pieces.join('')),
    start: from,
    end,
    toOuter: (span) => ({ start: origin[span.start]!, end: origin[span.end]! }),
  };
}

function decodeBackslash(escape: string): string {
  const body = escape.replace(/^\\+|^U\+/, '');
  if (escape[0] === 'U') return fromCode(body, 16);
  if (/^[0-7]{3}$/.test(body)) return fromCode(body, 8);
  if (/^[xu]./.test(body)) return fromCode(body.replace(/[xu{}]/g, ''), 16);
  return SIMPLE[body] ?? body;
}

function decodeEntity(escape: string): string {
  const body = escape.slice(1, -1);
  if (body[0] !== '#') return NAMED[body.toLowerCase()] ?? ' ';
  return /^#[xX]/.test(body) ? fromCode(body.slice(2), 16) : fromCode(body.slice(1), 10);
}

/** Layers are of one byte a character: what is beyond Latin-1 stands as `?`. */
function fromCode(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix);
  return code < 256 ? String.fromCharCode(code) : '?';
}
