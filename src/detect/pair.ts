import { groupBy } from '../base/group-by.ts';
import { latin1 } from './bytes.ts';
import type { Part } from './part.ts';
import { crossings } from './scope.ts';

/** A key ID with its secret, or with its secret and its session token. */
export interface Pair {
  id: Part;
  secret: Part;
  token?: Part;
}

/** An unlabelled secret belongs to an ID at most this far away: twice a delta's context, less what the two are long. */
export const NEAR = 400;
/** The same for a labelled one in the same scope. */
const IN_SCOPE = 4096;
/** Pairs before and behind a session token that it may belong to. */
const PAIRS_AROUND = 8;
/** So many pairs tell the order of a list, and stand although others in it are in doubt. */
const ENOUGH_PAIRS = 3;
/** A step over this many brackets, headers or outdents leaves the scope. */
const SCOPE_STEPS = 2;

/**
 * Brings the IDs and secrets of one layer together: by the stem of their labels, by scope, by turns. A secret goes
 * to one ID; what could belong to several stays alone. `parts` are in ascending order.
 */
export function pairParts(bytes: Uint8Array, parts: readonly Part[]): Pair[] {
  const pairs: Pair[] = [];
  const taken = new Set<Part>();
  const join = (id: Part, secret: Part) => {
    taken.add(id).add(secret);
    pairs.push({ id, secret });
  };
  for (const isExample of [false, true]) {
    const halves = parts.filter((part) => part.role !== 'session-token' && part.example === isExample);
    for (const part of pairByStem(halves, join)) taken.add(part);
    for (const isCredible of CREDIBLE) {
      const open = () => halves.filter((part) => !taken.has(part) && (isId(part) || isCredible(part)));
      for (const scope of splitByScope(bytes, open())) pairByTurns(scope, IN_SCOPE, join);
      pairByTurns(open(), NEAR, join);
    }
  }
  addTokens(bytes, pairs, parts);
  return pairs;
}

/** Which secrets have their turn first: what is only shaped like one must not come between an ID and its own. */
const CREDIBLE = [
  (secret: Part) => secret.isProven,
  (secret: Part) => secret.label !== undefined,
  () => true,
] as const;

type Join = (id: Part, secret: Part) => void;

function isId(part: Part): boolean {
  return part.role === 'key-id';
}

function stemOf(part: Part): string {
  return part.label?.stem ?? '';
}

/**
 * `kms_aws_key` goes with `kms_aws_secret`, however far apart, when there is one value of either. Returns the parts
 * of stems that name one ID and several secrets, or the reverse: nobody can tell those apart.
 */
function pairByStem(parts: readonly Part[], join: Join): Part[] {
  const contested: Part[] = [];
  for (const [stem, named] of groupBy(parts, stemOf)) {
    const ids = named.filter(isId);
    const secrets = named.filter((part) => !isId(part));
    if (stem === '' || ids.length === 0 || secrets.length === 0) continue;
    const values = [countValues(ids), countValues(secrets)];
    if (values.every((count) => count === 1)) {
      for (const [i, id] of ids.slice(0, secrets.length).entries()) join(id, secrets[i]!);
    } else if (values.includes(1)) {
      contested.push(...named);
    }
  }
  return contested;
}

/** Splits where brackets close, a section starts or the indentation ends between one part and the next. */
function splitByScope(bytes: Uint8Array, parts: readonly Part[]): Part[][] {
  const scopes: Part[][] = [];
  for (const [i, part] of parts.entries()) {
    const previous = parts[i - 1];
    if (previous === undefined || steps(bytes, previous, part) >= SCOPE_STEPS) scopes.push([part]);
    else scopes.at(-1)!.push(part);
  }
  return scopes;
}

function steps(bytes: Uint8Array, a: Part, b: Part): number {
  if (b.start - a.end > IN_SCOPE) return SCOPE_STEPS;
  return crossings(latin1(bytes, a.end, b.start));
}

/**
 * Neighbours belong together. A secret between two IDs goes to the one that no other secret needs, so that rows of
 * ID and secret come out right whichever is first. If an ID and a secret that could be one are left over in the
 * end, the order told nothing, and all of a short list stay apart.
 */
