import { escapeControl } from './escape.ts';
import { findingTitle, remedyFor } from './kinds.ts';
import { formatCount } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { firstSeen, placeName, presence, shortId } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, ScanResult } from './result.ts';
import { describeGap, verdictLine } from './summary.ts';

/** JUnit XML: a failed test case per finding, one in error per gap, and one that passed when there is nothing to tell. */
export function* reportJunit(result: ScanResult, options: ReportOptions): Generator<string> {
  const errors = incompleteCases(result);
  const failures = result.findings.length;
  const isPassed = failures === 0 && errors.length === 0;
  const counts = `tests="${failures + errors.length + (isPassed ? 1 : 0)}" failures="${failures}" errors="${errors.length}" time="${(result.durationMs / 1000).toFixed(3)}"`;

  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="keyturn" ${counts}>\n<testsuite name="keyturn scan" ${counts}>\n`;
  for (const finding of sortFindings(result.findings, primaryOccurrence)) yield failedCase(finding, options);
  yield* errors;
  if (isPassed) yield `<testcase classname="keyturn" name=${quoted(verdictLine(result))}/>\n`;
  yield '</testsuite>\n</testsuites>\n';
}

function failedCase(finding: Finding, options: ReportOptions): string {
  const place = primaryOccurrence(finding);
  const where = `${placeName(place)}:${place.line}:${place.column}`;
  const title = [findingTitle(finding, options), finding.keyId]
    .filter((part) => part !== undefined)
    .join(' ');
  const file = place.path === undefined ? '' : ` file=${quoted(place.path)} line="${place.line}"`;
  return [
    `<testcase classname=${quoted(placeName(place))} name=${quoted(`${title} at ${where}`)}${file}>`,
    `<failure type=${quoted(finding.rule)} message=${quoted(`${finding.confidence}: ${title}`)}>${xmlText(body(finding, where))}</failure>`,
    '</testcase>\n',
  ].join('\n');
}

function body(finding: Finding, where: string): string {
  const commit = firstSeen(finding);
  const remedy = remedyFor(finding);
  const facts: [label: string, value: string | undefined][] = [
    ['place', where],
    ['secret', finding.masked],
    ['account', finding.accountId],
    ['first seen', commit && `${shortId(commit.id)} ${commit.authoredAt} by ${commit.author}`],
    ['today', presence(finding)],
    ['places', formatCount(finding.occurrenceCount)],
    ['fix', remedy.command],
    ['advice', remedy.advice],
    ['fingerprint', finding.fingerprint],
  ];
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label}: ${escapeControl(value!)}`)
    .join('\n');
}

function incompleteCases(result: ScanResult): string[] {
  const cases = result.coverage.gaps.map((gap) => errorCase(gap.reason, `Not scanned: ${describeGap(gap)}`));
  if (cases.length === 0 && !result.complete) {
    const why = result.interrupted === true ? 'The scan was interrupted' : 'The scan did not reach its end';
    cases.push(errorCase('incomplete', why));
  }
  return cases;
}

function errorCase(reason: string, message: string): string {
  return `<testcase classname="keyturn coverage" name=${quoted(reason)}>\n<error type=${quoted(reason)} message=${quoted(message)}/>\n</testcase>\n`;
}

/** As the value of an attribute. */
export function quoted(text: string): string {
  return `"${xmlText(escapeControl(text))}"`;
}

/** `text` holds no control characters but line feeds, so nothing in it is outside of what XML 1.0 can hold. */
export function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
