import { KeyturnError } from '../base/errors.ts';
import { readObjects } from './cat-file-stream.ts';
import { OLDEST_FIRST, type RangeOptions, revList } from './range.ts';
import type { RefUpdate } from './ref-updates.ts';
import { goneRefs, matchRemotes, readRemotes, trackingArguments } from './remotes.ts';
import { git, gitResult, inRepository } from './run.ts';
import { treeChanges } from './tree-changes.ts';
import type { ObjectType, Repository } from './types.ts';

/** A push as a hook is told of it. */
export interface Push {
  updates: readonly RefUpdate[];
  /** Where it goes, as given to `pre-push`. Absent: it comes in here, and what is here already is what the refs reach. */
  remote?: { name: string; url: string };
}

/** What a push sends and its receiver does not have, as far as can be known here. */
export interface Outgoing {
  /** Oldest first. */
  commits: string[];
  /** Tags, and trees and blobs that a ref or a tag points at, with the refs that bring them. */
  others: { id: string; type: ObjectType; ref: string }[];
  /** What the changed refs point at now, as far as it is here. */
  heldTips: string[];
  /** The receiver is who has promised the objects that are missing here: it has them. */
  holdsPromised: boolean;
}

/**
 * What is to be sent. A ref is counted as held by the receiver when git says so (the ids it was told) or a tracking ref of that very
 * remote reaches it. Throws a KeyturnError when that cannot be computed; an empty answer means that all is there already.
 */
export async function outgoingObjects(
  repository: Repository,
  { updates, remote }: Push,
  options: RangeOptions,
): Promise<Outgoing> {
  const tips = updates.filter((update) => update.id !== undefined) as (RefUpdate & { id: string })[];
  if (tips.length === 0) return { commits: [], others: [], heldTips: [], holdsPromised: false };
  const held = updates.flatMap(({ heldId }) => (heldId === undefined ? [] : [heldId]));
  const [types, remotes] = await Promise.all([
    objectTypes(repository, [...new Set([...tips.map(({ id }) => id), ...held])], options),
    remote === undefined ? [] : readRemotes(repository, options),
  ]);
  const lost = tips.find(({ id }) => !types.has(id));
  if (lost !== undefined)
    throw new KeyturnError(`${lost.ref}: object ${lost.id} is missing`, { code: 'git-failed' });

  const heldTips = held.filter((id) => types.has(id));
  const receivers = remote === undefined ? [] : matchRemotes(remotes, remote.name, remote.url);
  const others = await followTags(
    repository,
    tips.filter(({ id }) => types.get(id) !== 'commit'),
    types,
    options,
  );
  const newRefs = tips.filter(({ heldId }) => heldId === undefined).map(({ ref }) => ref);
  const gone = await goneRefs(repository, receivers, newRefs, options);
  const selection = {
    tips: [...tips.map(({ id }) => id), ...heldTips.map((id) => `^${id}`)],
    excludeRefs: remote === undefined ? ['--all'] : trackingArguments(receivers, remotes, gone),
  };
  const commits: string[] = [];
  for await (const commit of revList(repository, selection, OLDEST_FIRST, options)) commits.push(commit);
  return {
    commits,
    others: others.filter(({ id }) => !heldTips.includes(id)),
    heldTips,
    holdsPromised: receivers.some(({ isPromisor }) => isPromisor),
  };
}

/** A tag may point at a tag, and at last at what no commit reaches. */
async function followTags(
  repository: Repository,
  tips: readonly { id: string; ref: string }[],
  types: ReadonlyMap<string, ObjectType>,
  options: RangeOptions,
): Promise<Outgoing['others']> {
  const others: Outgoing['others'] = tips.map(({ id, ref }) => ({ id, ref, type: types.get(id)! }));
  for (let from = 0; from < others.length; ) {
    const tags = others.slice(from).filter(({ type }) => type === 'tag');
    from = others.length;
    if (tags.length === 0) break;
    const ids = tags.map(({ id }) => id);
    for await (const object of readObjects(repository, ids, options)) {
      if (object.type === 'missing')
        throw new KeyturnError(`tag ${object.id} is missing`, { code: 'git-failed' });
      const text = Buffer.from(object.bytes!).toString('latin1');
      const [, id, type] = /^object ([0-9a-f]+)\ntype (\w+)\n/.exec(text) ?? [];
      if (id === undefined) throw new KeyturnError(`tag ${object.id} cannot be read`, { code: 'git-failed' });
      const { ref } = tags.find((tag) => tag.id === object.id)!;
      if (type !== 'commit') others.push({ id, type: type as ObjectType, ref });
    }
  }
  return others;
}

/** Types of those that are here. */
async function objectTypes(
  repository: Repository,
  ids: readonly string[],
  options: RangeOptions,
): Promise<Map<string, ObjectType>> {
  const run = inRepository(repository, options);
  // In a partial clone the batch ends at the first object that is not here.
  if (repository.isPartial) {
    const answers = await Promise.all(ids.map((id) => gitResult(['cat-file', '-t', id], run)));
    return new Map(
      answers.flatMap(({ status, stdout }, index) =>
        status === 0 ? [[ids[index]!, stdout.toString().trim() as ObjectType] as const] : [],
      ),
    );
  }
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(''));
  const answer = await git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { ...run, input });
  const lines = answer
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return new Map(
    lines.flatMap(([id, type]) => (type === 'missing' ? [] : [[id!, type as ObjectType] as const])),
  );
}

/** Ids of all blobs of a tree, with their paths as latin1 text; all of it, or only what stands at `paths`. */
export async function treeBlobs(
  repository: Repository,
  tree: string,
  options: RangeOptions,
  paths: readonly string[] = [],
): Promise<{ id: string; path: string }[]> {
  const output = await git(
    ['--literal-pathspecs', 'ls-tree', '-r', '-z', '--full-tree', tree, '--', ...paths],
    inRepository(repository, options),
  );
  return output
    .toString('latin1')
    .split('\0')
    .flatMap((line) => {
      const [, id, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return id === undefined || path === undefined ? [] : [{ id, path }];
    });
}

/**
 * Blobs that changed files held before the push: the receiver has them, since no commit of the push brings them before they are
 * replaced. Renamed and deleted files count, too.
 */
export async function replacedBlobs(
  repository: Repository,
  commits: readonly string[],
  options: RangeOptions,
): Promise<Set<string>> {
  const brought = new Set<string>();
  const replaced = new Set<string>();
  let current = '';
  let own: string[] = [];
  for await (const { commit, id, before } of treeChanges(repository, commits, options)) {
    if (commit !== current) {
      for (const blob of own) brought.add(blob);
      own = [];
      current = commit;
    }
    own.push(id);
    for (const blob of before) if (!brought.has(blob) && !/^0+$/.test(blob)) replaced.add(blob);
  }
  return replaced;
}

/** Parents of each commit. */
export async function commitParents(
  repository: Repository,
  commits: readonly string[],
  options: RangeOptions,
): Promise<Map<string, string[]>> {
  if (commits.length === 0) return new Map();
  const lines = await git(
    ['rev-list', '--no-walk', '--parents', ...commits],
    inRepository(repository, options),
  );
  return new Map(
    lines
      .toString()
      .trim()
      .split('\n')
      .map((line) => {
        const [commit, ...parents] = line.split(' ');
        return [commit!, parents] as const;
      }),
  );
}