function pairByTurns(parts: readonly Part[], reach: number, join: Join): void {
  const belong = belonging(parts, reach);
  const partner = new Map<Part, Part>();
  const isFree = (part: Part) => !partner.has(part);
  const sides = parts.flatMap((secret, i) => {
    if (isId(secret)) return [];
    const ids = [parts[i - 1], parts[i + 1]].filter(
      (id) => id !== undefined && isId(id) && belong(id, secret),
    ) as Part[];
    const namesakes = ids.filter((id) => stemOf(id) === stemOf(secret));
    return [{ secret, ids: namesakes.length > 0 ? namesakes : ids }];
  });
  // A row of turns is settled from either end; what both passes leave undecided goes to the one that is clearly closer.
  for (const decide of [onlyOne, onlyOne, clearlyCloser, inOrderOf(partner)]) {
    for (const { secret, ids } of sides.reverse()) {
      const id = isFree(secret) ? decide(secret, ids.filter(isFree)) : undefined;
      if (id !== undefined) partner.set(secret, id).set(id, secret);
    }
  }
  const left = parts.filter(isFree);
  const isDoubtful = left.some((part, i) => {
    const next = left[i + 1];
    return (
      next !== undefined &&
      isId(part) !== isId(next) &&
      (isId(part) ? belong(part, next) : belong(next, part))
    );
  });
  if (isDoubtful && partner.size < 2 * ENOUGH_PAIRS) return;
  for (const part of parts) if (isId(part) && partner.has(part)) join(part, partner.get(part)!);
}

/** Where all pairs that are known have their ID on one side, so has the next. */
function inOrderOf(partner: ReadonlyMap<Part, Part>): (secret: Part, ids: Part[]) => Part | undefined {
  let order: { isIdFirst: boolean; isKnown: boolean } | undefined;
  return (secret, ids) => {
    order ??= orderOf(partner);
    const { isIdFirst, isKnown } = order;
    return isKnown ? ids.find((id) => id.start < secret.start === isIdFirst) : undefined;
  };
}

function orderOf(partner: ReadonlyMap<Part, Part>): { isIdFirst: boolean; isKnown: boolean } {
  const pairs = [...partner].filter(([part]) => isId(part));
  const idFirst = pairs.filter(([id, secret]) => id.start < secret.start).length;
  const isKnown = pairs.length >= ENOUGH_PAIRS && (idFirst === 0 || idFirst === pairs.length);
  return { isIdFirst: idFirst > 0, isKnown };
}

function onlyOne(_secret: Part, ids: Part[]): Part | undefined {
  return ids.length === 1 ? ids[0] : undefined;
}

function clearlyCloser(secret: Part, ids: Part[]): Part | undefined {
  const [first, second] = ids;
  if (first === undefined || second === undefined) return first;
  if (gap(first, secret) * 2 <= gap(second, secret)) return first;
  return gap(second, secret) * 2 <= gap(first, secret) ? second : undefined;
}

/**
 * Near enough for what is known of the two, and not called differently. An ID with no stem goes with any secret,
 * unless there are secrets of several stems to go with.
 */
function belonging(parts: readonly Part[], reach: number): (id: Part, secret: Part) => boolean {
  const stems = new Set(parts.filter((part) => !isId(part)).map(stemOf));
  stems.delete('');
  return (id, secret) => {
    const isSame = stemOf(id) === stemOf(secret);
    const isCompatible = isSame || stemOf(secret) === '' || (stemOf(id) === '' && stems.size < 2);
    return isCompatible && gap(id, secret) <= (secret.isProven ? reach : NEAR);
  };
}

/** Bytes between two parts. */
function gap(a: Part, b: Part): number {
  return Math.max(0, Math.max(a.start, b.start) - Math.min(a.end, b.end));
}

/** A session token goes to the pair of a temporary key it stands closest to, in the same scope. */
function addTokens(bytes: Uint8Array, pairs: readonly Pair[], parts: readonly Part[]): void {
  const temporary = pairs
    .filter(({ id }) => id.value.startsWith('ASIA'))
    .sort((a, b) => a.id.start - b.id.start);
  let next = 0;
  for (const token of parts) {
    if (token.role !== 'session-token') continue;
    while (next < temporary.length && temporary[next]!.id.start < token.start) next++;
    let owner: Pair | undefined;
    for (const pair of temporary.slice(Math.max(0, next - PAIRS_AROUND), next + PAIRS_AROUND)) {
      if (pair.token !== undefined) continue;
      if (owner === undefined || distance(pair, token) < distance(owner, token)) owner = pair;
    }
    if (owner !== undefined && isInScope(bytes, owner, token)) owner.token = token;
  }
}

function distance({ id, secret }: Pair, token: Part): number {
  return Math.min(gap(id, token), gap(secret, token));
}

function isInScope(bytes: Uint8Array, pair: Pair, token: Part): boolean {
  if (distance(pair, token) <= NEAR) return true;
  const closest = gap(pair.id, token) < gap(pair.secret, token) ? pair.id : pair.secret;
  const [first, second] = closest.start < token.start ? [closest, token] : [token, closest];
  return steps(bytes, first, second) < SCOPE_STEPS;
}

function countValues(parts: readonly Part[]): number {
  return new Set(parts.map((part) => part.value)).size;
}
