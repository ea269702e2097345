import { groupBy } from '../base/group-by.ts';
import { accountText, readText } from './accounts.ts';
import {
  type AuditedAccount,
  type AuditResult,
  type Change,
  type CheckResult,
  type CheckText,
  CIS_EDITIONS,
  isOpen,
  type Score,
  type Status,
} from './audit-result.ts';
import { minuteOf } from './keys-summary.ts';
import { plural } from './numbers.ts';

/** What the formats for people say alike. Nothing here is escaped. */

/** `12 of 30 checks passed (40 %)`. */
export function scoreText({ passed, failed, unknown, percent }: Score): string {
  if (percent === undefined) return 'nothing to check';
  return `${passed} of ${plural(passed + failed + unknown, 'check')} passed (${percent} %)`;
}

/** Without those of accounts that were not read, of which every check is unknown: these are told of once. */
export function toldResults({ accounts = [], results }: AuditResult): CheckResult[] {
  const failed = new Set(accounts.flatMap(({ id, state }) => (state === 'failed' ? [id] : [])));
  return results.filter(({ account }) => account === undefined || !failed.has(account.id));
}

/** How a check stands as a whole by what is told of it: only in the accounts that were read, and where none was, nothing is known. */
export function standingOf(
  results: readonly CheckResult[],
  { accounts = [] }: AuditResult,
): { status: Status; text: string; worst?: CheckResult } {
  const [worst] = results.filter(isOpen);
  if (worst !== undefined) return { status: 'FAIL', text: `FAIL ${worst.severity}`, worst };
  const hasFailed = accounts.some(({ state }) => state === 'failed');
  const isUnread = hasFailed && !accounts.some(({ state }) => state === 'read');
  if (isUnread || results.some(({ status }) => status === 'UNKNOWN'))
    return { status: 'UNKNOWN', text: 'UNKNOWN' };
  const status = results.some((one) => one.status !== 'N/A') ? 'PASS' : 'N/A';
  return { status, text: hasFailed ? `${status} in ${readText(accounts)}` : status };
}

/** `8 resources fail: 3 critical, 5 high; 2 unknown; 1 account not read`. */
export function verdictLine(result: AuditResult): string {
  const failed = result.accounts?.filter(({ state }) => state === 'failed').length ?? 0;
  const counts = countsText(toldResults(result));
  return failed === 0 ? counts : `${counts}; ${plural(failed, 'account')} not read`;
}

function countsText(results: readonly CheckResult[]): string {
  const open = results.filter(isOpen);
  const unknown = results.filter(({ status }) => status === 'UNKNOWN').length;
  const counts = ['critical', 'high', 'medium', 'low']
    .map((severity) => [open.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`);
  const failing =
    open.length === 0
      ? 'Nothing fails'
      : `${plural(open.length, 'resource')} ${open.length === 1 ? 'fails' : 'fail'}: ${counts.join(', ')}`;
  return unknown === 0 ? failing : `${failing}; ${unknown} unknown`;
}

/** How each account stands that was asked: its name, its score and what fails. */
export function accountRows({ accounts = [], results }: AuditResult): [string, string, string][] {
  const of = groupBy(results, ({ account }) => account?.id);
  return accounts.flatMap((one) => (one.state === 'skipped' ? [] : [rowOf(one, of.get(one.id) ?? [])]));
}

function rowOf(account: AuditedAccount, results: readonly CheckResult[]): [string, string, string] {
  const name = accountText(account);
  return account.state === 'read'
    ? [name, scoreText(account.score), countsText(results)]
    : [name, 'not read', ''];
}

/** `account 111122223333`, `18 of 20 accounts`. */
export function whereOf({ account, accounts }: AuditResult): string {
  return accounts === undefined ? `account ${account.id}` : readText(accounts);
}

export function accountLine(result: AuditResult): string {
  const { takenAt, askedBy, regions } = result;
  const regionText = regions.length === 1 ? regions[0]! : plural(regions.length, 'region');
  const where = whereOf(result);
  return `${where[0]!.toUpperCase()}${where.slice(1)}, ${regionText}, at ${minuteOf(takenAt)}, asked by ${askedBy}`;
}

/** `CIS 1.5: 1.10, 3.0: 1.10, 5.0: 1.9; Security Hub IAM.5`. */
export function controlsOf({ cis, securityHub }: CheckText): string {
  const numbers = CIS_EDITIONS.flatMap((edition) =>
    cis[edition] === undefined ? [] : [`${edition}: ${cis[edition]}`],
  );
  const parts = [
    ...(numbers.length > 0 ? [`CIS ${numbers.join(', ')}`] : []),
    ...(securityHub.length > 0 ? [`Security Hub ${securityHub.join(', ')}`] : []),
  ];
  return parts.join('; ');
}

/** The ARN without what all of an account have in common: `user/ci`, `account`; of several accounts `111122223333 user/ci`. */
export function resourceText({
  account,
  resource,
  region,
}: Pick<CheckResult, 'account' | 'resource' | 'region'>): string {
  const [, , service = '', , , ...rest] = resource.split(':');
  const id = rest.join(':');
  const short = service === 'iam' && id === 'root' ? 'account' : service === 'iam' ? id : `${service}:${id}`;
  const name = rest.length === 0 ? resource : short;
  const shown = account === undefined ? name : `${account.id} ${name}`;
  return region === undefined ? shown : `${shown} in ${region}`;
}

/** The evidence, and who answers for it. */
export function evidenceOf({ evidence, exception, expiredException, known }: CheckResult): string {
  if (exception !== undefined)
    return `${evidence} (excepted by ${exception.owner} until ${exception.expires}: ${exception.reason})`;
  if (expiredException !== undefined)
    return `${evidence} (the exception of ${expiredException.owner} ran out on ${expiredException.expires})`;
  return known === true ? `${evidence} (in the baseline)` : evidence;
}

/** `FAIL`, and in its place `EXCEPTED` where somebody answers for it. */
export function statusText({ status, exception }: CheckResult): string {
  return exception === undefined ? status : 'EXCEPTED';
}

/** What AWS refused, each once, as a statement could allow it. */
export function missingActions(result: AuditResult): string[] {
  const actions = toldResults(result).flatMap(({ action }) => (action === undefined ? [] : [action]));
  return [...new Set(actions)].sort();
}

export function comparisonLines({ comparison }: AuditResult): string[] {
  if (comparison === undefined) return [];
  const { since, better, worse, notCompared = [] } = comparison;
  const others = notCompared.length === 0 ? '' : `; not known then: ${notCompared.join(', ')}`;
  if (better.length + worse.length === 0) return [`No change since ${minuteOf(since)}${others}`];
  return [
    `Since ${minuteOf(since)}: ${worse.length} worse, ${better.length} better${others}`,
    ...worse.map((change) => `worse   ${changeText(change)}`),
    ...better.map((change) => `better  ${changeText(change)}`),
  ];
}

function changeText(change: Change): string {
  const { check, from = 'not there', to = 'not there' } = change;
  return `${check}  ${resourceText(change)}  ${from} -> ${to}`;
}
