import { type AccountName, failureLines } from './accounts.ts';
import { csvLine } from './csv.ts';
import type { KeysResult, ReportedKey } from './keys-result.ts';
import { gapLines, secretsOf } from './keys-summary.ts';

type Column = readonly [title: string, of: (key: ReportedKey) => string | number | undefined];

const COLUMNS: readonly Column[] = [
  ['verdict', ({ verdict }) => verdict],
  ['user', ({ principal }) => principal.name],
  ['keyId', ({ keyId }) => keyId],
  ['status', ({ status }) => status],
  ['ageDays', ({ ageDays }) => ageDays],
  ['createdAt', ({ createdAt }) => createdAt],
  ['lastUse', ({ lastUse }) => lastUse.state],
  ['lastUsedAt', ({ lastUse }) => lastUse.at],
  ['lastUsedService', ({ lastUse }) => lastUse.service],
  ['lastUsedRegion', ({ lastUse }) => lastUse.region],
  ['lastUseAsOf', ({ lastUse }) => lastUse.asOf],
  ['dueAt', ({ dueAt }) => dueAt],
  ['owner', ({ owner }) => owner],
  ['path', ({ principal }) => principal.path],
  ['arn', ({ principal }) => principal.arn],
  ['tags', ({ principal }) => tagsText(principal.tags)],
  ['secrets', secretsOf],
  ['reason', ({ reason }) => reason],
];

const ACCOUNT_COLUMNS: readonly Column[] = [
  ['accountId', ({ account }) => account?.id],
  ['accountName', ({ account }) => account?.name],
];

/**
 * RFC 4180, a row per key. Rows with the verdict `incomplete` come last: what could not be read, so that a short table is not
 * taken for a whole one; of several accounts also `skipped`, for those that were not asked.
 */
export function* reportKeysCsv(result: KeysResult): Generator<string> {
  const columns = result.accounts === undefined ? COLUMNS : [...ACCOUNT_COLUMNS, ...COLUMNS];
  yield csvLine(columns.map(([title]) => title));
  for (const key of result.keys) yield csvLine(columns.map(([, of]) => String(of(key) ?? '')));
  for (const { account, verdict, reason } of missing(result)) {
    const cells: Record<string, string> = {
      accountId: account?.id ?? '',
      accountName: account?.name ?? '',
      verdict,
      reason,
    };
    yield csvLine(columns.map(([title]) => cells[title] ?? ''));
  }
}

interface Missing {
  account?: AccountName | undefined;
  verdict: 'incomplete' | 'skipped';
  reason: string;
}

function* missing({ accounts = [], gaps }: KeysResult): Generator<Missing> {
  for (const account of accounts) {
    if (account.state === 'failed')
      yield {
        account,
        verdict: 'incomplete',
        reason: failureLines(account).join('. '),
      };
    if (account.state === 'skipped') yield { account, verdict: 'skipped', reason: account.reason };
  }
  for (const { account, ...gap } of gaps)
    yield { account, verdict: 'incomplete', reason: gapLines(gap).join('. ') };
}

function tagsText(tags: Record<string, string> | undefined): string {
  return Object.entries(tags ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
