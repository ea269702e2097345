import { DAY_MS } from '../base/duration.ts';
import { isLike } from '../base/wildcard.ts';
import type { AuditResult, CheckResult } from '../report/audit-result.ts';
import { withScores } from './result.ts';

/** A FAIL that somebody answers for, for a while. */
export interface Exception {
  /** Id of a check; `*` stands for any characters, here and below. */
  check: string;
  /** ID; all by default. */
  account?: string;
  /** ARN; all by default. */
  resource?: string;
  /** All by default. */
  region?: string;
  owner: string;
  reason: string;
  /** The last day it holds, in UTC: `2027-01-31`. */
  expires: string;
  /** `file:line:column`. */
  where: string;
}

/**
 * Marks what fails by agreement. An exception that has run out is none, and says so; of several that match, one that still holds counts.
 * One that matches nothing is noted when `isWhole`: the audit ran every check, and every account was read that it can be about.
 */
export function applyExceptions(
  result: AuditResult,
  exceptions: readonly Exception[],
  { now, isWhole }: { now: number; isWhole: boolean },
): AuditResult {
  if (exceptions.length === 0) return result;
  const used = new Set<Exception>();
  const results = result.results.map((one) => {
    if (one.status !== 'FAIL') return one;
    const accountId = one.account?.id ?? result.account.id;
    const matching = exceptions.filter((exception) => isAbout(exception, one, accountId));
    for (const exception of matching) used.add(exception);
    const valid = matching.find(({ expires }) => !isOver(expires, now));
    if (valid !== undefined) return { ...one, exception: textOf(valid) };
    const [over] = matching;
    return over === undefined ? one : { ...one, expiredException: textOf(over) };
  });
  const isIdle = (exception: Exception) => !used.has(exception) && isAllRead(exception, result);
  const idle = isWhole ? exceptions.filter(isIdle) : [];
  const notes = idle.map(
    ({ where, check }) => `${where}: the exception of ${check} matches nothing that fails`,
  );
  return withScores({ ...result, results, notes: [...result.notes, ...notes] });
}

function isAbout(
  { check, account = '*', resource = '*', region }: Exception,
  { check: id, resource: arn, region: of }: CheckResult,
  accountId: string,
): boolean {
  return (
    isLike(id, check) &&
    isLike(accountId, account) &&
    isLike(arn, resource) &&
    (region === undefined || isLike(of ?? '', region))
  );
}

function isAllRead(
  { account = '*', resource = '' }: Exception,
  { account: own, accounts }: AuditResult,
): boolean {
  const [, ofResource] = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource) ?? [];
  const about = ofResource ?? account;
  const read = accounts?.filter(({ state }) => state === 'read').map(({ id }) => id) ?? [own.id];
  if (/^\d{12}$/.test(about)) return read.includes(about);
  return accounts === undefined ? isLike(own.id, about) : read.length === accounts.length;
}

function isOver(expires: string, now: number): boolean {
  return now >= Date.parse(expires) + DAY_MS;
}

function textOf({ owner, reason, expires }: Exception): NonNullable<CheckResult['exception']> {
  return { owner, reason, expires };
}
