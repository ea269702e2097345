import { type AuditResult, type CheckResult, type CheckText, CIS_EDITIONS } from './audit-result.ts';
import { statusText } from './audit-summary.ts';
import { csvLine } from './csv.ts';

type Cell = (result: CheckResult, check: CheckText) => string | number | undefined;

const COLUMNS: readonly (readonly [title: string, of: Cell])[] = [
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

/** RFC 4180, a row per result; what is unknown is a row as well. */
export function* reportAuditCsv({ results, checks }: AuditResult): Generator<string> {
  const texts = new Map(checks.map((check) => [check.id, check]));
  yield csvLine(COLUMNS.map(([title]) => title));
  for (const result of results) {
    const check = texts.get(result.check)!;
    yield csvLine(COLUMNS.map(([, of]) => String(of(result, check) ?? '')));
  }
}
