import type { Where } from '../report/result.ts';
import type { RefSet } from './refs.ts';
import { sortByOffset } from './sort.ts';
import type { CommitTable, ObjectStore, Ref } from './types.ts';

/** From where an object is reached: bits of `CLASS`, and the numbers of up to five refs in ascending order, `NO_REF` behind them. */
export interface Reached {
  mask: number;
  refs: Int32Array;
}

/** Bits, strongest first. `other` is a ref that none of the report's words fits: it is reachable, and `refs` names it. */
const CLASS = { branch: 1, remote: 2, tag: 4, notes: 8, other: 16, stash: 32, reflog: 64 } as const;

export interface Reachability {
  /** Of a commit, by its number in the table. */
  ofCommit(commit: number): Reached;
  /** Objects other than commits that a ref or a tag names itself. */
  direct: ReadonlyMap<number, Reached>;
  /** Commit number of HEAD; -1 when there is none. */
  head: number;
  /** Names of refs by number. */
  names: readonly string[];
}

export const NO_REF = 0x7fffffff;
const LISTED = 5;
const LONGEST_TAG_CHAIN = 64;
const REACHABLE = CLASS.branch | CLASS.remote | CLASS.tag | CLASS.notes | CLASS.other;

export interface CommitIndex {
  /** Commit number of an object number, -1 when it is no commit. */
  of: Int32Array;
  /** Commit numbers, parents before children, otherwise by time; the same for the same history whatever its packing. */
  order: Int32Array;
}

export function indexCommits(store: ObjectStore, commits: CommitTable): CommitIndex {
  const of = new Int32Array(store.count).fill(-1);
  for (let commit = 0; commit < commits.count; commit += 1) of[commits.object[commit]!] = commit;
  return { of, order: topologicalOrder(store, commits, of) };
}

export function computeReachability(
  store: ObjectStore,
  commits: CommitTable,
  index: CommitIndex,
  refSet: RefSet,
  withTags: boolean,
): Reachability {
  const { refs, classes } = sortRefs(refSet);
  const masks = new Uint8Array(commits.count);
  const lists = new Int32Array(commits.count * LISTED).fill(NO_REF);
  const direct = new Map<number, Reached>();
  const single = new Int32Array(LISTED).fill(NO_REF);
  refs.forEach((ref, number) => {
    single[0] = number;
    for (const object of namedBy(store, index, ref, withTags)) {
      const commit = index.of[object]!;
      if (commit >= 0) {
        masks[commit]! |= classes[number]!;
        mergeLists(lists, commit * LISTED, single, 0);
      } else {
        const reached = direct.get(object) ?? { mask: 0, refs: new Int32Array(LISTED).fill(NO_REF) };
        reached.mask |= classes[number]!;
        mergeLists(reached.refs, 0, single, 0);
        direct.set(object, reached);
      }
    }
  });
  for (let at = index.order.length - 1; at >= 0; at -= 1) {
    const commit = index.order[at]!;
    if (masks[commit] === 0) continue;
    for (let edge = commits.parentStart[commit]!; edge < commits.parentStart[commit + 1]!; edge += 1) {
      const parent = parentCommit(commits, index, edge);
      if (parent < 0) continue;
      masks[parent]! |= masks[commit]!;
      mergeLists(lists, parent * LISTED, lists, commit * LISTED);
    }
  }
  const head = refSet.refs.find(({ name }) => name === 'HEAD');
  const headObject = head === undefined ? -1 : store.find(head.id);
  return {
    ofCommit: (commit) =>
      withoutWeaker(masks[commit]!, lists.subarray(commit * LISTED, (commit + 1) * LISTED), classes),
    direct: new Map(
      [...direct].map(([object, { mask, refs }]) => [object, withoutWeaker(mask, refs, classes)]),
    ),
    head: headObject < 0 ? -1 : index.of[headObject]!,
    names: refs.map(({ name }) => name),
  };
}

export function parentCommit(commits: CommitTable, index: CommitIndex, edge: number): number {
  const object = commits.parents[edge]!;
  return object < 0 ? -1 : index.of[object]!;
}

export function union(into: Reached, more: Reached): void {
  into.mask |= more.mask;
  mergeLists(into.refs, 0, more.refs, 0);
}

export function unreached(): Reached {
  return { mask: 0, refs: new Int32Array(LISTED).fill(NO_REF) };
}

/** From any ref, the stash included, reflogs not. */
export function isReachable(mask: number): boolean {
  return (mask & (REACHABLE | CLASS.stash)) !== 0;
}

const WORDS = ['branch', 'remote', 'tag', 'notes', 'stash', 'reflog'] as const;

export function whereOf(mask: number): Where[] {
  if (mask === 0) return ['dangling'];
  return WORDS.filter((word) => (mask & CLASS[word]) !== 0);
}

/**
 * Every commit of a branch is in its reflog and most are below a stash, which is no news: the stash counts where no
 * other ref reaches, the reflog where not even the stash does.
 */
