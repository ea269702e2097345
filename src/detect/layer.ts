import { pairToMatch } from './assemble.ts';
import { latin1 } from './bytes.ts';
import type { Decoded } from './decode/decoded.ts';
import { decodeGzip } from './decode/gzip.ts';
import { decodeRegions, decodeRuns, type Escaped } from './decode/index.ts';
import { pairParts } from './pair.ts';
import { type Found, lift, type Part } from './part.ts';
import { findParts } from './parts.ts';
import type { ReaderName } from './pattern.ts';
import { labelFromOutside } from './readers/outside.ts';
import { readPresignedUrl } from './readers/presigned.ts';
import { readSmtpPassword } from './readers/smtp.ts';
import type { CandidateList, Match } from './types.ts';

/** Encodings inside encodings: a Kubernetes Secret in base64 in a JSON string takes three. */
const DEEPEST = 5;
/** Text around a key ID in which escapes that break up its secret are looked for. */
const ESCAPE_REACH = 640;

export interface LayerTools {
  /** What the candidates of a tag are to be read as. */
  readerOf(tag: number): ReaderName | undefined;
  /** Candidates in a decoded layer; the list is the caller's to keep. */
  prefilter(bytes: Uint8Array): CandidateList;
  /** Credentials that consist of one piece, at the candidates. */
  findWholes(bytes: Uint8Array, candidates: CandidateList): Match[];
}

/** What stands in a layer's bytes and in whatever is encoded in them, all in offsets of the layer. */
export function readLayer(bytes: Uint8Array, candidates: CandidateList, tools: LayerTools, depth = 0): Found {
  const { matches, parts } = readPieces(bytes, candidates, tools, depth);
  const pairs = pairParts(bytes, parts);
  const paired = new Set<Part | undefined>(pairs.flatMap(({ id, secret, token }) => [id, secret, token]));
  return {
    matches: [...matches, ...pairs.map(pairToMatch)],
    parts: parts.filter((part) => !paired.has(part)),
  };
}

function readPieces(bytes: Uint8Array, candidates: CandidateList, tools: LayerTools, depth: number): Found {
  const own = findParts(bytes, candidates, tools.readerOf);
  const found = withUses(bytes, own);
  found.matches = found.matches.concat(tools.findWholes(bytes, candidates));
  if (depth === DEEPEST) return found;
  for (const decoded of decodeRuns(bytes, candidates)) {
    const inner = readDecoded(decoded, tools, depth + 1);
    add(found, lift({ ...inner, parts: labelFromOutside(inner.parts, decoded, bytes) }, decoded));
  }
  const starts = new Set(own.map((part) => `${part.role} ${part.start}`));
  for (const decoded of decodeRegions(bytes, escapedAround(bytes, own))) {
    const { matches, parts } = lift(
      readPieces(decoded.bytes, tools.prefilter(decoded.bytes), tools, depth + 1),
      decoded,
    );
    // What was whole before stays as it was.
    add(found, { matches, parts: parts.filter((part) => !starts.has(`${part.role} ${part.start}`)) });
  }
  found.parts = withoutRepetitions(found.parts);
  return found;
}

/**
 * Escapes only rewrite some characters of a text, so its parts go with those beside it; what was base64 or UTF-16
 * is a text of its own, and is paired before it is looked at from outside.
 */
function readDecoded(decoded: Decoded, tools: LayerTools, depth: number): Found {
  const unpacked = depth < DEEPEST ? decodeGzip(decoded.bytes) : undefined;
  if (unpacked !== undefined) return lift(readDecoded(unpacked, tools, depth + 1), unpacked);
  const candidates = tools.prefilter(decoded.bytes);
  const read = decoded.isOverlay ? readPieces : readLayer;
  return read(decoded.bytes, candidates, tools, depth);
}

/** How a line ends that mails have cut: at 76 characters, the equals sign included. */
const SOFT_BREAK = /[^\r\n]{70}=\r?\n/;
/** Plus and slash, as templates escape them. */
const ENTITY = /&#(?:43|47|x2[bBfF]);/;

/** Mails and templates write `=` as `=3D` and `+` as `&#43;`: that breaks a secret up, and leaves its ID whole. */
function* escapedAround(bytes: Uint8Array, parts: readonly Part[]): Generator<Escaped> {
  let lookedTo = 0;
  for (const { role, start, end } of parts) {
    if (role !== 'key-id') continue;
    const text = latin1(bytes, Math.max(lookedTo, start - ESCAPE_REACH), end + ESCAPE_REACH);
    lookedTo = end + ESCAPE_REACH;
    const isQuotedPrintable = text.includes('=3D') || (/=\r?\n/.test(text) && SOFT_BREAK.test(text));
    if (isQuotedPrintable) yield { at: start, families: ['quoted-printable'] };
    if (text.includes('&#') && ENTITY.test(text)) yield { at: start, families: ['entity'] };
  }
}

/** A key ID in a signed URL, or as the user name of a mail server, belongs to that and to no secret beside it. */
function withUses(bytes: Uint8Array, parts: readonly Part[]): Found {
  const found: Found = { matches: [], parts: [] };
  for (const part of parts) {
    const use =
      part.role === 'key-id' ? (readPresignedUrl(bytes, part) ?? readSmtpPassword(bytes, part)) : undefined;
    if (use === undefined) found.parts.push(part);
    else found.matches.push(use);
  }
  const taken = new Set(found.matches.flatMap((match) => match.secretSpans.map((span) => span.start)));
  return { ...found, parts: found.parts.filter((part) => !taken.has(part.start)) };
}

function add(found: Found, more: Found): void {
  found.matches = found.matches.concat(more.matches);
  found.parts = found.parts.concat(more.parts);
}

/** In ascending order, each once: windows overlap, and an escape beside a value leaves the value as it was. */
function withoutRepetitions(parts: readonly Part[]): Part[] {
  const distinct = new Map<string, Part>();
  for (const part of parts) {
    const key = `${part.start} ${part.role} ${part.value}`;
    const known = distinct.get(key);
    if (known === undefined || (known.label === undefined && part.label !== undefined))
      distinct.set(key, part);
  }
  return [...distinct.values()].sort((a, b) => a.start - b.start || b.end - a.end);
}
