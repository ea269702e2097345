import type { AuditResult, CheckResult, CheckText } from './audit-result.ts';
import { controlsOf, evidenceOf, resourceText } from './audit-summary.ts';
import { escapeControl } from './escape.ts';
import { quoted, xmlText } from './junit.ts';

/** JUnit XML: a suite per section, a case per result. FAIL is a failure, UNKNOWN an error, N/A and an exception are skipped. */
export function* reportAuditJunit(result: AuditResult): Generator<string> {
  const texts = new Map(result.checks.map((check) => [check.id, check]));
  const time = `time="${(result.durationMs / 1000).toFixed(3)}"`;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="keyturn" ${countsOf(result.results)} ${time}>\n`;
  for (const { number, title } of result.sections) {
    const results = result.results.filter(({ check }) => texts.get(check)!.section === number);
    yield `<testsuite name=${quoted(`${number}. ${title}`)} ${countsOf(results)}>\n`;
    for (const one of results) yield caseOf(one, texts.get(one.check)!);
    yield '</testsuite>\n';
  }
  yield '</testsuites>\n';
}

function countsOf(results: readonly CheckResult[]): string {
  const count = (test: (one: CheckResult) => boolean) => results.filter(test).length;
  const failures = count((one) => one.status === 'FAIL' && !isSkipped(one));
  return `tests="${results.length}" failures="${failures}" errors="${count(({ status }) => status === 'UNKNOWN')}" skipped="${count(isSkipped)}"`;
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
