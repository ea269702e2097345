import { readFileSync } from 'node:fs';
import { errorMessage, UsageError } from '../base/errors.ts';
import {
  type AuditResult,
  type Change,
  type CheckResult,
  type Comparison,
  isOpen,
} from '../report/audit-result.ts';

/** What of an earlier result is needed. */
export type EarlierResult = Pick<AuditResult, 'takenAt' | 'account' | 'results'>;

/** Reads what `keyturn audit --format json` wrote. Throws a UsageError for anything else. */
export function readEarlier(file: string, shownAs: string): EarlierResult {
  let parsed: Partial<AuditResult> & { schemaVersion?: unknown };
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as typeof parsed;
  } catch (error) {
    throw new UsageError(`${shownAs}: ${errorMessage(error)}`, { cause: error });
  }
  const { schemaVersion, takenAt, account, results } = parsed;
  if (schemaVersion !== 1 || typeof takenAt !== 'string' || account === undefined || !Array.isArray(results))
    throw new UsageError(`${shownAs}: not a result of keyturn audit --format json`);
  return { takenAt, account, results };
}

/**
 * What fails now and did not, and the other way round. A change to or from UNKNOWN is neither: nothing is known to be better.
 * Only of checks that ran this time. Throws a UsageError for a result of another account.
 */
export function compareResults(before: EarlierResult, now: AuditResult): Comparison {
  if (before.account.id !== now.account.id)
    throw new UsageError(
      `the earlier result is of account ${before.account.id}, and this is ${now.account.id}`,
    );
  const ran = new Set(now.checks.map(({ id }) => id));
  const then = byId(before.results.filter(({ check }) => ran.has(check)));
  const today = byId(now.results);
  const worse = now.results
    .filter((one) => isOpen(one) && !isFailing(then.get(one.id)) && then.get(one.id)?.status !== 'UNKNOWN')
    .map((one) => changeOf(one, then.get(one.id), one));
  const better = [...then.values()]
    .filter((one) => isOpen(one) && !isFailing(today.get(one.id)) && today.get(one.id)?.status !== 'UNKNOWN')
    // A resource that is missing because its check could not be read is not gone.
    .filter((one) => today.has(one.id) || !isUnread(now, one.check))
    .map((one) => changeOf(one, one, today.get(one.id)));
  return { since: before.takenAt, worse, better };
}

/** Marks what fails in the baseline, too. */
export function markKnown(result: AuditResult, baseline: EarlierResult): AuditResult {
  const known = new Set(baseline.results.filter(({ status }) => status === 'FAIL').map(({ id }) => id));
  const results = result.results.map((one) =>
    one.status === 'FAIL' && known.has(one.id) ? { ...one, known: true } : one,
  );
  return { ...result, results };
}

function byId(results: readonly CheckResult[]): Map<string, CheckResult> {
  return new Map(results.map((result) => [result.id, result]));
}

function isFailing(result: CheckResult | undefined): boolean {
  return result !== undefined && isOpen(result);
}

function isUnread({ results }: AuditResult, check: string): boolean {
  return results.some((one) => one.check === check && one.status === 'UNKNOWN');
}

function changeOf(
  { id, check, resource, region }: CheckResult,
  from: CheckResult | undefined,
  to: CheckResult | undefined,
): Change {
  return {
    id,
    check,
    resource,
    ...(region !== undefined && { region }),
    ...(from !== undefined && { from: from.status }),
    ...(to !== undefined && { to: to.status }),
  };
}
