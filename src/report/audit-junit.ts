import { accountText, failureLines } from './accounts.ts';
import type { AuditedAccount, AuditResult, CheckResult, CheckText } from './audit-result.ts';
import { controlsOf, evidenceOf, resourceText, toldResults } from './audit-summary.ts';
import { escapeControl } from './escape.ts';
import { quoted, xmlText } from './junit.ts';

/** JUnit XML: a suite per section, a case per result. FAIL is a failure, UNKNOWN an error, N/A and an exception are skipped. Of several accounts, a suite tells which were read. */
export function* reportAuditJunit(result: AuditResult): Generator<string> {
  const texts = new Map(result.checks.map((check) => [check.id, check]));
  const time = `time="${(result.durationMs / 1000).toFixed(3)}"`;
  const told = toldResults(result);
  const accounts = (result.accounts ?? []).map(accountCase);
  const total = sumOf([countsOf(told), ...accounts.map(({ counts }) => counts)]);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="keyturn" ${attributesOf(total)} ${time}>\n`;
  for (const { number, title } of result.sections) {
    const results = told.filter(({ check }) => texts.get(check)!.section === number);
    yield `<testsuite name=${quoted(`${number}. ${title}`)} ${attributesOf(countsOf(results))}>\n`;
    for (const one of results) yield caseOf(one, texts.get(one.check)!);
    yield '</testsuite>\n';
  }
  if (accounts.length > 0) {
    yield `<testsuite name="Accounts" ${attributesOf(sumOf(accounts.map(({ counts }) => counts)))}>\n`;
    for (const { text } of accounts) yield text;
    yield '</testsuite>\n';
  }
  yield '</testsuites>\n';
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

function countsOf(results: readonly CheckResult[]): Counts {
  const count = (test: (one: CheckResult) => boolean) => results.filter(test).length;
  return {
    tests: results.length,
    failures: count((one) => one.status === 'FAIL' && !isSkipped(one)),
    errors: count(({ status }) => status === 'UNKNOWN'),
    skipped: count(isSkipped),
  };
}

function sumOf(all: readonly Counts[]): Counts {
  const sum = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const counts of all)
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  return sum;
}

function attributesOf({ tests, failures, errors, skipped }: Counts): string {
  return `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

function accountCase(account: AuditedAccount): { counts: Counts; text: string } {
  const head = `<testcase classname="account" name=${quoted(accountText(account))}`;
  const counts = { tests: 1, failures: 0, errors: 0, skipped: 0 };
  if (account.state === 'read') return { counts, text: `${head}/>\n` };
  if (account.state === 'skipped')
    return {
      counts: { ...counts, skipped: 1 },
      text: `${head}>\n<skipped message=${quoted(account.reason)}/>\n</testcase>\n`,
    };
  return {
    counts: { ...counts, errors: 1 },
    text: `${head}>\n<error type="not-read" message=${quoted(failureLines(account).join('. '))}/>\n</testcase>\n`,
  };
}

function isSkipped({ status, exception }: CheckResult): boolean {
  return status === 'N/A' || exception !== undefined;
}

function caseOf(one: CheckResult, check: CheckText): string {
  const head = `<testcase classname=${quoted(check.id)} name=${quoted(`${check.title}: ${resourceText(one)}`)}`;
  const evidence = evidenceOf(one);
  if (isSkipped(one)) return `${head}>\n<skipped message=${quoted(evidence)}/>\n</testcase>\n`;
  if (one.status === 'PASS') return `${head}/>\n`;
  if (one.status === 'UNKNOWN')
    return `${head}>\n<error type="unknown" message=${quoted(evidence)}/>\n</testcase>\n`;
  const facts = [
    `resource: ${one.resource}`,
    `why: ${check.why}`,
    `fix: ${one.fix?.console ?? ''}`,
    `command: ${one.fix?.cli ?? ''}`,
    `controls: ${controlsOf(check)}`,
  ];
  const body = facts.map((fact) => xmlText(escapeControl(fact))).join('\n');
  return `${head}>\n<failure type=${quoted(one.severity)} message=${quoted(evidence)}>${body}</failure>\n</testcase>\n`;
}
