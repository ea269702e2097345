import type { AwsErrorKind } from '../aws/errors.ts';

/** An account that was chosen, whether or not it can be asked. */
export interface Account {
  /** Twelve digits. */
  id: string;
  /** Known from the organization only. */
  name?: string;
}

/**
 * What came of one account.
 * - `ok`: the work was done. What it could not read is for its own value to say
 * - `failed`: it could not be entered, or the work broke off; unknown, and never as good as nothing
 * - `skipped`: there is nothing to ask, or it was excluded; on purpose, so that a run is complete all the same
 */
export type AccountResult<T> =
  | { state: 'ok'; account: Account; value: T }
  | ({ state: 'failed'; account: Account } & Failure)
  | { state: 'skipped'; account: Account; reason: string };

export interface Failure {
  reason: AwsErrorKind | 'interrupted';
  message: string;
  /** The action that was refused, such as `sts:AssumeRole`. */
  action?: string;
  hint?: string;
}

/** How an account is entered. */
export interface RoleSettings {
  /** The role's name, with its path where it has one: `keyturn`, `ops/keyturn`. */
  role?: string;
  externalId?: string;
  sessionTags: Readonly<Record<string, string>>;
}

/** What is asked for, by options and configuration. */
export interface AccountsRequest extends RoleSettings {
  /** All of the organization, or these. */
  ids: 'org' | readonly string[];
  /** IDs, and names in which `*` stands for any characters. */
  exclude: readonly string[];
  /** Accounts at a time. */
  concurrency: number;
  /** In all accounts together; no limit when undefined. */
  callsPerSecond?: number;
  /** Where an account's secrets are, by ID; for all others the region that keyturn asks in. */
  regions: Readonly<Record<string, string>>;
}
