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

/** What is worth decoding whatever the patterns look for: gzip inside base64, as Helm releases and EC2 user data are. */
export const DECODER_ANCHORS: readonly Anchor[] = [
  { bytes: latin1Bytes('H4sIA'), tag: ENCODED.base64Shift0, tail: { alphabet: 'base64', min: 60 } },
];

/** Text on either side of an escaped candidate that is decoded with it. */
const ESCAPE_WINDOW = 1024;

interface Decoder {
  /** Candidates of one decoder that lie in a run decoded before are not decoded again ... */
  name: string;
  /** ... unless they lie this close to its end, where a window may have cut off what follows them. */
  overlap: number;
  decode(bytes: Uint8Array, at: number): Decoded | undefined;
}

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  // Which character of its group of four a candidate is follows from where in three bytes the anchor stood.
  [ENCODED.base64Shift0, base64(0)],
  [ENCODED.base64Shift1, base64(2)],
  [ENCODED.base64Shift2, base64(3)],
  [STRUCTURAL.base64Text, base64(0)],
  [ENCODED.hex, { name: 'hex', overlap: 0, decode: decodeHex }],
  [ENCODED.utf16, { name: 'utf-16', overlap: 0, decode: decodeUtf16 }],
  [ENCODED.percent, escapes('percent')],
  [ENCODED.escape, escapes('escape')],
  [ENCODED.entity, escapes('entity')],
  [ENCODED.quotedPrintable, escapes('quoted-printable')],
]);

function base64(phase: 0 | 2 | 3): Decoder {
  return { name: 'base64', overlap: 0, decode: (bytes, at) => decodeBase64(bytes, at, phase) };
}

function escapes(family: EscapeFamily): Decoder {
  return {
    name: family,
    overlap: ESCAPE_WINDOW / 2,
    decode: (bytes, at) =>
      decodeEscapes(
        bytes,
        Math.max(0, at - ESCAPE_WINDOW),
        Math.min(bytes.length, at + ESCAPE_WINDOW),
        family,
      ),
  };
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
    decodedTo.set(decoder.name, decoded.end - decoder.overlap);
    yield decoded;
  }
}
