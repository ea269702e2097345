import {
  type AccountName,
  type KeysGap,
  type KeysResult,
  needsAction,
  type ReportedAccount,
  type ReportedKey,
  VERDICTS,
} from './keys-result.ts';
import { plural } from './numbers.ts';

/** What the formats for people say alike. Nothing here is escaped. */

/** `5 keys in account 111122223333: 1 overdue, 1 unused, 3 ok`; `... in 18 of 20 accounts: ...`. */
export function countLine(result: KeysResult): string {
  const counts = VERDICTS.map((verdict) => [
    result.keys.filter((key) => key.verdict === verdict).length,
    verdict,
  ]);
  const parts = counts.filter(([count]) => count !== 0).map(([count, verdict]) => `${count} ${verdict}`);
  const keys = `${plural(result.keys.length, 'key')} in ${whereOf(result)}`;
  return parts.length === 0 ? keys : `${keys}: ${parts.join(', ')}`;
}

/** `account 111122223333`, `20 accounts`, `18 of 20 accounts`: those that were read. */
export function whereOf({ account, accounts }: KeysResult): string {
  if (accounts === undefined) return `account ${account.id}`;
  const read = accounts.filter(({ state }) => state === 'read').length;
  const all = plural(accounts.length, 'account');
  return read === accounts.length ? all : `${read} of ${all}`;
}

/** `2 keys need action`. */
export function actionLine(result: KeysResult): string {
  const count = result.keys.filter(({ verdict }) => needsAction(verdict)).length;
  if (count === 0) return result.complete ? 'No key needs action' : 'No key that was read needs action';
  return `${plural(count, 'key')} ${count === 1 ? 'needs' : 'need'} action`;
}

export function policyLine({ policy, userCount, accounts }: KeysResult): string {
  const { maxAgeDays, unusedForDays, grace, retentionDays } = policy;
  const facts = [
    `at most ${days(maxAgeDays)} old (${days(grace.days)} of grace ${grace.mode})`,
    unusedForDays === undefined ? 'may stay unused' : `unused for at most ${days(unusedForDays)}`,
    `kept for ${days(retentionDays)} once inactive`,
  ];
  return `Policy: ${facts.join(', ')}. ${plural(userCount, 'user')} in the ${accounts === undefined ? 'account' : 'accounts'}`;
}

function days(count: number): string {
  return `${Number(count.toFixed(1))} ${count === 1 ? 'day' : 'days'}`;
}

/** When what is told of last uses was so. */
export function asOfLine({ takenAt, credentialReportAt, region, accounts }: KeysResult): string {
  const regions = new Set(accounts?.flatMap((one) => (one.state === 'read' ? [one.region] : [])));

  const uses =
    credentialReportAt === undefined ? '' : `, last uses as of ${minuteOf(credentialReportAt)} or later`;
  return `Taken at ${minuteOf(takenAt)}${uses}; secrets of ${regions.size === 0 ? region : [...regions].join(', ')} only`;
}

/** `444455556666 staging`. */
export function accountText({ id, name }: AccountName): string {
  return name === undefined ? id : `${id} ${name}`;
}

type Failed = Extract<ReportedAccount, { state: 'failed' }>;

/** What could not be read: accounts that refused alike together, each named, then what is missing of the others. Each with its hint. */
export function unreadLines({ accounts = [], gaps }: KeysResult): string[][] {
  const alike = new Map<string, Failed[]>();
  for (const account of accounts) {
    if (account.state !== 'failed') continue;
    const kind = `${account.reason} ${account.action}`;
    alike.set(kind, [...(alike.get(kind) ?? []), account]);
  }
  return [...[...alike.values()].map(failedLines), ...gaps.map(gapLines)];
}

function failedLines(failed: readonly Failed[]): string[] {
  const [first] = failed as [Failed];
  const which = `${failed.length === 1 ? 'account' : plural(failed.length, 'account')} ${failed.map(accountText).join(', ')}`;
  const [message, ...rest] = failureLines(first);
  return [`${which}: ${message}${failed.length === 1 ? '' : ' (as told of the first)'}`, ...rest];
}

/** Why an account could not be read, and what to do about it. */
export function failureLines({ message, hint }: Failed): string[] {
  return [message, ...(hint === undefined ? [] : [hint])];
}

/** `Not asked: 444455556666 staging (suspended)`; undefined where all were. */
export function skippedLine({ accounts = [] }: KeysResult): string | undefined {
  const skipped = accounts.flatMap((one) =>
    one.state === 'skipped' ? [`${accountText(one)} (${one.reason})`] : [],
  );
  return skipped.length === 0 ? undefined : `Not asked: ${skipped.join(', ')}`;
}

/** `what: why (count: examples)`, and what to do about it. */
export function gapLines({ account, what, count, examples, message, hint }: KeysGap): string[] {
  const where = account === undefined ? '' : `${accountText(account)}: `;
  const some =
    examples.length === 0 ? '' : ` (${examples.join(', ')}${count > examples.length ? ', ...' : ''})`;
  const many = count > 1 || examples.length > 0 ? `, ${count}` : '';
  return [`${where}${what}${many}${some}: ${message}`, ...(hint === undefined ? [] : [hint])];
}

/** `2026-11-26 09:00 UTC`. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

export function dayOf(time: string | undefined): string {
  return time === undefined ? '' : time.slice(0, 10);
}

/** `2026-11-26 s3 eu-west-1`, `never`, `unknown`. */
export function lastUseOf({ lastUse }: ReportedKey): string {
  if (lastUse.state !== 'used') return lastUse.state;
  return [dayOf(lastUse.at), lastUse.service, lastUse.region].filter((part) => part !== undefined).join(' ');
}

export function ageOf({ ageDays }: ReportedKey): string {
  return ageDays === undefined ? 'unknown' : `${ageDays} d`;
}

/** Root's keys have ids that only root is told. */
export function keyIdOf({ keyId }: ReportedKey): string {
  return keyId ?? '(not told)';
}

export function secretsOf({ secrets }: ReportedKey): string {
  return secrets.map(({ name }) => name).join(', ');
}

/** The reason, and whether the report was made with the key. */
export function whyOf({ reason, signing }: ReportedKey): string {
  return signing ? `${reason}; this report was made with it` : reason;
}
