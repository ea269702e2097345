import { KeyturnError, UsageError } from '../base/errors.ts';
import type { CommitInfo, GapEvent } from '../report/result.ts';
import { existingObjects, readObjects } from './cat-file-stream.ts';
import { parseCommitInfo } from './commit-info.ts';
import { decodePath } from './provenance.ts';
import { escapeControls, gitResult, gitStream, inRepository } from './run.ts';
import { treeChanges } from './tree-changes.ts';
import type { Repository } from './types.ts';

/** Which objects: all that the tips reach and the excludes do not. */
export interface RangeSelection {
  /** As a user types it: `A..B`, `A...B`, `HEAD~3..`. */
  range?: string;
  /** Ids; of tags and blobs as well. */
  tips?: readonly string[];
  /** Ids. What the repository does not have excludes nothing: then more is scanned, never less. */
  excludes?: readonly string[];
  /** All remote-tracking branches of this remote, `true` for those of every remote, are excluded too. */
  excludeRemote?: string | true;
  /** Arguments of rev-list that name refs, e.g. `--glob=refs/remotes/origin/*`: what they reach is excluded too. */
  excludeRefs?: readonly string[];
}

export interface RangeOptions {
  inheritRepository?: boolean;
  signal?: AbortSignal;
}

/**
 * Ids of every object of a range, commits first, then tags, trees and blobs as they are met. What git knows of and does not have becomes
 * a gap, and so does a commit of the range where a shallow clone ends: what lies between it and the range's start is not there.
 * Throws a UsageError when the range names what is no revision.
 */
export async function* rangeObjects(
  repository: Repository,
  selection: RangeSelection,
  { onGap, ...options }: RangeOptions & { onGap: (gap: GapEvent) => void },
): AsyncGenerator<string, void, undefined> {
  const reason = repository.isPartial ? 'promised-object' : 'missing-object';
  const cuts = new Set(
    repository.gaps.filter((gap) => gap.reason === 'shallow').map(({ example }) => example),
  );
  const flags = ['--objects', '--no-object-names', '--missing=print'];
  for await (const line of revList(repository, selection, flags, options)) {
    if (line.startsWith('?')) {
      onGap({ reason, example: line.slice(1) });
      continue;
    }
    if (cuts.has(line)) onGap({ reason: 'shallow', example: line });
    yield line;
  }
}

/** Where a hit of a range stands: the first commit of the range that brings it to that path. */
export interface RangePlace {
  /** Absent for a commit. Bytes that are no UTF-8 as `\xNN`. */
  path?: string;
  commit: CommitInfo;
}

export interface RangeProvenance {
  /** By id, oldest first. Without an entry: tags, and blobs that no commit of the range brings. */
  places: Map<string, RangePlace[]>;
  gaps: GapEvent[];
}

/** Which commits of the range bring the hit objects (ids of blobs and commits), and to which paths. */
export async function rangeProvenance(
  repository: Repository,
  selection: RangeSelection,
  hits: Iterable<string>,
  options: RangeOptions = {},
): Promise<RangeProvenance> {
  const commits: string[] = [];
  for await (const commit of revList(repository, selection, OLDEST_FIRST, options)) commits.push(commit);
  return placesIn(repository, commits, hits, options);
}

/** Flags of `revList` for the order that `placesIn` takes. */
export const OLDEST_FIRST = ['--topo-order', '--reverse'];

