import { escapeControl } from './escape.ts';
import { findingTitle } from './kinds.ts';
import { plural } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { placeName } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, ScanResult } from './result.ts';
import { verdictLine } from './summary.ts';

/** A line per finding, `path:line:column: confidence rule message [fingerprint]`, then one line that starts with `keyturn: `. */
export function* reportCompact(result: ScanResult, options: ReportOptions): Generator<string> {
  for (const finding of sortFindings(result.findings, primaryOccurrence)) {
    const place = primaryOccurrence(finding);
    const where = `${placeName(place)}:${place.line}:${place.column}`;
    const text = `${where}: ${finding.confidence} ${finding.rule} ${message(finding, options)} [${finding.fingerprint}]`;
    yield `${escapeControl(text)}\n`;
  }
  yield `keyturn: ${verdictLine(result)}\n`;
}

function message(finding: Finding, options: ReportOptions): string {
  const parts = [findingTitle(finding, options)];
  if (finding.keyId !== undefined) parts.push(finding.keyId);
  if (finding.masked !== undefined) parts.push(finding.masked);
  if (finding.canary === true) parts.push('(canary)');
  const others = finding.occurrenceCount - 1;
  if (others > 0) parts.push(`(+${plural(others, 'place')})`);
  return parts.join(' ');
}
