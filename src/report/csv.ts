import { escapeControl } from './escape.ts';
import { findingTitle } from './kinds.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { firstSeen, placeName, presence } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, ScanResult } from './result.ts';
import { gapText } from './summary.ts';

const COLUMNS = [
  'confidence',
  'rule',
  'title',
  'keyId',
  'masked',
  'accountId',
  'repository',
  'path',
  'line',
  'column',
  'presence',
  'commit',
  'author',
  'email',
  'authoredAt',
  'occurrences',
  'encoding',
  'flags',
  'fingerprint',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/**
 * RFC 4180, a row per finding. Rows with the confidence `incomplete` come last: what could not be scanned, so that a
 * table without findings is not taken for a scan without leaks.
 */
export function* reportCsv(result: ScanResult, options: ReportOptions): Generator<string> {
  yield csvLine(COLUMNS);
  for (const finding of sortFindings(result.findings, primaryOccurrence))
    yield rowLine(findingRow(finding, options));
  for (const row of incompleteRows(result)) yield rowLine(row);
}

function findingRow(finding: Finding, options: ReportOptions): Row {
  const place = primaryOccurrence(finding);
  const commit = firstSeen(finding);
  const flags = [finding.canary === true ? 'canary' : '', finding.example === true ? 'example' : ''];
  return {
    confidence: finding.confidence,
    rule: finding.rule,
    title: findingTitle(finding, options),
    keyId: finding.keyId ?? '',
    masked: finding.masked ?? '',
    accountId: finding.accountId ?? '',
    repository: place.repository ?? '',
    path: placeName(place),
    line: String(place.line),
    column: String(place.column),
    presence: presence(finding) ?? '',
    commit: commit?.id ?? '',
    author: commit?.author ?? '',
    email: commit?.email ?? '',
    authoredAt: commit?.authoredAt ?? '',
    occurrences: String(finding.occurrenceCount),
    encoding: (place.encoding ?? []).join(' > '),
    flags: flags.filter((flag) => flag !== '').join(' '),
    fingerprint: finding.fingerprint,
  };
}

function incompleteRows(result: ScanResult): Row[] {
  const rows: Row[] = result.coverage.gaps.map((gap) => ({
    confidence: 'incomplete',
    rule: gap.reason,
    title: gapText(gap.reason),
    path: gap.examples.join(' | '),
    occurrences: String(gap.count),
  }));
  if (rows.length === 0 && !result.complete) {
    rows.push({
      confidence: 'incomplete',
      title: result.interrupted === true ? 'interrupted' : 'did not reach its end',
    });
  }
  return rows;
}

function rowLine(row: Row): string {
  return csvLine(COLUMNS.map((column) => row[column] ?? ''));
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

/** A spreadsheet would run a cell that starts with one of these as a formula; the apostrophe makes it text. */
function toCell(value: string): string {
  const safe = escapeControl(value).replace(/^[=+\-@\uff1d\uff0b\uff0d\uff20]/, "'$&");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
