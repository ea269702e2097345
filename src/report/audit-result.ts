import type { AccountName, FailedAccount, SkippedAccount } from './accounts.ts';

/**
 * What a check says of one resource.
 * - `FAIL`: it is not as it should be
 * - `UNKNOWN`: AWS did not tell what that depends on
 * - `PASS`
 * - `N/A`: there is nothing that the check is about
 */
export const STATUSES = ['FAIL', 'UNKNOWN', 'PASS', 'N/A'] as const;
export type Status = (typeof STATUSES)[number];

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Editions of the CIS AWS Foundations Benchmark that checks are mapped to. */
export const CIS_EDITIONS = ['1.5', '3.0', '5.0'] as const;
export type CisEdition = (typeof CIS_EDITIONS)[number];

/** How to mend it: where in the console, and by what command. */
export interface Fix {
  console: string;
  /** A command of the AWS CLI, or several joined by `&&`; words in capitals are to be filled in. */
  cli: string;
}

/** How an account stands, or several, as every format of `keyturn audit` tells it (schema/audit-result.schema.json). Times are ISO 8601. */
export interface AuditResult {
  schemaVersion: 1;
  tool: { name: string; version: string };
  /** False when a status is UNKNOWN; an account that was not read is UNKNOWN throughout. */
  complete: boolean;
  takenAt: string;
  durationMs: number;
  /** Of several accounts: the one that asked. */
  account: { id: string; partition: string };
  /** Of several accounts: every one that was chosen. */
  accounts?: AuditedAccount[];
  /** ARN of who asked. */
  askedBy: string;
  /** Those that were looked at. */
  regions: string[];
  /** Of all checks that apply. */
  score: Score;
  sections: SectionResult[];
  checks: CheckText[];
  /** Worst first; of a status, by check and resource. */
  results: CheckResult[];
  /** With an earlier result to compare with. */
  comparison?: Comparison;
  notes: string[];
}

/** An account of an audit over several; where it was read, `results` tell of it. */
export type AuditedAccount =
  | FailedAccount
  | SkippedAccount
  | (AccountName & {
      state: 'read';
      takenAt: string;
      durationMs: number;
      askedBy: string;
      regions: string[];
      score: Score;
      notes: string[];
    });

/** Checks, not resources: one that fails for a hundred users counts once, and of several accounts once in each. */
export interface Score {
  passed: number;
  failed: number;
  unknown: number;
  notApplicable: number;
  /** Of those that apply, 0 to 100; absent when none does. */
  percent?: number;
}

export interface SectionResult {
  number: number;
  title: string;
  score: Score;
}

/** A check as the reports describe it. */
export interface CheckText {
  id: string;
  section: number;
  title: string;
  severity: Severity;
  /** Control numbers by edition; an edition that does not know it is missing. */
  cis: Partial<Record<CisEdition, string>>;
  /** Such as `IAM.4`. */
  securityHub: readonly string[];
  why: string;
  fix: Fix;
}

export interface CheckResult {
  /** Of account, check, resource and region: the same in the next run, over whichever accounts. */
  id: string;
  /** In an audit over several accounts. */
  account?: AccountName;
  check: string;
  status: Status;
  severity: Severity;
  /** ARN. */
  resource: string;
  /** Absent for what an account has once. */
  region?: string;
  evidence: string;
  /** For this resource; absent for PASS and N/A. */
  fix?: Fix;
  /** Of an UNKNOWN: what was refused, as in policies. */
  action?: string;
  /** Of a FAIL that somebody answers for; it does not count. */
  exception?: { owner: string; reason: string; expires: string };
  /** Of a FAIL whose exception has run out. */
  expiredException?: { owner: string; reason: string; expires: string };
  /** Of a FAIL that stands in the baseline; it does not count for the exit status. */
  known?: boolean;
}

export interface Comparison {
  /** When the earlier result was taken. */
  since: string;
  /** Ids of results that fail now and did not. */
  worse: Change[];
  /** That failed and do not now. */
  better: Change[];
  /** Accounts of this result that the earlier one does not have. */
  notCompared?: string[];
}

export interface Change {
  id: string;
  account?: AccountName;
  check: string;
  resource: string;
  region?: string;
  /** Absent for a resource that was not there, or is not any more. */
  from?: Status;
  to?: Status;
}

/** A FAIL that somebody has to do something about. */
export function isOpen({ status, exception }: CheckResult): boolean {
  return status === 'FAIL' && exception === undefined;
}
