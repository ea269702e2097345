import { type AuditResult, type CheckResult, type CheckText, CIS_EDITIONS } from './audit-result.ts';
import { statusText } from './audit-summary.ts';
import { csvLine } from './csv.ts';

type Cell = (result: CheckResult, check: CheckText) => string | number | undefined;

type Column = readonly [title: string, of: Cell];

const ACCOUNT_COLUMNS: readonly Column[] = [
  ['accountId', ({ account }) => account?.id],
  ['accountName', ({ account }) => account?.name],
];

const COLUMNS: readonly Column[] = [
  ['status', statusText],
  ['severity', ({ severity }) => severity],
  ['section', (_, { section }) => section],
  ['check', ({ check }) => check],
  ['title', (_, { title }) => title],
  ['resource', ({ resource }) => resource],
  ['region', ({ region }) => region],
  ['evidence', ({ evidence }) => evidence],
  ['fixConsole', ({ fix }) => fix?.console],
  ['fixCli', ({ fix }) => fix?.cli],
  ['why', ({ fix }, { why }) => (fix === undefined ? undefined : why)],
  ...CIS_EDITIONS.map((edition) => [`cis${edition}`, (_, { cis }) => cis[edition]] as [string, Cell]),
  ['securityHub', (_, { securityHub }) => securityHub.join(' ')],
  ['exceptionOwner', ({ exception }) => exception?.owner],
  ['exceptionReason', ({ exception }) => exception?.reason],
  ['exceptionExpires', ({ exception, expiredException }) => (exception ?? expiredException)?.expires],
  ['known', ({ known }) => (known === true ? 'true' : undefined)],
  ['deniedAction', ({ action }) => action],
  ['id', ({ id }) => id],
];

/** RFC 4180, a row per result; what is unknown is a row as well, and an account that was not asked is a last row. */
export function* reportAuditCsv({ accounts, results, checks }: AuditResult): Generator<string> {
  const texts = new Map(checks.map((check) => [check.id, check]));
  const columns = accounts === undefined ? COLUMNS : [...ACCOUNT_COLUMNS, ...COLUMNS];
  yield csvLine(columns.map(([title]) => title));
  for (const result of results) {
    const check = texts.get(result.check)!;
    yield csvLine(columns.map(([, of]) => String(of(result, check) ?? '')));
  }
  for (const account of accounts ?? []) {
    if (account.state !== 'skipped') continue;
    const { id, name = '', reason } = account;
    const cells: Record<string, string> = {
      accountId: id,
      accountName: name,
      status: 'skipped',
      evidence: reason,
    };
    yield csvLine(columns.map(([title]) => cells[title] ?? ''));
  }
}
