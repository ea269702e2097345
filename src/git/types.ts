import type { GapEvent } from '../report/result.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';
/** As in a pack entry's header. */
export const TYPE = { commit: 1, tree: 2, blob: 3, tag: 4, ofsDelta: 6, refDelta: 7 } as const;

/** Where a repository's parts are; found by asking git once. */
export interface Repository {
  /** What the user named it by. */
  path: string;
  /** Top of the work tree; absent in a bare repository. */
  workTree?: string;
  gitDir: string;
  /** Differs from gitDir in a linked work tree. */
  commonDir: string;
  objectFormat: 'sha1' | 'sha256';
  /** Object directories: the repository's own first, then its alternates, recursively. */
  objectDirs: string[];
  isShallow: boolean;
  /** A partial clone: missing objects are promised, not lost. */
  isPartial: boolean;
  gaps: GapEvent[];
}

/** Every object of a repository, numbered 0..count-1 across packs and loose files; an object stored twice has one number that counts. */
export interface ObjectStore {
  readonly hashBytes: 20 | 32;
  /** Numbers given out; duplicates included, so not the count of distinct objects. */
  readonly count: number;
  /** Hex. */
  idOf(object: number): string;
  /** -1 if absent; the canonical number if stored twice. */
  find(id: string): number;
  /** The same for raw bytes at `at` of `bytes`. */
  findBytes(bytes: Uint8Array, at: number): number;
  /** Whether there is one, which costs less to say. */
  has(bytes: Uint8Array, at: number): boolean;
  /** Content of one object. Slow path, for the few that reports and provenance ask for. Throws a KeyturnError when corrupt. */
  read(object: number): { type: ObjectType; bytes: Uint8Array };
}

/** All commits of the store, reachable or not. Index = commit number, in no particular order. */
export interface CommitTable {
  count: number;
  /** Object number of each commit. */
  object: Int32Array;
  /** Object number of its tree, -1 when missing. */
  tree: Int32Array;
  /** Committer time, seconds. */
  time: Float64Array;
  /** Object numbers of parents (-1 when missing): those of commit i are parents[parentStart[i] .. parentStart[i + 1]). */
  parentStart: Int32Array;
  parents: Int32Array;
}

/** A ref or a pseudo-ref and what it points at. */
export interface Ref {
  /** Full name, e.g. `refs/heads/main`, `HEAD`, `stash@{2}`, `HEAD@{5}` for reflog entries. */
  name: string;
  id: string;
  /** What an annotated tag finally points at, where the ref store says so for free. */
  peeled?: string;
  kind: 'head' | 'branch' | 'remote' | 'tag' | 'notes' | 'stash' | 'reflog' | 'other';
}
