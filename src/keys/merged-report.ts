import { isAnswered } from '../accounts/for-each.ts';
import type { AccountResult } from '../accounts/types.ts';
import type { Identity } from '../aws/types.ts';
import type { KeysResult, ReportedAccount } from '../report/keys-result.ts';
import type { KeyPolicy } from './policy.ts';
import { byUrgency, policyText, timeText } from './report.ts';

/** What a report over several accounts says besides what the accounts say. */
export interface MergeOptions {
  tool: KeysResult['tool'];
  /** Who asked, with the original credentials. */
  self: Identity;
  policy: KeyPolicy;
  /** Where it was asked from. */
  region: string;
  /** Milliseconds since the epoch. */
  now: number;
  notes: readonly string[];
}

/**
 * One report out of those of several accounts, the most urgent key of all first. It is complete when each account that was asked is;
 * one that could not be entered makes it incomplete, however many others there are.
 */
export function mergeKeysResults(
  results: readonly AccountResult<KeysResult>[],
  { tool, self, policy, region, now, notes }: MergeOptions,
): KeysResult {
  const read = results.flatMap((result) => (result.state === 'ok' ? [result] : []));
  const values = read.map(({ value }) => value);
  const reportTimes = values.flatMap(({ credentialReportAt }) => credentialReportAt ?? []).sort();
  return {
    schemaVersion: 1,
    tool,
    complete: isAnswered(results),
    takenAt: timeText(now),
    account: { id: self.accountId, partition: self.partition },
    askedBy: self.arn,
    region,
    // The oldest: last uses are as of then, or later.
    ...(reportTimes[0] !== undefined && { credentialReportAt: reportTimes[0] }),
    policy: policyText(policy),
    userCount: sum(values.map(({ userCount }) => userCount)),
    accounts: results.map(toReported),
    keys: read
      .flatMap(({ account, value }) => value.keys.map((key) => ({ account, ...key })))
      .sort(byUrgency),
    filteredOut: sum(values.map(({ filteredOut }) => filteredOut)),
    gaps: read.flatMap(({ account, value }) => value.gaps.map((gap) => ({ account, ...gap }))),
    notes: [...notes],
  };
}

function toReported({ account, ...result }: AccountResult<KeysResult>): ReportedAccount {
  if (result.state !== 'ok') return { ...account, ...result };
  const { takenAt, askedBy, region, credentialReportAt, userCount, notes } = result.value;
  return {
    ...account,
    state: 'read',
    takenAt,
    askedBy,
    region,
    ...(credentialReportAt !== undefined && { credentialReportAt }),
    userCount,
    notes,
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
