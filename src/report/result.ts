import type { Confidence, Excerpt, Kind } from '../detect/types.ts';

/** The outcome of a scan, as every report takes it. The JSON report is this shape (schema/scan-result.schema.json). */
export interface ScanResult {
  schemaVersion: 1;
  tool: { name: 'keyturn'; version: string };
  /** False when there is a gap or the run was interrupted. */
  complete: boolean;
  interrupted?: boolean;
  findings: Finding[];
  coverage: Coverage;
  durationMs: number;
}

/** One credential with all of its occurrences. */
export interface Finding {
  /** 32 hex characters: first 128 bits of an HMAC-SHA-256 over kind and value; see docs/FINGERPRINTS.md. */
  fingerprint: string;
  rule: string;
  kind: Kind;
  confidence: Confidence;
  keyId?: string;
  masked?: string;
  accountId?: string;
  canary?: boolean;
  example?: boolean;
  /** Of a push: a file that it changes held the credential before, so the receiver has it already. It does not stop the push. */
  onRemote?: boolean;
  /** Facts read offline: region, service, issuedAt, expiresAt. */
  details?: Record<string, string>;
  /** Sorted by repository, path, line, column; at most 1,000. */
  occurrences: Occurrence[];
  /** All of them, also those beyond the 1,000 listed. */
  occurrenceCount: number;
}

export type SourceName = 'worktree' | 'index' | 'history' | 'range' | 'stdin';

export interface Occurrence {
  source: SourceName;
  repository?: string;
  /** Relative to the root that was scanned; an archive's member is `outer.zip!inner/file`. Absent for messages and author lines. */
  path?: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  object?: { type: 'blob' | 'commit' | 'tag' | 'tree' | 'ref'; id: string };
  commit?: CommitInfo;
  /** From any ref, the stash included, reflogs not. Always present in history scans. */
  reachable?: boolean;
  atHead?: boolean;
  where?: Where[];
  /** Up to five. */
  refs?: string[];
  encoding?: string[];
  /** For people: the line with every secret masked. */
  excerpt?: Excerpt;
}

export type Where = 'branch' | 'remote' | 'tag' | 'notes' | 'stash' | 'reflog' | 'dangling';

export interface CommitInfo {
  id: string;
  author: string;
  email: string;
  /** ISO 8601 with the author's offset. */
  authoredAt: string;
  summary: string;
}

export type GapReason =
  | 'missing-object'
  | 'corrupt-object'
  | 'truncated-pack'
  | 'shallow'
  | 'promised-object'
  | 'lost-alternate'
  | 'unreadable-file'
  | 'archive-limit'
  | 'too-large'
  | 'timeout';

export interface Gap {
  reason: GapReason;
  /** Objects or files. */
  count: number;
  /** Ids or paths, at most ten. */
  examples: string[];
}

export interface Coverage {
  files?: number;
  blobs?: number;
  commits?: number;
  tags?: number;
  trees?: number;
  bytes: number;
  gaps: Gap[];
  /** Things worth knowing that are no gaps: LFS pointers, submodules not checked out. */
  notes: { reason: string; count: number; examples: string[] }[];
  /** Findings that were found and deliberately not listed. */
  suppressed: {
    inline: number;
    allowFile: number;
    baseline: number;
    belowConfidence: number;
    examples: number;
  };
}

/** One problem with a file or an object, as sources hand it on; `CoverageCounter` counts them. */
export interface GapEvent {
  reason: GapReason;
  example: string;
  /** Objects or files it stands for, where that is not one: `example` is one of them. */
  count?: number;
}
