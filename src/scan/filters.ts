import { relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { CONFIDENCES } from '../detect/types.ts';
import type { Coverage, Finding } from '../report/result.ts';
import type { AllowList, ScanPlan } from './plan.ts';

type Suppressed = Coverage['suppressed'];

/** Takes out what the user has allowed, knows already or does not want to see, and counts each in `suppressed`. */
export function filterFindings(findings: Finding[], plan: ScanPlan, suppressed: Suppressed): Finding[] {
  const isAllowed = allowedCredentials(plan.allowLists);
  const leastWanted = CONFIDENCES.indexOf(plan.minConfidence);
  return findings.filter((finding) => {
    if (finding.example) {
      if (plan.includeExamples) return true;
      suppressed.examples++;
    } else if (CONFIDENCES.indexOf(finding.confidence) > leastWanted) suppressed.belowConfidence++;
    else if (plan.baseline.has(finding.fingerprint)) suppressed.baseline++;
    else if (isAllowed(finding)) suppressed.allowFile++;
    else return true;
    return false;
  });
}

/** Entries that name a credential hold wherever it stands. */
function allowedCredentials(lists: readonly AllowList[]): (finding: Finding) => boolean {
  const entries = lists.flatMap((list) => list.entries);
  const accounts = new Set(entries.flatMap((entry) => (entry.kind === 'account' ? [entry.accountId] : [])));
  const prefixes = entries.flatMap((entry) => (entry.kind === 'fingerprint' ? [entry.prefix] : []));
  return ({ fingerprint, accountId }) =>
    (accountId !== undefined && accounts.has(accountId)) ||
    prefixes.some((prefix) => fingerprint.startsWith(prefix));
}

/** Entries that name a path hold below the folder their list speaks of. Takes an absolute path. */
export function allowedPaths(lists: readonly AllowList[]): (path: string) => boolean {
  const rooted = lists.flatMap(({ root, entries }) => {
    const globs = entries.flatMap((entry) => (entry.kind === 'path' ? [entry.glob] : []));
    return globs.length === 0 ? [] : [{ root, matches: globs.map(toMatcher) }];
  });
  if (rooted.length === 0) return () => false;
  return (path) =>
    rooted.some(({ root, matches }) => {
      const place = relative(root, path).split(sep).join('/');
      return place !== '..' && !place.startsWith('../') && matches.some((isMatch) => isMatch(place));
    });
}

function toMatcher(glob: string): (path: string) => boolean {
  return picomatch(glob.endsWith('/') ? `${glob}**` : glob, { dot: true });
}
