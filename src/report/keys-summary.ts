import { accountText, failedLines, readText } from './accounts.ts';
import { type KeysGap, type KeysResult, needsAction, type ReportedKey, VERDICTS } from './keys-result.ts';
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
  return readText(accounts);
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

/** What could not be read: accounts that refused, then what is missing of the others. Each with its hint. */
export function unreadLines({ accounts = [], gaps }: KeysResult): string[][] {
  return [...failedLines(accounts), ...gaps.map(gapLines)];
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
