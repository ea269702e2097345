import { type Anchor, STRUCTURAL, type TailAlphabet } from '../types.ts';

/** One candidate as the twin and the list builder pass it on. */
export interface Candidate {
  offset: number;
  tag: number;
}

/** See `STRUCTURAL`: an escape, or one byte, with the value it stands for. */
interface Unit {
  start: number;
  end: number;
  value: number;
}

const TAIL: Record<TailAlphabet, RegExp> = {
  upper: /[A-Z0-9]/,
  base64: /[A-Za-z0-9+/\-_]/,
  hex: /[0-9a-fA-F]/,
};
const RUN = /[A-Za-z0-9+/]/;
const BASE64 = /[A-Za-z0-9+/\-_]/;
const SECRET_UNITS = 40;
const SECRET_BYTES = 240;
const BASE64_LEAST = 24;
const BASE64_DECODED = 16;
const NO_UNIT: Unit = { start: -1, end: -1, value: -1 };

/** Every candidate of `text`, in no particular order and perhaps twice: the definitions, spelled out. */
export function findAll(text: Uint8Array, anchors: readonly Anchor[]): Candidate[] {
  return [...findAnchors(text, anchors), ...findSecretRuns(text), ...findBase64Text(text)];
}

function findAnchors(text: Uint8Array, anchors: readonly Anchor[]): Candidate[] {
  const found: Candidate[] = [];
  for (const anchor of anchors) {
    for (let offset = 0; offset + anchor.bytes.length <= text.length; offset++) {
      if (holdsAnchor(text, offset, anchor)) found.push({ offset, tag: anchor.tag });
    }
  }
  return found;
}

function holdsAnchor(text: Uint8Array, offset: number, anchor: Anchor): boolean {
  const { bytes, tail } = anchor;
  for (let i = 0; i < bytes.length; i++) if (text[offset + i] !== bytes[i]) return false;
  if (tail === undefined) return true;
  for (let i = 0; i < tail.min; i++) {
    if (!isOneOf(text[offset + bytes.length + i], TAIL[tail.alphabet])) return false;
  }
  return true;
}

function findSecretRuns(text: Uint8Array): Candidate[] {
  const found: Candidate[] = [];
  let run: Unit[] = [];
  for (let at = 0; at <= text.length; ) {
    const unit = at < text.length ? readUnit(text, at) : { start: at, end: at + 1, value: -1 };
    if (isOneOf(unit.value, RUN)) {
      run.push(unit);
    } else {
      for (const part of [run, run.slice(strayUnits(text, run))]) {
        if (isSecretShaped(part) && unit.value !== 0x3d)
          found.push({ offset: part[0]!.start, tag: STRUCTURAL.secretRun });
      }
      run = [];
    }
    at = unit.end;
  }
  return found;
}

function readUnit(text: Uint8Array, start: number): Unit {
  const byte = text[start]!;
  if (byte === 0x25) {
    const value = readHex(text, start + 1, 2);
    if (value >= 0) return { start, end: start + 3, value };
  }
  if (byte === 0x5c) {
    let at = start;
    while (text[at] === 0x5c) at++;
    if (text[at] === 0x2f) return { start, end: at + 1, value: 0x2f };
    const digits = text[at] === 0x78 ? 2 : text[at] === 0x75 ? 4 : 0;
    const value = readHex(text, at + 1, digits);
    if (value >= 0) return { start, end: at + 1 + digits, value };
  }
  return { start, end: start + 1, value: byte };
}

/** The value of exactly `digits` hex digits, or -1. */
function readHex(text: Uint8Array, at: number, digits: number): number {
  const hex = String.fromCharCode(...text.subarray(at, at + digits));
  return digits > 0 && hex.length === digits && /^[0-9a-fA-F]+$/.test(hex) ? Number.parseInt(hex, 16) : -1;
}

/** How many of the run's first units belong to a line break's escape or to a terminal colour. */
function strayUnits(text: Uint8Array, run: Unit[]): number {
  const start = (run[0] ?? NO_UNIT).start;
  if (start < 1) return 0;
  const before = text[start - 1]!;
  if (before === 0x5c) return /[nrt]/.test(String.fromCharCode(text[start]!)) ? 1 : 0;
  if (before === 0x5b || before === 0x3b) {
    const colour = /^[0-9]{1,3}m/.exec(String.fromCharCode(...text.subarray(start, start + 4)));
    return colour === null ? 0 : colour[0].length;
  }
  return 0;
}

function isSecretShaped(run: Unit[]): boolean {
  if (run.length !== SECRET_UNITS || run[SECRET_UNITS - 1]!.end - run[0]!.start > SECRET_BYTES) return false;
  const value = String.fromCharCode(...run.map((unit) => unit.value));
  return /[A-Z].*[A-Z]/.test(value) && /[a-z].*[a-z]/.test(value) && /[0-9+/]/.test(value);
}

function findBase64Text(text: Uint8Array): Candidate[] {
  const found: Candidate[] = [];
  for (let start = 0; start < text.length; start++) {
    if (!isOneOf(text[start], BASE64) || isOneOf(text[start - 1], BASE64)) continue;
    let end = start;
    while (isOneOf(text[end], BASE64)) end++;
    const behind = start + strayBytes(text, start);
    for (const from of [start, behind]) {
      if (end - from >= BASE64_LEAST && decodesToText(text, from))
        found.push({ offset: from, tag: STRUCTURAL.base64Text });
    }
  }
  return found;
}

/** How many of the run's first bytes are the rest of an escape. */
function strayBytes(text: Uint8Array, start: number): number {
  const before = text[start - 1];
  const first = text[start]!;
  if (before === 0x25) return readHex(text, start, 2) >= 0 ? 2 : 0;
  if (before !== 0x5c) return 0;
  if (first === 0x6e || first === 0x72 || first === 0x74) return 1;
  if (first === 0x78) return readHex(text, start + 1, 2) >= 0 ? 3 : 0;
  if (first === 0x75) return readHex(text, start + 1, 4) >= 0 ? 5 : 0;
  return 0;
}

function decodesToText(text: Uint8Array, start: number): boolean {
  const run = String.fromCharCode(...text.subarray(start, start + BASE64_DECODED));
  const bytes = [...Buffer.from(run.replaceAll('-', '+').replaceAll('_', '/'), 'base64')];
  return (
    isText(bytes) ||
    isText(withoutMark(bytes, [0xef, 0xbb, 0xbf])) ||
    isWideText(bytes) ||
    isWideText(withoutMark(bytes, [0xff, 0xfe]))
  );
}

function withoutMark(bytes: number[], mark: number[]): number[] {
  return mark.every((byte, i) => bytes[i] === byte) ? bytes.slice(mark.length) : bytes;
}

function isWideText(bytes: number[]): boolean {
  return isText(bytes.filter((_, i) => i % 2 === 0)) && bytes.every((byte, i) => i % 2 === 0 || byte === 0);
}

function isText(bytes: number[]): boolean {
  return bytes.every(
    (byte) => byte === 0x09 || byte === 0x0a || byte === 0x0d || (byte >= 0x20 && byte <= 0x7e),
  );
}

function isOneOf(byte: number | undefined, alphabet: RegExp): boolean {
  return byte !== undefined && byte >= 0 && byte < 0x80 && alphabet.test(String.fromCharCode(byte));
}
