import type { Confidence, Kind, TailAlphabet } from './types.ts';

/**
 * What to look for, as data: the shape of an entry in patterns/*.yaml once it has been read and checked
 * (docs/PATTERNS.md).
 */
export interface Pattern {
  id: string;
  kind: Kind;
  title: string;
  /** What to do when it is found. */
  remediation: string;
  confidence: Confidence;
  /** Literal bytes of which every match holds one. */
  anchors: PatternAnchor[];
  /** Built-in code that reads what a regular expression cannot; a pattern without one has a `regex`. */
  reader?: ReaderName;
  /** Without flags; the secret is the named group `value`, or else the whole match. */
  regex?: string;
  ignoreCase: boolean;
  /** Bytes before and after an anchor that a match may reach over. */
  before: number;
  after: number;
  /**
   * Nothing of these may stand beside the value: letters and digits (`word`), those and `+/=-_` (`base64`), nothing
   * is refused (`none`).
   */
  boundary: Boundary;
  /** Bits per character that the value has at least. */
  entropy?: number;
  /** Characters the value must be made of. */
  alphabet?: Alphabet;
  /** One of these words has to stand nearby. */
  near?: Nearby;
  /** More confidence where words stand nearby; the first that applies counts. */
  raise: Raise[];
  examples: { match: string[]; reject: string[] };
}

export interface PatternAnchor {
  text: string;
  tail?: { alphabet: TailAlphabet; min: number };
  /** Ways of writing it that are searched for; the plain one alone where a file says nothing. */
  forms: AnchorForm[];
}

export interface Nearby {
  /** Case does not count. */
  words: string[];
  /** Bytes before the value's start and after its end. */
  within: number;
}

export interface Raise extends Nearby {
  to: Confidence;
}

export const BOUNDARIES = ['word', 'base64', 'none'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

export const ALPHABETS = ['base32', 'base64', 'base64url', 'hex', 'alphanumeric', 'printable'] as const;
export type Alphabet = (typeof ALPHABETS)[number];

export const ANCHOR_FORMS = ['plain', 'base64', 'utf-16', 'hex', 'escapes', 'quoted-printable'] as const;
export type AnchorForm = (typeof ANCHOR_FORMS)[number];

/** Built-in code by the name patterns call it; each is a file of readers/. */
export const READERS = [
  'key-id',
  'principal-id',
  'secret',
  'session-token',
  'smtp-password',
  'bedrock-session-key',
  'docker-auth',
  'sso-token',
] as const;
export type ReaderName = (typeof READERS)[number];

/** A rule that has no pattern of its own: code makes it out of what the patterns find. */
export interface DerivedRule {
  id: string;
  kind: Kind;
  title: string;
  remediation: string;
}
