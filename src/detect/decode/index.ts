import { latin1Bytes } from '../bytes.ts';
import { type Anchor, type CandidateList, STRUCTURAL } from '../types.ts';
import { decodeBase64 } from './base64.ts';
import type { Decoded } from './decoded.ts';
import { decodeEscapes, type EscapeFamily } from './escapes.ts';
import { decodeHex } from './hex.ts';
import { decodeUtf16 } from './utf16.ts';

/** Tags that the encoded forms of anchors are reported with: they say how to decode, not what to look for. */
export const ENCODED = {
  base64Shift0: 190,
  base64Shift1: 191,
  base64Shift2: 192,
  hex: 193,
  utf16: 194,
  percent: 195,
  escape: 196,
  entity: 197,
  quotedPrintable: 198,
} as const;

/**
 * What is worth decoding whatever the patterns look for: gzip inside base64, as Helm releases and EC2 user data
 * are.
 */
export const DECODER_ANCHORS: readonly Anchor[] = [
  { bytes: latin1Bytes('H4sIA'), tag: ENCODED.base64Shift0, tail: { alphabet: 'base64', min: 60 } },
];

/** Text on either side of an escaped candidate that is decoded with it. */
const ESCAPE_WINDOW = 1024;

interface Decoder {
  /** A candidate in a run that this decoder has read already is not read again. */
  name: string;
  decode(bytes: Uint8Array, at: number): Decoded | undefined;
}

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  // Which character of its group of four a candidate is follows from where in three bytes the anchor stood.
  [ENCODED.base64Shift0, base64(0)],
  [ENCODED.base64Shift1, base64(2)],
  [ENCODED.base64Shift2, base64(3)],
  [STRUCTURAL.base64Text, base64(0)],
  [ENCODED.hex, { name: 'hex', decode: decodeHex }],
  [ENCODED.utf16, { name: 'utf-16', decode: decodeUtf16 }],
]);

const ESCAPES: ReadonlyMap<number, EscapeFamily> = new Map<number, EscapeFamily>([
  [ENCODED.percent, 'percent'],
  [ENCODED.escape, 'escape'],
  [ENCODED.entity, 'entity'],
  [ENCODED.quotedPrintable, 'quoted-printable'],
]);

function base64(phase: 0 | 2 | 3): Decoder {
  return { name: 'base64', decode: (bytes, at) => decodeBase64(bytes, at, phase) };
}

/** Everything that the candidates say is encoded in a layer, each run decoded once. */
export function* decodeRuns(bytes: Uint8Array, candidates: CandidateList): Generator<Decoded> {
  const decodedTo = new Map<string, number>();
  for (let i = 0; i < candidates.count; i++) {
    const decoder = DECODERS.get(candidates.tags[i]!);
    const offset = candidates.offsets[i]!;
    if (decoder === undefined || offset < (decodedTo.get(decoder.name) ?? 0)) continue;
    const decoded = decoder.decode(bytes, offset);
    if (decoded === undefined) continue;
    decodedTo.set(decoder.name, decoded.end);
    yield decoded;
  }
  yield* decodeRegions(bytes, escapedAt(candidates));
}

function* escapedAt(candidates: CandidateList): Generator<Escaped> {
  for (let i = 0; i < candidates.count; i++) {
    const family = ESCAPES.get(candidates.tags[i]!);
    if (family !== undefined) yield { at: candidates.offsets[i]!, families: [family] };
  }
}

/** A place around which escapes of some families are to be decoded. */
export interface Escaped {
  at: number;
  families: readonly EscapeFamily[];
}

/** Decodes the text around each place, windows that touch as one, so that every byte of a layer is decoded once. */
export function* decodeRegions(bytes: Uint8Array, places: Iterable<Escaped>): Generator<Decoded> {
  let start = 0;
  let end = -1;
  let families = new Set<EscapeFamily>();
  const decode = () => decodeEscapes(bytes, start, Math.min(end, bytes.length), [...families]);
  for (const place of places) {
    if (place.at - ESCAPE_WINDOW > end) {
      const decoded = end < 0 ? undefined : decode();
      if (decoded !== undefined) yield decoded;
      start = Math.max(0, place.at - ESCAPE_WINDOW);
      families = new Set();
    }
    end = place.at + ESCAPE_WINDOW;
    for (const family of place.families) families.add(family);
  }
  const decoded = end < 0 ? undefined : decode();
  if (decoded !== undefined) yield decoded;
}