/** `rangeProvenance` of commits that are known already, oldest first. */
export async function placesIn(
  repository: Repository,
  commits: readonly string[],
  hits: Iterable<string>,
  options: RangeOptions = {},
): Promise<RangeProvenance> {
  const wanted = new Set(hits);
  const found: { id: string; path?: string; commit: string }[] = commits
    .filter((commit) => wanted.has(commit))
    .map((commit) => ({ id: commit, commit }));
  const gaps: GapEvent[] = [];
  const seen = new Set<string>();
  try {
    if (wanted.size > found.length) {
      for await (const { id, path, commit, before } of treeChanges(repository, commits, options)) {
        const key = `${id} ${path}`;
        if (!wanted.has(id) || before.includes(id) || seen.has(key)) continue;
        found.push({ id, path, commit });
        seen.add(key);
      }
    }
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    const id = /\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/.exec(error.message)?.[0];
    gaps.push({
      reason: repository.isPartial ? 'promised-object' : 'missing-object',
      example: id ?? error.message,
    });
  }
  const infos = await readCommitInfos(repository, new Set(found.map(({ commit }) => commit)), options);
  const places = new Map<string, RangePlace[]>();
  for (const { id, path, commit } of found) {
    const place = { ...(path === undefined ? {} : { path: decodePath(path) }), commit: infos.get(commit)! };
    places.set(id, [...(places.get(id) ?? []), place]);
  }
  return { places, gaps };
}

/** Lines of `git rev-list` over the selection; commits, unless the flags ask for more. */
export async function* revList(
  repository: Repository,
  selection: RangeSelection,
  flags: readonly string[],
  options: RangeOptions,
): AsyncGenerator<string, void, undefined> {
  const { range, tips = [], excludes = [], excludeRemote, excludeRefs = [] } = selection;
  if (range !== undefined && /^-|[\x00-\x1f]/.test(range)) throw noRevision(range);
  const known = await existingObjects(repository, excludes, options);
  const revisions = [...(range === undefined ? [] : [range]), ...tips, ...known.map((id) => `^${id}`)];
  const remote =
    excludeRemote === undefined ? [] : [excludeRemote === true ? '--remotes' : `--remotes=${excludeRemote}`];
  const refs = [...remote, ...excludeRefs];
  const input = Buffer.from(revisions.map((revision) => `${revision}\n`).join(''));
  // --stdin is read where it stands: what follows --not excludes, what is on stdin does not. Git before 2.42 takes no options there.
  const stream = gitStream(
    ['rev-list', ...flags, '--stdin', ...(refs.length === 0 ? [] : ['--not', ...refs])],
    inRepository(repository, { ...options, input }),
  );
  try {
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    const isRevision =
      error instanceof KeyturnError &&
      /bad revision|ambiguous argument|Invalid revision/i.test(error.message);
    if (range !== undefined && isRevision) throw await missingRevision(repository, range, options, error);
    throw error;
  }
}

/** Says which end of the range is not there, and how to get it. */
async function missingRevision(
  repository: Repository,
  range: string,
  options: RangeOptions,
  cause: unknown,
): Promise<UsageError> {
  const ends = range.split(/\.{2,3}/).filter((end) => end !== '');
  const statuses = await Promise.all(
    ends.map((end) =>
      gitResult(['rev-parse', '--quiet', '--verify', `${end}^{object}`], inRepository(repository, options)),
    ),
  );
  const lost = ends.filter((_, index) => statuses[index]!.status !== 0).map(escapeControls);
  if (lost.length === 0) return noRevision(range, cause);
  const hint = repository.isShallow
    ? 'This clone is shallow: git fetch --unshallow, or a checkout of full depth in CI (fetch-depth: 0, GIT_DEPTH: 0).'
    : 'Fetch it first, e.g. git fetch origin, or write it as git does, e.g. origin/main..HEAD.';
  return new UsageError(
    `--range ${escapeControls(range)}: ${lost.join(' and ')} ${lost.length === 1 ? 'is' : 'are'} not in this repository`,
    { hint, cause },
  );
}

function noRevision(range: string, cause?: unknown): UsageError {
  return new UsageError(`--range ${escapeControls(range)}: no such revision in this repository`, {
    hint: 'Write it as git does, e.g. origin/main..HEAD.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Author and subject of each. */
export async function readCommitInfos(
  repository: Repository,
  commits: ReadonlySet<string>,
  options: RangeOptions,
): Promise<Map<string, CommitInfo>> {
  const infos = new Map<string, CommitInfo>();
  if (commits.size === 0) return infos;
  for await (const object of readObjects(repository, commits, options)) {
    infos.set(
      object.id,
      parseCommitInfo(object.id, object.type === 'missing' ? new Uint8Array(0) : object.bytes!),
    );
  }
  return infos;
}
