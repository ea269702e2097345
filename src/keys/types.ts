import type { KeyStatus } from '../aws/types.ts';
import type { KeyPolicy } from './policy.ts';

/** What a plan asks for, for one user: a new key in place of `retire`. */
export interface Order {
  user: string;
  /** The key to be replaced, by id: never "the older one". */
  retire: string;
  /** Name of the secret that holds the user's key. */
  secretName: string;
  /** Why, for the journal. */
  reason: string;
  /** Passes guards that may be passed; logged. */
  force?: string;
}

/** The part of the policy that the state machine asks. All durations are milliseconds. */
export type RotationRules = Pick<KeyPolicy, 'maxAgeMs' | 'grace' | 'quietMs' | 'retentionMs'>;

/** Pace of the calls that wait for AWS to agree with itself. */
export interface Pace {
  /** After an ambiguous CreateAccessKey, and for lists to tell of a new key. */
  settleMs: number;
  /** Between two looks at what AWS holds while it settles. */
  pollMs: number;
  verify: Streak;
  dead: Streak & { waitMs: number };
  lockMs: number;
}

/** `times` equal answers in a row, one every `everyMs`, until `deadlineMs`. */
export interface Streak {
  times: number;
  everyMs: number;
  deadlineMs: number;
}

export const DEFAULT_PACE: Pace = {
  settleMs: 15_000,
  pollMs: 1_000,
  verify: { times: 3, everyMs: 2_500, deadlineMs: 120_000 },
  dead: { times: 3, everyMs: 2_500, deadlineMs: 120_000, waitMs: 10_000 },
  lockMs: 10 * 60_000,
};

/** AWS did not tell: that is neither `never` nor a time. */
export interface UnknownUse {
  why: string;
  hint?: string;
}

export type LastUse = number | 'never' | UnknownUse;

export interface KeyFacts {
  id: string;
  status: KeyStatus;
  createdAt: number;
}

/** A version of the secret that has a label. */
export interface VersionFacts {
  id: string;
  labels: readonly string[];
  /** The key it holds; `none` for a value of another shape, `unread` when it could not be read yet. */
  keyId: string;
}

export const NO_KEY = 'none';
export const UNREAD = 'unread';

/** A note on the user: when, and about which keys. */
export interface Mark {
  at: number;
  keyIds: readonly string[];
}

/** Everything the next step depends on, read from AWS just now, and what this run has found out on the way. */
export interface Facts {
  now: number;
  accountId: string;
  user: { name: string; arn: string; tags: ReadonlyMap<string, string> };
  /** Oldest first. */
  keys: readonly KeyFacts[];
  secret: 'absent' | 'being-deleted' | readonly VersionFacts[];
  intent?: Mark;
  promoted?: Mark;
  delivered?: Mark;
  retired?: Mark;
  /** Keys of this user that the journal saw us create and did not see us store. */
  created: ReadonlySet<string>;
  /** Names of the sinks that the user's key belongs in. */
  sinks: readonly string[];
  memory: Memory;
}

/** What only this process knows; lost with it, and found out again. */
export interface Memory {
  /** A key that was created and is not stored yet. */
  held: { id: string } | undefined;
  verified: ReadonlySet<string>;
  /** Keys that AWS would not accept until the deadline. */
  refused: ReadonlySet<string>;
  dead: ReadonlySet<string>;
  /** Sinks that gave the new key back. */
  delivered: ReadonlySet<string>;
  /** When keys were last used, as far as it was asked. */
  lastUse: ReadonlyMap<string, LastUse>;
}

export type Step =
  /** Intent, then CreateAccessKey. */
  | { do: 'create' }
  /** Put the key in hand into a version that is AWSPENDING. */
  | { do: 'store'; keyId: string }
  /** Prove that a stored key works. */
  | { do: 'verify'; keyId: string; versionId: string }
  /** Move AWSCURRENT. */
  | { do: 'promote'; keyId: string; from: string; to: string }
  /** Take away what a finished rotation no longer needs: AWSPENDING, the intent. */
  | { do: 'finish'; pending?: string }
  /** Take AWSPENDING from a version whose key is gone. */
  | { do: 'drop-pending'; versionId: string }
  /** Delete a key of ours that never worked, with its version. */
  | { do: 'roll-back'; keyId: string; versionId: string }
  /** Delete a key of ours whose secret was lost. */
  | { do: 'discard'; keyId: string }
  /** Copy the current version into a sink, and read it back. */
  | { do: 'deliver'; sink: string; keyId: string; versionId: string }
  /** All sinks have it. */
  | { do: 'note-delivery'; keyId: string }
  /** GetAccessKeyLastUsed. */
  | { do: 'ask-last-use'; keyId: string }
  | { do: 'deactivate'; keyId: string }
  | { do: 'prove-dead'; keyId: string }
  /** Nothing to do before `until`. */
  | { do: 'wait'; for: WaitReason; until: number; text: string }
  /** Needs a person. */
  | { do: 'stop'; text: string; hint?: string }
  /** All done. */
  | { do: 'rest'; text: string };

/** `consistency` is a matter of seconds and waited for; the others are for a later run. */
export type WaitReason = 'consistency' | 'grace' | 'use' | 'retention';
