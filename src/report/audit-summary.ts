import {
  type AuditResult,
  type Change,
  type CheckResult,
  type CheckText,
  CIS_EDITIONS,
  isOpen,
  type Score,
} from './audit-result.ts';
import { minuteOf } from './keys-summary.ts';
import { plural } from './numbers.ts';

/** What the formats for people say alike. Nothing here is escaped. */

/** `12 of 30 checks passed (40 %)`. */
export function scoreText({ passed, failed, unknown, percent }: Score): string {
  if (percent === undefined) return 'nothing to check';
  return `${passed} of ${plural(passed + failed + unknown, 'check')} passed (${percent} %)`;
}

/** `3 critical, 5 high, ... fail; 2 unknown`. */
export function verdictLine(result: AuditResult): string {
  const open = result.results.filter(isOpen);
  const unknown = result.results.filter(({ status }) => status === 'UNKNOWN').length;
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

export function accountLine({ account, takenAt, askedBy, regions }: AuditResult): string {
  const where = regions.length === 1 ? regions[0]! : plural(regions.length, 'region');
  return `Account ${account.id}, ${where}, at ${minuteOf(takenAt)}, asked by ${askedBy}`;
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

/** The ARN without what all of an account have in common: `user/ci`, `account`. */
export function resourceText({ resource, region }: Pick<CheckResult, 'resource' | 'region'>): string {
  const [, , service = '', , , ...rest] = resource.split(':');
  const name = rest.join(':');
  const short =
    service === 'iam' && name === 'root' ? 'account' : service === 'iam' ? name : `${service}:${name}`;
  const shown = rest.length === 0 ? resource : short;
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
export function missingActions({ results }: AuditResult): string[] {
  const actions = results.flatMap(({ action }) => (action === undefined ? [] : [action]));
  return [...new Set(actions)].sort();
}

export function comparisonLines({ comparison }: AuditResult): string[] {
  if (comparison === undefined) return [];
  const { since, better, worse } = comparison;
  if (better.length + worse.length === 0) return [`No change since ${minuteOf(since)}`];
  return [
    `Since ${minuteOf(since)}: ${worse.length} worse, ${better.length} better`,
    ...worse.map((change) => `worse   ${changeText(change)}`),
    ...better.map((change) => `better  ${changeText(change)}`),
  ];
}

function changeText(change: Change): string {
  const { check, from = 'not there', to = 'not there' } = change;
  return `${check}  ${resourceText(change)}  ${from} -> ${to}`;
}
