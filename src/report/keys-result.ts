import type { AccountName, FailedAccount, SkippedAccount } from './accounts.ts';

/**
 * What the policy says of one key, most urgent first.
 * - `root`: root has a key
 * - `overdue`: older than the policy allows
 * - `unused`: not used for longer than the policy allows
 * - `due`: to be replaced now, so that it does not become overdue
 * - `unknown`: AWS did not tell what the verdict depends on
 * - `protected`: the policy says to leave it alone
 * - `removable`: inactive for longer than it is kept
 * - `inactive`: deactivated, and kept for now
 * - `ok`
 */
export const VERDICTS = [
  'root',
  'overdue',
  'unused',
  'due',
  'unknown',
  'protected',
  'removable',
  'inactive',
  'ok',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Verdicts that ask for something to be done; `removable` does not press. */
export function needsAction(verdict: Verdict): boolean {
  return verdict === 'root' || verdict === 'overdue' || verdict === 'unused' || verdict === 'due';
}

/** How keys stand in an account, or in several, as every format of `keyturn keys report` tells it (schema/keys-report.schema.json). Times are ISO 8601. */
export interface KeysResult {
  schemaVersion: 1;
  tool: { name: string; version: string };
  /** False when anything is in `gaps`, or an account failed. */
  complete: boolean;
  takenAt: string;
  /** In a report over several accounts: the one that asked. */
  account: { id: string; partition: string };
  /** In a report over several accounts: every one that was chosen. */
  accounts?: ReportedAccount[];
  /** ARN of who asked. */
  askedBy: string;
  /** Whose secrets were looked at. */
  region: string;
  /** When AWS made the credential report that was used; absent when none was. */
  credentialReportAt?: string;
  policy: PolicyText;
  /** Of the account or accounts, whether or not they are listed. */
  userCount: number;
  keys: ReportedKey[];
  /** Keys that the filters left out. */
  filteredOut: number;
  gaps: KeysGap[];
  notes: string[];
}

/** As in the configuration, lengths of time in days. */
export interface PolicyText {
  maxAgeDays: number;
  /** Absent when keys may stay unused. */
  unusedForDays?: number;
  quietDays: number;
  grace: { mode: 'before' | 'after'; days: number };
  retentionDays: number;
}

/** An account of a report over several; where it was read, `keys` and `gaps` tell of it. */
export type ReportedAccount =
  | FailedAccount
  | SkippedAccount
  | (AccountName & {
      state: 'read';
      takenAt: string;
      askedBy: string;
      region: string;
      credentialReportAt?: string;
      userCount: number;
      notes: string[];
    });

export interface ReportedKey {
  /** In a report over several accounts. */
  account?: AccountName;
  verdict: Verdict;
  reason: string;
  /** Absent for root. */
  keyId?: string;
  principal: {
    type: 'user' | 'root';
    name: string;
    arn: string;
    path?: string;
    /** Absent when they could not be read. */
    tags?: Record<string, string>;
  };
  owner?: string;
  /** As IAM has it: Active, Inactive, Expired. */
  status: string;
  createdAt?: string;
  ageDays?: number;
  lastUse: {
    state: 'used' | 'never' | 'unknown';
    at?: string;
    service?: string;
    region?: string;
    /** When AWS knew no later use. */
    asOf?: string;
    /** Why it is unknown. */
    why?: string;
  };
  /** When it is to be replaced at the latest. */
  dueAt?: string;
  secrets: { name: string; region: string }[];
  /** The report itself was made with it. */
  signing: boolean;
}

export interface KeysGap {
  /** In a report over several accounts. */
  account?: AccountName;
  what: string;
  reason: string;
  count: number;
  examples: string[];
  message: string;
  hint?: string;
}
