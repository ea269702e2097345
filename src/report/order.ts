import { CONFIDENCES } from '../detect/types.ts';
import type { Finding, Occurrence } from './result.ts';

/** Where a finding is shown. */
export type PlaceOf = (finding: Finding) => Occurrence;

/** The first occurrence in the listed order. */
export function firstOccurrence(finding: Finding): Occurrence {
  const [first] = finding.occurrences;
  if (first === undefined) throw new Error(`finding ${finding.fingerprint} has no occurrence`);
  return first;
}

/** The one that people can still open: the first that is in the work tree, the index or HEAD, else the first of all. */
export function primaryOccurrence(finding: Finding): Occurrence {
  return finding.occurrences.find(isPresent) ?? firstOccurrence(finding);
}

function isPresent(occurrence: Occurrence): boolean {
  return occurrence.atHead ?? (occurrence.source !== 'history' && occurrence.source !== 'range');
}

/**
 * The order of every report: confidence, then path, line and column of the place that is shown, then rule; fingerprints
 * settle what is left. Strings compare by code unit, so no locale changes the order. Occurrences without a path come
 * before those with one.
 */
export function sortFindings(findings: readonly Finding[], placeOf: PlaceOf): Finding[] {
  const keyed = findings.map((finding) => ({
    finding,
    place: placeOf(finding),
    rank: CONFIDENCES.indexOf(finding.confidence),
  }));
  keyed.sort(
    (a, b) =>
      a.rank - b.rank ||
      compareText(a.place.path ?? '', b.place.path ?? '') ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compareText(a.finding.rule, b.finding.rule) ||
      compareText(a.finding.fingerprint, b.finding.fingerprint),
  );
  return keyed.map(({ finding }) => finding);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
