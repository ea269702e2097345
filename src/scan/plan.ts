import type { Confidence } from '../detect/types.ts';
import type { Push } from '../git/push.ts';
import type { ScanResult } from '../report/result.ts';
import type { ArchiveLimits } from '../source/archive.ts';

/**
 * Which bytes a scan reads. The modes exclude each other: `history` reads the object store and no files, the others no history.
 * - `worktree`: the files of every target; in a repository what git tracks and what is neither tracked nor ignored.
 * - `history`: every object of the stores that the targets stand in, reachable or not.
 * - `staged`: what the index of the current repository holds beyond HEAD, limited to the targets.
 * - `range`: what the commits of `range` bring in the current repository, limited to the targets.
 * - `stdin`: one blob, read from `ScanEnvironment.stdin`.
 * - `push`: what `push` sends of the current repository.
 * - `message`: the file `messageFile`, which holds the message of the commit that is being made.
 */
export type ScanMode = 'worktree' | 'history' | 'staged' | 'range' | 'stdin' | 'push' | 'message';

/** Everything a scan needs to know, resolved once from options, environment and configuration; deeply frozen. */
export interface ScanPlan {
  mode: ScanMode;
  /** Absolute; what paths in reports are relative to when a target is no repository, and where `staged` and `range` run git. */
  cwd: string;
  /**
   * Absolute paths in the order given; `cwd` alone when none was given (empty for `stdin`). For `worktree` and `history` they exist;
   * for `staged` and `range` they limit what is read and need not exist in the work tree.
   */
  targets: readonly string[];
  /** As typed, e.g. `main..HEAD`; present in mode `range` only. Not checked yet, and never starts with `-`. */
  range?: string;
  /** Present in mode `push` only. */
  push?: Push;
  /** Absolute; present in mode `message` only. */
  messageFile?: string;
  /** Read ignored untracked files too. */
  noIgnore: boolean;

  /** Absolute paths of pattern files that are used besides the built-in patterns; they exist. */
  patternFiles: readonly string[];
  /** Findings below are counted in `coverage.suppressed.belowConfidence` and not listed. */
  minConfidence: Confidence;
  /** List documented examples and placeholders as well. */
  includeExamples: boolean;
  /** What was allowed on purpose: `.keyturnignore` files and the `allow` lists of configurations. */
  allowLists: readonly AllowList[];
  /** Fingerprints that were known before, 32 hex characters each. */
  baseline: ReadonlySet<string>;

  archive: ArchiveLimits;
  /** Files and objects above are gaps (`too-large`); absent: no limit. Bytes. */
  maxBlobBytes?: number;
  /** What was not looked at on purpose (LFS pointers, submodules not checked out) is a gap. */
  strict: boolean;
  /** Where results of finished packs are kept; absent: no cache. Absolute; need not exist. */
  cacheDir?: string;
  /** Worker threads at most, from 1. */
  jobs: number;
}

/** Allow entries: those that name a path hold below `root` only, the others wherever the credential stands. */
export interface AllowList {
  /** Absolute. */
  root: string;
  entries: readonly AllowEntry[];
}

/** One deliberate exception; `origin` (`file:line`) and `reason` are for people. */
export type AllowEntry = AllowTarget & { origin: string; reason?: string };

export type AllowTarget =
  /** 32 lower-case hex characters, or the first 12 or more of them. */
  | { kind: 'fingerprint'; prefix: string }
  /** Twelve digits. */
  | { kind: 'account'; accountId: string }
  /** A glob over paths relative to the list's root, with `/` on every system: `*`, `?`, `**`; `dir/` means all below. */
  | { kind: 'path'; glob: string };

/** What a scan gets from the outside world. */
export interface ScanEnvironment {
  /** Aborted by the first Ctrl-C: the scan stops where it is and returns what it has, `interrupted` and not `complete`. */
  signal: AbortSignal;
  onProgress: (progress: ScanProgress) => void;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Read in mode `stdin` only. */
  stdin: AsyncIterable<Uint8Array>;
}

/** How far the current phase has come; all numbers count from its start. */
export interface ScanProgress {
  /** What is being done, e.g. `reading objects`. */
  phase: string;
  done: number;
  /** Absent as long as it is not known. */
  total?: number;
  /** What `done` counts, e.g. `objects`. */
  unit?: string;
  bytes?: number;
}

export type RunScan = (plan: ScanPlan, environment: ScanEnvironment) => Promise<ScanResult>;
