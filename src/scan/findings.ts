import { fingerprintOf } from '../detect/fingerprint.ts';
import { CONFIDENCES, type Hit } from '../detect/types.ts';
import type { Finding, Occurrence } from '../report/result.ts';

/** Occurrences listed per finding; `occurrenceCount` tells the whole. */
export const OCCURRENCES_LISTED = 1_000;

/** A hit with one place where it stands. */
export interface LocatedHit {
  hit: Hit;
  place: Place;
}

/** Everything of an occurrence that the hit itself does not know. */
export type Place = Omit<Occurrence, 'line' | 'column' | 'endLine' | 'endColumn' | 'encoding' | 'excerpt'>;

/**
 * Groups hits into findings, one per credential. A lone key ID joins the pair of the same ID, a lone secret the pair that
 * holds it; two secrets for one ID stay two findings.
 */
export function toFindings(located: Iterable<LocatedHit>): Finding[] {
  const groups = new Map<string, Group>();
  for (const { hit, place } of located) {
    const key = credentialKey(hit);
    let group = groups.get(key);
    if (group === undefined) {
      group = { hit, occurrences: new Map() };
      groups.set(key, group);
    }
    if (isBetter(hit, group.hit)) group.hit = hit;
    addOccurrence(group, toOccurrence(hit, place));
  }
  joinParts(groups);
  return [...groups.values()].map(toFinding).sort(compareFindings);
}

/** Marks what the receiver of a push holds already: the same credential, or the ID of one that it has. */
export function markHeld(findings: readonly Finding[], held: readonly Finding[]): void {
  const fingerprints = new Set(held.map(({ fingerprint }) => fingerprint));
  const keyIds = new Set(held.map(({ keyId }) => keyId));
  for (const finding of findings) {
    const isKnownId = finding.kind === 'access-key-id' && keyIds.has(finding.keyId);
    if (isKnownId || fingerprints.has(finding.fingerprint)) finding.onRemote = true;
  }
}

interface Group {
  /** The hit that says most about the credential. */
  hit: Hit;
  occurrences: Map<string, Occurrence>;
}

function isPair(hit: Hit): boolean {
  return hit.keyId !== undefined && hit.secretId !== undefined && isAccessKeyKind(hit);
}

function isAccessKeyKind({ kind }: Hit): boolean {
  return (
    kind === 'access-key-id' ||
    kind === 'access-key-pair' ||
    kind === 'secret-access-key' ||
    kind === 'session-credentials'
  );
}

/** What makes two hits the same credential. */
function credentialKey(hit: Hit): string {
  const family = isAccessKeyKind(hit) ? 'access-key' : hit.kind;
  return `${family} ${hit.keyId ?? ''} ${hit.secretId ?? ''}`;
}

/** Session credentials say more than a pair, and a higher confidence more than a lower one. */
function isBetter(hit: Hit, than: Hit): boolean {
  const byConfidence = CONFIDENCES.indexOf(hit.confidence) - CONFIDENCES.indexOf(than.confidence);
  if (byConfidence !== 0) return byConfidence < 0;
  return hit.kind === 'session-credentials' && than.kind !== 'session-credentials';
}

function joinParts(groups: Map<string, Group>): void {
  const pairs = [...groups.values()].filter((group) => isPair(group.hit));
  const byKeyId = firstBy(pairs, (hit) => hit.keyId);
  const bySecret = firstBy(pairs, (hit) => hit.secretId);
  for (const [key, group] of groups) {
    if (!isAccessKeyKind(group.hit) || isPair(group.hit)) continue;
    const pair =
      group.hit.keyId === undefined ? bySecret.get(group.hit.secretId ?? '') : byKeyId.get(group.hit.keyId);
    if (pair === undefined) continue;
    for (const occurrence of group.occurrences.values()) addOccurrence(pair, occurrence);
    groups.delete(key);
  }
}

function firstBy(groups: Group[], keyOf: (hit: Hit) => string | undefined): Map<string, Group> {
  const first = new Map<string, Group>();
  for (const group of groups) {
    const key = keyOf(group.hit);
    if (key !== undefined && !first.has(key)) first.set(key, group);
  }
  return first;
}

/** An occurrence is a distinct object, path and line. */
function addOccurrence(group: Group, occurrence: Occurrence): void {
  const { source, repository, path, object, line } = occurrence;
  const key = `${source}\0${repository ?? ''}\0${path ?? ''}\0${object?.id ?? ''}\0${line}`;
  if (!group.occurrences.has(key)) group.occurrences.set(key, occurrence);
}

function toOccurrence(hit: Hit, place: Place): Occurrence {
  const { line, column, endLine, endColumn, encoding, excerpt } = hit;
  return {
    ...place,
    line,
    column,
    endLine,
    endColumn,
    ...(encoding.length > 0 ? { encoding } : {}),
    excerpt,
  };
}

function toFinding({ hit, occurrences }: Group): Finding {
  const { rule, kind, confidence, keyId, masked, accountId, canary, example, details } = hit;
  return {
    fingerprint: fingerprintOf(hit),
    rule,
    kind,
    confidence,
    ...(keyId === undefined ? {} : { keyId }),
    ...(masked === undefined ? {} : { masked }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(canary ? { canary } : {}),
    ...(example ? { example } : {}),
    ...(details === undefined ? {} : { details }),
    occurrences: [...occurrences.values()].sort(compareOccurrences).slice(0, OCCURRENCES_LISTED),
    occurrenceCount: occurrences.size,
  };
}

/** Confidence, then where the first occurrence stands, then the rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence) ||
    compareOccurrences(a.occurrences[0]!, b.occurrences[0]!) ||
    compareText(a.rule, b.rule) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

function compareOccurrences(a: Occurrence, b: Occurrence): number {
  return (
    compareText(a.repository ?? '', b.repository ?? '') ||
    compareText(a.path ?? '', b.path ?? '') ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.object?.id ?? '', b.object?.id ?? '')
  );
}

/** By code unit: the same order on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
