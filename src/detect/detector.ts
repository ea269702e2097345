import { createHash } from 'node:crypto';
import { allowedBy } from './allow.ts';
import { anchorsOf, tagOf } from './anchors.ts';
import { partToMatch } from './assemble.ts';
import type { KernelFactory } from './kernel/types.ts';
import { readLayer } from './layer.ts';
import { NEAR } from './pair.ts';
import type { Found, Part } from './part.ts';
import type { Pattern, ReaderName } from './pattern.ts';
import { CANARY_ACCOUNTS, PATTERNS } from './patterns.generated.ts';
import type { AnchorSet, CandidateList, Detector, Match, Prefilter } from './types.ts';
import { createFinder, type Finder, findWholes } from './wholes.ts';

/** Raise it with every change of code that changes what is found: caches are keyed by it. */
const RULES_VERSION = 2;

/** A detector for the built-in patterns and `more`. */
export function createBuiltinDetector(kernelFactory: KernelFactory, more: readonly Pattern[] = []): Detector {
  return createDetector([...PATTERNS, ...more], kernelFactory);
}

/** `prefilterFor` makes the search for what the detector decodes on the way; it is called once, when first needed. */
export function createDetector(
  patterns: readonly Pattern[],
  prefilterFor: (anchors: AnchorSet) => Prefilter,
): Detector {
  const anchors: AnchorSet = { anchors: anchorsOf(patterns) };
  const readers = new Map<number, ReaderName>();
  const finders = new Map<number, Finder[]>();
  for (const [index, pattern] of patterns.entries()) {
    const tag = tagOf(index);
    if (pattern.regex === undefined) readers.set(tag, pattern.reader!);
    else finders.set(tag, [...(finders.get(tag) ?? []), createFinder(pattern)]);
  }
  let inner: Prefilter | undefined;
  const tools = {
    readerOf: (tag: number) => readers.get(tag),
    prefilter(bytes: Uint8Array): CandidateList {
      inner ??= prefilterFor(anchors);
      return copyOf(inner.find(bytes));
    },
    findWholes: (bytes: Uint8Array, candidates: CandidateList) => findWholes(finders, bytes, candidates),
  };
  return {
    anchors,
    hash: hashOf(patterns),
    detect(bytes, candidates) {
      return candidates.count === 0 ? [] : finish(bytes, readLayer(bytes, copyOf(candidates), tools));
    },
  };
}

/** A prefilter fills the same list again on its next call. */
function copyOf({ count, offsets, tags }: CandidateList): CandidateList {
  return { count, offsets: offsets.slice(0, count), tags: tags.slice(0, count) };
}

function hashOf(patterns: readonly Pattern[]): string {
  return createHash('sha256')
    .update(JSON.stringify([RULES_VERSION, patterns]))
    .digest('hex')
    .slice(0, 32);
}

/** Turns what has no partner into matches, drops what nothing proves, and adds what only the whole blob tells. */
function finish(bytes: Uint8Array, { matches, parts }: Found): Match[] {
  const isNearId = nearness(parts.filter((part) => part.role === 'key-id' && !part.example));
  const alone = parts.filter((part) => part.isProven || isNearId(part)).map(partToMatch);
  return distinct([...matches, ...alone])
    .map((match) => complete(bytes, match))
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || compare(a.rule, b.rule));
}

/**
 * Whether one of `ids`, which are in ascending order, is near: a secret-shaped value beside an ID that found no
 * partner may be one of several, but is not to be passed over.
 */
function nearness(ids: readonly Part[]): (part: Part) => boolean {
  return ({ start, end }) => {
    let low = 0;
    for (let high = ids.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (ids[middle]!.end < start - NEAR) low = middle + 1;
      else high = middle;
    }
    return low < ids.length && ids[low]!.start - end <= NEAR;
  };
}

/**
 * Windows overlap: the same credential may have been found twice. What lies inside the secret of another is a piece
 * of it.
 */
function distinct(matches: readonly Match[]): Match[] {
  const seen = new Map<string, Match>();
  for (const match of matches) {
    const key = `${match.rule} ${match.span.start} ${match.keyId ?? ''} ${match.secret?.reveal() ?? ''}`;
    if (!seen.has(key)) seen.set(key, match);
  }
  return withoutInner([...seen.values()]);
}

function withoutInner(matches: readonly Match[]): Match[] {
  const spans = matches.flatMap((match) => match.secretSpans.map((span) => ({ ...span, match })));
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const inner = new Set<Match>();
  let outer: (typeof spans)[number] | undefined;
  const points = [...spans, ...matches.map((match) => ({ ...match.span, match }))].sort(
    (a, b) => a.start - b.start || b.end - a.end,
  );
  for (const point of points) {
    if (
      outer !== undefined &&
      point.match !== outer.match &&
      point.end <= outer.end &&
      point.end - point.start < outer.end - outer.start
    ) {
      inner.add(point.match);
    } else if (outer === undefined || point.end > outer.end) outer = point;
  }
  return matches.filter((match) => !inner.has(match));
}

function complete(bytes: Uint8Array, match: Match): Match {
  const places = [match.span, ...match.secretSpans];
  const comment = places.map((place) => allowedBy(bytes, place.start)).find((name) => name !== undefined);
  return {
    ...match,
    ...(comment === undefined ? {} : { allowedBy: comment }),
    ...(CANARY_ACCOUNTS.has(match.accountId ?? '') ? { canary: true } : {}),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
