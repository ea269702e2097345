import { createHash } from 'node:crypto';
import {
  type AuditResult,
  type CheckResult,
  type CheckText,
  type Fix,
  isOpen,
  type Score,
  SEVERITIES,
  STATUSES,
  type Status,
} from '../report/audit-result.ts';
import { compareText } from '../report/order.ts';
import type { Judged } from './run.ts';
import { type Check, SECTIONS, type SectionNumber, type Verdict } from './types.ts';

/** What an audit is about, beside its verdicts. */
export type AuditFrame = Pick<
  AuditResult,
  'tool' | 'takenAt' | 'durationMs' | 'account' | 'askedBy' | 'regions' | 'notes'
>;

/** Verdicts become results: with texts of their checks, ids, scores and an order. */
export function toAuditResult(judged: readonly Judged[], frame: AuditFrame): AuditResult {
  const results = judged.flatMap(({ check, verdicts }) =>
    verdicts.map((verdict) => toResult(check, verdict, frame.account.id)),
  );
  return withScores({
    schemaVersion: 1,
    complete: results.every(({ status }) => status !== 'UNKNOWN'),
    ...frame,
    score: NO_SCORE,
    sections: [],
    checks: judged.map(({ check }) => textOf(check)),
    results: results.sort(byUrgency),
  });
}

/** Before anything is counted. */
export const NO_SCORE: Score = { passed: 0, failed: 0, unknown: 0, notApplicable: 0 };

/** Counted anew: exceptions change what a check comes to. */
export function withScores(result: AuditResult): AuditResult {
  const { accounts, checks } = result;
  const statuses = statusByCheck(result);
  const scoreIn = (asked: readonly (string | undefined)[], of: readonly CheckText[]) =>
    scoreOf(asked.flatMap((account) => of.map(({ id }) => statuses.get(keyOf(account, id)) ?? 'N/A')));
  const asked = accounts?.flatMap(({ id, state }) => (state === 'skipped' ? [] : [id])) ?? [undefined];
  const sections = Object.entries(SECTIONS)
    .map(([number, title]) => ({ number: Number(number) as SectionNumber, title }))
    .filter(({ number }) => checks.some(({ section }) => section === number))
    .map(({ number, title }) => {
      const score = scoreIn(
        asked,
        checks.filter(({ section }) => section === number),
      );
      return { number, title, score };
    });
  return {
    ...result,
    ...(accounts !== undefined && {
      accounts: accounts.map((one) =>
        one.state === 'read' ? { ...one, score: scoreIn([one.id], checks) } : one,
      ),
    }),
    score: scoreIn(asked, checks),
    sections,
  };
}

/** In each account the worst of its results; a FAIL with an exception is none. */
function statusByCheck({ results }: AuditResult): Map<string, Status> {
  const statuses = new Map<string, Status>();
  for (const result of results) {
    const key = keyOf(result.account?.id, result.check);
    const status = result.status === 'FAIL' && !isOpen(result) ? 'PASS' : result.status;
    const worst = statuses.get(key);
    if (worst === undefined || STATUSES.indexOf(status) < STATUSES.indexOf(worst)) statuses.set(key, status);
  }
  return statuses;
}

function keyOf(account: string | undefined, check: string): string {
  return `${account ?? ''} ${check}`;
}

function scoreOf(statuses: readonly Status[]): Score {
  const count = (status: Status) => statuses.filter((one) => one === status).length;
  const [passed, failed, unknown] = [count('PASS'), count('FAIL'), count('UNKNOWN')];
  const applicable = passed + failed + unknown;
  return {
    passed,
    failed,
    unknown,
    notApplicable: count('N/A'),
    // Down: 100 is for accounts where nothing is left.
    ...(applicable > 0 && { percent: Math.floor((passed * 100) / applicable) }),
  };
}

export function textOf({ id, section, title, severity, cis, securityHub, why, fix }: Check): CheckText {
  return { id, section, title, severity, cis, securityHub, why, fix };
}

function toResult(check: Check, verdict: Verdict, accountId: string): CheckResult {
  const { status, resource, region, evidence, action } = verdict;
  const needsFix = status === 'FAIL';
  return {
    id: resultId(accountId, check.id, resource, region),
    check: check.id,
    status,
    severity: verdict.severity ?? check.severity,
    resource,
    ...(region !== undefined && { region }),
    evidence,
    ...(needsFix && { fix: named({ ...check.fix, ...verdict.fix }, verdict) }),
    ...(action !== undefined && { action }),
  };
}

/** The way in the console, with the name of the user, role or policy and the region that it is about. */
function named(fix: Fix, { resource, region }: Verdict): Fix {
  const [, kind = '', name = ''] = /:(user|role|policy)\/(?:.*\/)?(.+)$/.exec(resource) ?? [];
  const words: Record<string, string | undefined> = { [kind.toUpperCase()]: name, REGION: region };
  return {
    ...fix,
    console: fix.console.replace(/\b(?:USER|ROLE|POLICY|REGION)\b/g, (word) => words[word] ?? word),
  };
}

export function resultId(...parts: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

export function byUrgency(a: CheckResult, b: CheckResult): number {
  return (
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.check, b.check) ||
    compareText(a.account?.id ?? '', b.account?.id ?? '') ||
    compareText(a.region ?? '', b.region ?? '') ||
    compareText(a.resource, b.resource)
  );
}
