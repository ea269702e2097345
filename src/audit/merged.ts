import { isAnswered } from '../accounts/for-each.ts';
import type { AccountResult } from '../accounts/types.ts';
import type { Identity } from '../aws/types.ts';
import type { AuditedAccount, AuditResult, CheckResult, CheckText } from '../report/audit-result.ts';
import { byUrgency, NO_SCORE, resultId, textOf, withScores } from './result.ts';
import type { Check } from './types.ts';

/** What an audit over several accounts says besides what the accounts say. */
export interface MergeOptions {
  tool: AuditResult['tool'];
  checks: readonly Check[];
  /** Who asked, with the original credentials. */
  self: Identity;
  takenAt: string;
  durationMs: number;
  notes: readonly string[];
}

/**
 * One result out of those of several accounts. In one that could not be entered every check is UNKNOWN, so that no format, score or
 * comparison takes it for an account without failures.
 */
export function mergeAuditResults(
  results: readonly AccountResult<AuditResult>[],
  { tool, checks, self, takenAt, durationMs, notes }: MergeOptions,
): AuditResult {
  const texts = checks.map(textOf);
  const regions = results.flatMap((result) => (result.state === 'ok' ? result.value.regions : []));
  return withScores({
    schemaVersion: 1,
    tool,
    complete: isAnswered(results),
    takenAt,
    durationMs,
    account: { id: self.accountId, partition: self.partition },
    accounts: results.map(toAudited),
    askedBy: self.arn,
    regions: [...new Set(regions)],
    score: NO_SCORE,
    sections: [],
    checks: texts,
    results: results.flatMap((result) => resultsOf(result, texts, self)).sort(byUrgency),
    notes: [...notes],
  });
}

function toAudited({ account, ...result }: AccountResult<AuditResult>): AuditedAccount {
  if (result.state !== 'ok') return { ...account, ...result };
  const { takenAt, durationMs, askedBy, regions, score, notes } = result.value;
  return { ...account, state: 'read', takenAt, durationMs, askedBy, regions, score, notes };
}

function resultsOf(
  result: AccountResult<AuditResult>,
  checks: readonly CheckText[],
  { partition }: Identity,
): CheckResult[] {
  const { account } = result;
  if (result.state === 'skipped') return [];
  if (result.state === 'ok') return result.value.results.map((one) => ({ ...one, account }));
  const resource = `arn:${partition}:iam::${account.id}:root`;
  const { message, action } = result;
  return checks.map(({ id, severity }) => ({
    id: resultId(account.id, id, resource),
    account,
    check: id,
    status: 'UNKNOWN',
    severity,
    resource,
    evidence: `the account was not read: ${message}`,
    ...(action !== undefined && { action }),
  }));
}
