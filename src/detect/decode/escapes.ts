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

const FAMILIES: Record<EscapeFamily, { pattern: RegExp; decode(escape: string): string }> = {
  percent: { pattern: /%[0-9A-Fa-f]{2}/g, decode: (escape) => fromCode(escape.slice(1), 16) },
  escape: {
    pattern:
      /\\{1,4}(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|[0-7]{3}|[nrtbfvae"'`/\\])|U\+[0-9A-Fa-f]{4}/g,
    decode: decodeBackslash,
  },
  entity: {
    pattern: /&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|quot|apos|amp|lt|gt|nbsp|NewLine);/g,
    decode: decodeEntity,
  },
  'quoted-printable': {
    pattern: /=(?:[0-9A-Fa-f]{2}|[ \t]{0,8}\r?\n)/g,
    decode: (escape) => (/\s/.test(escape) ? '' : fromCode(escape.slice(1), 16)),
  },
};

/** Decodes one family of escapes in [from, to); undefined when there is none. What is no escape stays as it is. */
export function decodeEscapes(
  bytes: Uint8Array,
  from: number,
  to: number,
  family: EscapeFamily,
): Decoded | undefined {
  const { pattern, decode } = FAMILIES[family];
  const text = latin1(bytes, from, to);
  const origin = new Int32Array(text.length + 1);
  let decoded = '';
  let copied = 0;
  const copyTo = (end: number) => {
    for (let i = copied; i < end; i++) origin[decoded.length + i - copied] = from + i;
    decoded += text.slice(copied, end);
  };
  for (const match of text.matchAll(pattern)) {
    copyTo(match.index);
    const value = decode(match[0]);
    for (let i = 0; i < value.length; i++) origin[decoded.length + i] = from + match.index;
    decoded += value;
    copied = match.index + match[0].length;
  }
  if (copied === 0) return undefined;
  copyTo(text.length);
  const end = from + text.length;
  origin[decoded.length] = end;
  return {
    encoding: family,
    isOverlay: true,
    bytes: latin1Bytes(decoded),
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
