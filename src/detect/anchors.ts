import { latin1Bytes } from './bytes.ts';
import { DECODER_ANCHORS, ENCODED } from './decode/index.ts';
import type { AnchorForm, Pattern, PatternAnchor } from './pattern.ts';
import type { Anchor } from './types.ts';

/** Patterns share tags beyond this many; the detector tries all that have one in common. */
const MOST_PATTERN_TAGS = 180;

/** The tag that candidates of the `index`-th pattern are reported with. */
export function tagOf(index: number): number {
  return 1 + (index % MOST_PATTERN_TAGS);
}

/** Every literal of every pattern, plain and in the encoded forms it asks for, without repetitions. */
export function anchorsOf(patterns: readonly Pattern[]): Anchor[] {
  const anchors = new Map<string, Anchor>();
  const add = (text: string, tag: number, tail?: Anchor['tail']) => {
    const key = `${tag} ${tail?.alphabet ?? ''} ${tail?.min ?? 0} ${text}`;
    if (text.length >= 3)
      anchors.set(key, { bytes: latin1Bytes(text), tag, ...(tail === undefined ? {} : { tail }) });
  };
  for (const [index, pattern] of patterns.entries()) {
    for (const anchor of pattern.anchors) {
      for (const form of anchor.forms) addForm(anchor, form, tagOf(index), add);
    }
  }
  return [...anchors.values(), ...DECODER_ANCHORS];
}

type Add = (text: string, tag: number, tail?: Anchor['tail']) => void;

function addForm({ text, tail }: PatternAnchor, form: AnchorForm, tag: number, add: Add): void {
  const following = tail?.min ?? 0;
  switch (form) {
    case 'plain':
      return add(text, tag, tail);
    case 'base64':
      return encodeBase64(text, following, add);
    case 'utf-16':
      // From the first ASCII byte to the last: the same bytes in either byte order.
      return add([...text].join('\0'), ENCODED.utf16);
    case 'hex':
      for (const digits of cases(text, (code) => hex(code, 2))) {
        add(digits, ENCODED.hex, { alphabet: 'hex', min: 2 * following });
      }
      return;
    case 'quoted-printable':
      return add(text.replaceAll('=', '=3D'), ENCODED.quotedPrintable);
    case 'escapes':
      return encodeEscapes(text, add);
  }
}

/**
 * Base64 depends on where in a group of three the text starts: of each alignment, the characters that the text
 * alone decides.
 */
function encodeBase64(text: string, following: number, add: Add): void {
  const tail = { alphabet: 'base64', min: Math.floor((following * 4) / 3) } as const;
  const shifts = [ENCODED.base64Shift0, ENCODED.base64Shift1, ENCODED.base64Shift2];
  for (const [shift, tag] of shifts.entries()) {
    const encoded = Buffer.from('\0'.repeat(shift) + text, 'latin1').toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor(((shift + text.length) * 8) / 6);
    add(encoded.slice(first, last), tag, tail);
  }
}

/** The ways in which languages and formats write a letter that needs no escaping at all: somebody wanted it hidden. */
function encodeEscapes(text: string, add: Add): void {
  const escape = (form: (code: number) => string, tag: number) => {
    for (const encoded of cases(text, form)) add(shorten(encoded), tag);
  };
  escape((code) => `%${hex(code, 2)}`, ENCODED.percent);
  escape((code) => `\\x${hex(code, 2)}`, ENCODED.escape);
  escape((code) => `\\u${hex(code, 4)}`, ENCODED.escape);
  escape((code) => `\\u{${hex(code, 2)}}`, ENCODED.escape);
  escape((code) => `U+${hex(code, 4)}`, ENCODED.escape);
  escape((code) => `\\${code.toString(8).padStart(3, '0')}`, ENCODED.escape);
  escape((code) => `&#${code};`, ENCODED.entity);
  escape((code) => `&#x${hex(code, 2)};`, ENCODED.entity);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** The text in one form with lower-case and with upper-case digits. */
function cases(text: string, form: (code: number) => string): Set<string> {
  const upper = (encoded: string) =>
    encoded.replace(/[0-9a-f]{2,4}(?=[;}]|$)/, (digits) => digits.toUpperCase());
  const codes = [...text].map((character) => character.charCodeAt(0));
  return new Set([codes.map(form).join(''), codes.map((code) => upper(form(code))).join('')]);
}

/** An anchor has at most 32 bytes; the window around it is decoded as a whole. */
function shorten(encoded: string): string {
  return encoded.slice(0, 32);
}
