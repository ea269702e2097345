import { shellQuote } from './escape.ts';
import type { CommitInfo, Finding, Occurrence, Where } from './result.ts';

/** Hex digits of an object id that people are shown. */
const SHORT_ID = 12;

/** What stands before `:line:column`: the path, or what else holds the credential. Not escaped. */
export function placeName(occurrence: Occurrence): string {
  if (occurrence.path !== undefined) return occurrence.path;
  if (occurrence.object !== undefined) return `${occurrence.object.type} ${shortId(occurrence.object.id)}`;
  return occurrence.source === 'stdin' ? '<stdin>' : `<${occurrence.source}>`;
}

/** Names of refs are not cut. */
export function shortId(id: string): string {
  return /^[0-9a-f]{40,64}$/.test(id) ? id.slice(0, SHORT_ID) : id;
}

/** The commit with the earliest author date among all occurrences. */
export function firstSeen(finding: Finding): CommitInfo | undefined {
  let earliest: CommitInfo | undefined;
  let earliestTime = Number.POSITIVE_INFINITY;
  for (const { commit } of finding.occurrences) {
    if (commit === undefined) continue;
    const time = Date.parse(commit.authoredAt);
    if (earliest === undefined || time < earliestTime) {
      earliest = commit;
      earliestTime = Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
    }
  }
  return earliest;
}

/** Where the credential is today, in words; nothing when the scan did not look at history. */
export function presence(finding: Finding): string | undefined {
  const { occurrences } = finding;
  if (occurrences.some((occurrence) => occurrence.atHead === true)) return 'still at HEAD';
  const known = occurrences.filter((occurrence) => occurrence.reachable !== undefined);
  if (known.length === 0) return undefined;
  const where = new Set<Where>(known.flatMap((occurrence) => occurrence.where ?? []));
  if (known.some((occurrence) => occurrence.reachable === true)) {
    if (where.size === 1 && where.has('stash')) return 'only in the stash';
    const refs = [...new Set(known.flatMap((occurrence) => occurrence.refs ?? []))].slice(0, 3);
    return `not at HEAD, still in history${refs.length > 0 ? ` (${refs.join(', ')})` : ''}`;
  }
  if (where.has('reflog')) return 'dropped, only in the reflog';
  return 'dangling: no ref reaches it, the object store still holds it';
}

/** A command that shows the place, safe to paste whatever the names are; nothing outside of git. */
export function showCommand(occurrence: Occurrence): string | undefined {
  const { object, commit, path } = occurrence;
  if (object?.type === 'ref') return undefined;
  const git =
    occurrence.repository === undefined || occurrence.repository === '.'
      ? 'git'
      : `git -C ${shellQuote(occurrence.repository)}`;
  if (commit !== undefined && path !== undefined && isPlainPath(path)) {
    return `${git} show ${shellQuote(`${shortId(commit.id)}:${pathInRepository(path, occurrence.repository)}`)}`;
  }
  return object === undefined ? undefined : `${git} cat-file -p ${shellQuote(shortId(object.id))}`;
}

/** Neither a member of an archive nor a path that was escaped for not being UTF-8: git would not know either. */
function isPlainPath(path: string): boolean {
  return !path.includes('!') && !/\\x[0-9a-f]{2}/i.test(path);
}

function pathInRepository(path: string, repository: string | undefined): string {
  return repository !== undefined && path.startsWith(`${repository}/`)
    ? path.slice(repository.length + 1)
    : path;
}
