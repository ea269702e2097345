import { readFileSync } from 'node:fs';
import { errorMessage, UsageError } from '../base/errors.ts';
import { groupBy } from '../base/group-by.ts';
import {
  type AuditResult,
  type Change,
  type CheckResult,
  type Comparison,
  isOpen,
} from '../report/audit-result.ts';

/** What of an earlier result is needed. */
export type EarlierResult = Pick<AuditResult, 'takenAt' | 'account' | 'accounts' | 'checks' | 'results'>;

/** Reads what `keyturn audit --format json` wrote. Throws a UsageError for anything else. */
export function readEarlier(file: string, shownAs: string): EarlierResult {
  let parsed: Partial<AuditResult> & { schemaVersion?: unknown };
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as typeof parsed;
  } catch (error) {
    throw new UsageError(`${shownAs}: ${errorMessage(error)}`, { cause: error });
  }
  const { schemaVersion, takenAt, account, accounts, checks, results } = parsed;
  const isWhole = account !== undefined && Array.isArray(checks) && Array.isArray(results);
  if (schemaVersion !== 1 || typeof takenAt !== 'string' || !isWhole)
    throw new UsageError(`${shownAs}: not a result of keyturn audit --format json`);
  return { takenAt, account, ...(accounts !== undefined && { accounts }), checks, results };
}

/**
 * What fails now and did not, and the other way round. A change to or from UNKNOWN is neither: nothing is known to be better.
 * Only of checks and accounts that both results have. Throws a UsageError where no account is in both.
 */
export function compareResults(before: EarlierResult, now: AuditResult): Comparison {
  const [earlier, asked] = [accountsOf(before), accountsOf(now)];
  const common = new Set(asked.filter((id) => earlier.includes(id)));
  if (common.size === 0)
    throw new UsageError(
      `the earlier result is of account ${earlier.join(', ')}, and this is ${asked.join(', ')}`,
    );
  const ranThen = new Set(before.checks.map(({ id }) => id));
  const ran = new Set(now.checks.map(({ id }) => id).filter((id) => ranThen.has(id)));
  const inBoth = (of: Told) =>
    byId(of.results.filter((one) => ran.has(one.check) && common.has(accountOf(one, of))));
  const [then, today] = [inBoth(before), inBoth(now)];
  const [unreadThen, unreadNow] = [unreadResults(before), unreadResults(now)];
  const worse = [...today.values()]
    .filter((one) => isOpen(one) && isHarmless(then.get(one.id)))
    .filter((one) => then.has(one.id) || isMissing(one, unreadThen.get(keyOf(one, now))))
    .map((one) => changeOf(one, then.get(one.id), one));
  const better = [...then.values()]
    .filter((one) => isOpen(one) && isHarmless(today.get(one.id)))
    .filter((one) => today.has(one.id) || isMissing(one, unreadNow.get(keyOf(one, before))))
    .map((one) => changeOf(one, one, today.get(one.id)));
  const notCompared = asked.filter((id) => !common.has(id));
  return { since: before.takenAt, worse, better, ...(notCompared.length > 0 && { notCompared }) };
}

type Told = Pick<AuditResult, 'account' | 'accounts' | 'results'>;

/** Ids of those that were asked. */
function accountsOf({ account, accounts }: Told): string[] {
  return accounts?.flatMap(({ id, state }) => (state === 'skipped' ? [] : [id])) ?? [account.id];
}

function accountOf({ account }: CheckResult, { account: only }: Told): string {
  return account?.id ?? only.id;
}

function keyOf(result: CheckResult, of: Told): string {
  return `${accountOf(result, of)} ${result.check}`;
}

/** What could not be read, by account and check. */
function unreadResults(of: Told): Map<string, CheckResult[]> {
  const unread = of.results.filter(({ status }) => status === 'UNKNOWN');
  return groupBy(unread, (one) => keyOf(one, of));
}

/** Whether a resource that a result does not have was not there: its check may not have been able to look. */
function isMissing({ region }: CheckResult, unread: readonly CheckResult[] = []): boolean {
  return !unread.some((one) => one.region === undefined || region === undefined || one.region === region);
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

/** Known not to fail, or not there. */
function isHarmless(result: CheckResult | undefined): boolean {
  return result === undefined || (!isOpen(result) && result.status !== 'UNKNOWN');
}

function changeOf(
  { id, account, check, resource, region }: CheckResult,
  from: CheckResult | undefined,
  to: CheckResult | undefined,
): Change {
  return {
    id,
    ...(account !== undefined && { account }),
    check,
    resource,
    ...(region !== undefined && { region }),
    ...(from !== undefined && { from: from.status }),
    ...(to !== undefined && { to: to.status }),
  };
}
