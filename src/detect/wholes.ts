import { Secret } from '../base/secret.ts';
import { ALNUM, BASE64_ANY, isIn, latin1 } from './bytes.ts';
import { entropy } from './entropy.ts';
import type { Alphabet, Boundary, Nearby, Pattern } from './pattern.ts';
import { isPlaceholderToken } from './placeholder.ts';
import { refine } from './readers/refine.ts';
import type { CandidateList, Confidence, Match, Span } from './types.ts';

const ALPHABETS: Record<Alphabet, RegExp> = {
  base32: /^[A-Z2-7]+$/,
  base64: /^[A-Za-z0-9+/=]+$/,
  base64url: /^[A-Za-z0-9_=-]+$/,
  hex: /^[0-9a-fA-F]+$/,
  alphanumeric: /^[A-Za-z0-9]+$/,
  printable: /^[\x21-\x7e]+$/,
};

const BOUNDARY_CLASSES: Record<Boundary, number> = { word: ALNUM, base64: BASE64_ANY, none: 0 };

/** A pattern whose regular expression is ready to run. */
export interface Finder {
  /** Credentials at the candidates `offsets`, ascending. */
  find(bytes: Uint8Array, offsets: readonly number[]): Match[];
}

export function createFinder(pattern: Pattern): Finder {
  const regex = new RegExp(pattern.regex!, pattern.ignoreCase ? 'dgi' : 'dg');
  return {
    find(bytes, offsets) {
      const matches: Match[] = [];
      for (const window of windowsOf(pattern, offsets, bytes.length)) {
        const text = latin1(bytes, window.start, window.end);
        for (const result of text.matchAll(regex)) {
          const span = {
            start: window.start + result.index,
            end: window.start + result.index + result[0].length,
          };
          if (!holdsOne(window.offsets, span)) continue;
          const match = toMatch(pattern, bytes, window.start, result);
          if (match !== undefined) matches.push(match);
        }
      }
      return matches;
    },
  };
}

interface Window extends Span {
  offsets: number[];
}

/** The text around the candidates, joined where it overlaps, so that dense candidates cost no more than one pass. */
function windowsOf({ before, after }: Pattern, offsets: readonly number[], length: number): Window[] {
  const windows: Window[] = [];
  for (const offset of offsets) {
    const last = windows.at(-1);
    const end = Math.min(length, offset + after);
    if (last !== undefined && offset - before <= last.end) {
      last.end = end;
      last.offsets.push(offset);
    } else {
      windows.push({ start: Math.max(0, offset - before), end, offsets: [offset] });
    }
  }
  return windows;
}

function holdsOne(offsets: readonly number[], { start, end }: Span): boolean {
  let low = 0;
  for (let high = offsets.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < start) low = middle + 1;
    else high = middle;
  }
  return low < offsets.length && offsets[low]! < end;
}

function toMatch(
  pattern: Pattern,
  bytes: Uint8Array,
  offset: number,
  result: RegExpExecArray,
): Match | undefined {
  const group = (name: string) => result.indices?.groups?.[name];
  const [from, to] = group('value') ?? result.indices![0]!;
  const span = { start: offset + from, end: offset + to };
  const value = result.groups?.['value'] ?? result[0];
  if (!satisfies(pattern, bytes, span, value)) return undefined;
  const pointed = group('at');
  const { keyId, account } = result.groups ?? {};
  const example = isPlaceholderToken(value);
  return refine(pattern.reader, bytes, {
    rule: pattern.id,
    kind: pattern.kind,
    confidence: example ? 'info' : confidenceOf(pattern, bytes, span),
    span: pointed === undefined ? span : { start: offset + pointed[0], end: offset + pointed[1] },
    secretSpans: [span],
    ...(keyId === undefined ? {} : { keyId }),
    secret: new Secret(value),
    ...(account === undefined ? {} : { accountId: account }),
    ...(example ? { example } : {}),
    encoding: [],
  });
}

function satisfies(
  { boundary, entropy: least, alphabet, near }: Pattern,
  bytes: Uint8Array,
  span: Span,
  value: string,
): boolean {
  const classes = BOUNDARY_CLASSES[boundary];
  if (isIn(bytes, span.start - 1, classes) || isIn(bytes, span.end, classes)) return false;
  if (alphabet !== undefined && !ALPHABETS[alphabet].test(value)) return false;
  if (least !== undefined && entropy(value) < least) return false;
  return near === undefined || isNear(near, bytes, span);
}

function confidenceOf({ confidence, raise }: Pattern, bytes: Uint8Array, span: Span): Confidence {
  return raise.find((each) => isNear(each, bytes, span))?.to ?? confidence;
}

function isNear({ words, within }: Nearby, bytes: Uint8Array, { start, end }: Span): boolean {
  const around = `${latin1(bytes, start - within, start)}\n${latin1(bytes, end, end + within)}`.toLowerCase();
  return words.some((word) => around.includes(word.toLowerCase()));
}

/** Groups candidates by tag: `finders` has one list for each. */
export function findWholes(
  finders: ReadonlyMap<number, readonly Finder[]>,
  bytes: Uint8Array,
  candidates: CandidateList,
): Match[] {
  const offsets = new Map<number, number[]>();
  for (let i = 0; i < candidates.count; i++) {
    const tag = candidates.tags[i]!;
    if (!finders.has(tag)) continue;
    const known = offsets.get(tag);
    if (known === undefined) offsets.set(tag, [candidates.offsets[i]!]);
    else known.push(candidates.offsets[i]!);
  }
  return [...offsets].flatMap(([tag, at]) => finders.get(tag)!.flatMap((finder) => finder.find(bytes, at)));
}
