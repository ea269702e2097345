import type { Secret } from '../base/secret.ts';

/** Ordered from worst to least; `info` is not shown and never fails a run unless asked for. */
export const CONFIDENCES = ['high', 'medium', 'low', 'info'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** The kinds the built-in patterns use; a user's pattern may name its own. */
export type Kind =
  | 'access-key-id'
  | 'access-key-pair'
  | 'secret-access-key'
  | 'session-credentials'
  | 'session-token'
  | 'bedrock-api-key'
  | 'bedrock-session-key'
  | 'service-credential'
  | 'mws-token'
  | 'appsync-api-key'
  | 'private-key'
  | 'sso-token'
  | 'presigned-url'
  | (string & {});

/** A half-open run of byte offsets in a blob as it stands (before any decoding). */
export interface Span {
  start: number;
  end: number;
}

/**
 * One credential seen at one place of a blob, still with its secret. Lives inside the thread that scanned the blob;
 * `toHit` turns it into what may leave.
 */
export interface Match {
  /** Pattern id, e.g. `aws-access-key-id`. Pairs carry the rule `aws-access-key-pair`. */
  rule: string;
  kind: Kind;
  confidence: Confidence;
  /** Where the finding points: the key ID if there is one, else the secret. In original bytes. */
  span: Span;
  /** Spans of everything that must be masked when this part of the blob is shown (secrets, tokens; not IDs). */
  secretSpans: Span[];
  keyId?: string;
  /** The secret part; absent for a lone key ID. */
  secret?: Secret;
  /** A session token that belongs to the pair. */
  token?: Secret;
  accountId?: string;
  canary?: boolean;
  /** A documented example, a placeholder: reported only when asked for. */
  example?: boolean;
  /** Decoders passed through from the outside in, e.g. `['base64', 'utf-16le']`; empty for plain bytes. */
  encoding: string[];
  /** Name of the inline allow comment on the same line, e.g. `gitleaks:allow`. */
  allowedBy?: string;
  /** Facts read offline: region, service, issuedAt, expiresAt (ISO 8601). Never a secret. */
  details?: Record<string, string>;
}

/**
 * A match without its secret: what crosses threads, goes into caches and becomes an occurrence.
 * Plain JSON; holds no secret, no plain digest of one.
 */
export interface Hit {
  rule: string;
  kind: Kind;
  confidence: Confidence;
  keyId?: string;
  /** Stars and the last four characters of the secret part. */
  masked?: string;
  /**
   * Identity of the secret part: HMAC-SHA-256 (hex, 32 chars) over `secret` and its value; absent for lone key IDs.
   * Joins a lone secret with the pair it belongs to.
   */
  secretId?: string;
  accountId?: string;
  canary?: boolean;
  example?: boolean;
  encoding: string[];
  allowedBy?: string;
  details?: Record<string, string>;
  /** Byte offset of the span's start in the blob, for ordering and for joining overlapping windows. */
  offset: number;
  /** From 1; columns in UTF-16 units of the decoded line; end column is exclusive. */
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** The line it stands on, every secret in it masked, cut to about 160 characters around the hit. */
  excerpt: Excerpt;
}

export interface Excerpt {
  text: string;
  /** UTF-16 offsets in `text` of what to underline. */
  from: number;
  to: number;
}

/**
 * What the prefilter looks for. A blob without a candidate cannot hold a match: every pattern's match holds one of the
 * anchors (followed by its tail), or one of the structural candidates.
 */
export interface AnchorSet {
  anchors: readonly Anchor[];
}

export interface Anchor {
  /** 3 to 32 literal bytes, case-sensitive. */
  bytes: Uint8Array;
  /** Small positive number (below 200) the candidate is reported with; several anchors may share one. */
  tag: number;
  /** At least `min` bytes of `alphabet` must follow the literal. */
  tail?: { alphabet: TailAlphabet; min: number };
}

/** `upper`: A-Z 0-9. `base64`: A-Z a-z 0-9 + / - _. `hex`: 0-9 a-f A-F. */
export type TailAlphabet = 'upper' | 'base64' | 'hex';

/**
 * Tags of the structural candidates the prefilter finds without a literal. Text is read from left to right in units; a unit is
 * - an escape: `%hh`, or one or more backslashes followed by `/`, `xhh` or `uhhhh` (h: a hex digit); its value is what it stands for;
 * - any other byte; its value is itself.
 * A candidate is decided by its own bytes, one unit before and one byte after: never more than 256 bytes.
 */
export const STRUCTURAL = {
  /**
   * A secret-shaped run: a maximal run of units with values in [A-Za-z0-9+/], of exactly 40 units in at most 240 bytes, with at least
   * two upper-case letters, two lower-case letters, and one digit or + or /, and not followed by `=` (plain or escaped).
   * The offset is the run's first byte. What a line break or a terminal colour leaves before a value does not hide it: of a run
   * that starts with `n`, `r` or `t` after a backslash, or with one to three digits and `m` after `[` or `;`, the rest may be the 40 instead.
   */
  secretRun: 200,
  /**
   * Start of a base64 run: a maximal run of bytes [A-Za-z0-9+/-_], 24 or more, whose first 16 decode to 12 bytes of text: tab, LF, CR and
   * 0x20-0x7e, the same after a UTF-8 byte order mark, or the same in UTF-16LE with or without a byte order mark. The offset is the
   * run's first byte. A run that starts with the rest of an escape (`n`, `r`, `t`, `xhh` or `uhhhh` after a backslash, `hh` after a per cent
   * sign) is also tried from behind it, and the offset is then where the text starts.
   */
  base64Text: 201,
} as const;

/** Candidates in ascending order of offset; reused between calls, so copy what must outlive the next one. */
export interface CandidateList {
  count: number;
  offsets: Int32Array;
  tags: Uint8Array;
}

/** The byte-level search: WebAssembly in use, a TypeScript twin as its oracle. */
export interface Prefilter {
  find(bytes: Uint8Array): CandidateList;
}

/** Finds credentials in the bytes of one blob. Pure: no fs, no git, no AWS, no clock. */
export interface Detector {
  readonly anchors: AnchorSet;
  /** Changes whenever patterns or rules change: part of every cache key. */
  readonly hash: string;
  /** `bytes` is the whole blob, `candidates` what the prefilter found in it. */
  detect(bytes: Uint8Array, candidates: CandidateList): Match[];
}