function withoutWeaker(mask: number, refs: Int32Array, classes: Uint8Array): Reached {
  let kept = mask;
  if ((mask & REACHABLE) !== 0) kept &= REACHABLE;
  else if ((mask & CLASS.stash) !== 0) kept &= CLASS.stash;
  const named = refs.filter((ref) => ref !== NO_REF && (classes[ref]! & kept) !== 0);
  const list = new Int32Array(LISTED).fill(NO_REF);
  list.set(named);
  return { mask: kept, refs: list };
}

/** HEAD's branch (or HEAD itself when detached) is the name people know best; then what they share, then what they forgot. */
function sortRefs({ refs, headBranch }: RefSet): { refs: Ref[]; classes: Uint8Array } {
  const kept = refs.filter(({ name }) => !(name === 'HEAD' && headBranch !== undefined));
  const rank = ({ name, kind }: Ref): number =>
    name === headBranch || name === 'HEAD' ? -1 : RANKS.indexOf(kind);
  const sorted = kept
    .map((ref, index) => ({ ref, rank: rank(ref), index }))
    .sort((left, right) => left.rank - right.rank || left.index - right.index)
    .map(({ ref }) => ref);
  return {
    refs: sorted,
    classes: Uint8Array.from(sorted, ({ kind }) => CLASS[kind === 'head' ? 'branch' : kind]),
  };
}

const RANKS: readonly Ref['kind'][] = [
  'branch',
  'head',
  'remote',
  'tag',
  'notes',
  'other',
  'stash',
  'reflog',
];

/**
 * The object a ref names and, through tags, what that names in turn. Missing ones are left out. Where the ref itself says what a tag ends
 * at, the tags on the way are read only `withTags`: a thousand of them cost as much as two hundred thousand commits.
 */
function* namedBy(store: ObjectStore, index: CommitIndex, ref: Ref, withTags: boolean): Generator<number> {
  let object = store.find(ref.id);
  if (ref.peeled !== undefined && !withTags) {
    const peeled = store.find(ref.peeled);
    if (object >= 0) yield object;
    if (peeled >= 0) yield peeled;
    return;
  }
  for (let links = 0; object >= 0 && links < LONGEST_TAG_CHAIN; links += 1) {
    yield object;
    if (index.of[object]! >= 0) return;
    object = tagTarget(store, object);
  }
}

function tagTarget(store: ObjectStore, object: number): number {
  try {
    const { type, bytes } = store.read(object);
    if (type !== 'tag') return -1;
    const id = /^object ([0-9a-f]+)\n/.exec(Buffer.from(bytes.subarray(0, 80)).toString('latin1'))?.[1];
    return id === undefined ? -1 : store.find(id);
  } catch {
    return -1;
  }
}

/** Merges two ascending lists of five, the smallest five staying. */
function mergeLists(into: Int32Array, at: number, from: Int32Array, fromAt: number): void {
  for (let index = 0; index < LISTED; index += 1) {
    const ref = from[fromAt + index]!;
    if (ref >= into[at + LISTED - 1]!) return;
    let slot = 0;
    while (into[at + slot]! < ref) slot += 1;
    if (into[at + slot] === ref) continue;
    into.copyWithin(at + slot + 1, at + slot, at + LISTED - 1);
    into[at + slot] = ref;
  }
}

function topologicalOrder(store: ObjectStore, commits: CommitTable, of: Int32Array): Int32Array {
  const { count, parentStart, parents } = commits;
  const byTime = sortByTime(store, commits);
  const order = new Int32Array(count);
  const state = new Uint8Array(count);
  let end = 0;
  const stack: number[] = [];
  for (const first of byTime) {
    if (state[first] !== NEW) continue;
    stack.push(first);
    while (stack.length > 0) {
      const commit = stack.at(-1)!;
      if (state[commit] === NEW) {
        state[commit] = WAITING;
        for (let edge = parentStart[commit + 1]! - 1; edge >= parentStart[commit]!; edge -= 1) {
          const parent = parents[edge]! < 0 ? -1 : of[parents[edge]!]!;
          if (parent >= 0 && state[parent] === NEW) stack.push(parent);
        }
      } else {
        stack.pop();
        if (state[commit] === WAITING) order[end++] = commit;
        state[commit] = DONE;
      }
    }
  }
  return order;
}

const NEW = 0;
const WAITING = 1;
const DONE = 2;

/** Commits by time and, where that is the same, by id: their numbers depend on the packing. */
function sortByTime(store: ObjectStore, { count, object, time }: CommitTable): Uint32Array {
  // A commit may claim any time at all.
  const times = time.map((seconds) => Math.min(Math.max(seconds || 0, 0), LATEST));
  const sorted = new Uint32Array(count);
  sortByOffset(times, sorted);
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && times[to] === times[from]) to += 1;
    if (to - from > 1) {
      const ids = Array.from(sorted.subarray(from, to), (commit) => ({
        commit,
        id: store.idOf(object[commit]!),
      }));
      ids.sort((left, right) => (left.id < right.id ? -1 : 1));
      sorted.set(
        ids.map(({ commit }) => commit),
        from,
      );
    }
    from = to;
  }
  return sorted;
}

const LATEST = 2 ** 40;
