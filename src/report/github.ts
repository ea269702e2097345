import type { Confidence } from '../detect/types.ts';
import { escapeControl } from './escape.ts';
import { findingTitle, remedyFor } from './kinds.ts';
import { plural } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { placeName, presence } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, Occurrence, ScanResult } from './result.ts';
import { incompleteLines, verdictLine } from './summary.ts';

/** GitHub shows no more per step and level. */
const SHOWN_BY_GITHUB = 10;

const LEVELS: Readonly<Record<Confidence, 'error' | 'warning' | 'notice'>> = {
  high: 'error',
  medium: 'error',
  low: 'warning',
  info: 'notice',
};

/** Annotations for GitHub Actions: the worst ten findings, then the verdict over all. */
export function* reportGithub(result: ScanResult, options: ReportOptions): Generator<string> {
  const shown = sortFindings(result.findings, primaryOccurrence).slice(0, SHOWN_BY_GITHUB);
  for (const finding of shown) yield annotation(finding, options);
  yield verdict(result, shown.length);
}

function annotation(finding: Finding, options: ReportOptions): string {
  const place = primaryOccurrence(finding);
  const title = findingTitle(finding, options);
  return command(
    LEVELS[finding.confidence],
    { ...placeProperties(place), title },
    message(finding, place, title),
  );
}

function placeProperties({ path, line, column, endLine, endColumn }: Occurrence): Record<string, string> {
  if (path === undefined) return {};
  const start = { file: path, line: String(line) };
  // Columns are only taken from annotations of one line.
  if (endLine > line) return { ...start, endLine: String(endLine) };
  return { ...start, col: String(column), endColumn: String(endColumn) };
}

function message(finding: Finding, place: Occurrence, title: string): string {
  const remedy = remedyFor(finding);
  const others = finding.occurrenceCount - 1;
  const facts = [
    [title, finding.keyId, finding.masked].filter((part) => part !== undefined).join(' '),
    finding.accountId === undefined ? undefined : `account ${finding.accountId}`,
    place.path === undefined ? `in ${placeName(place)}, line ${place.line}` : undefined,
    presence(finding),
    others > 0 ? plural(others, 'other place') : undefined,
  ].filter((fact) => fact !== undefined);
  return [facts.join('; '), remedy.command ?? '', remedy.advice, `fingerprint ${finding.fingerprint}`]
    .filter((line) => line !== '')
    .map(escapeControl)
    .join('\n');
}

function verdict(result: ScanResult, shown: number): string {
  const isIncomplete = incompleteLines(result).length > 0;
  const level = isIncomplete ? 'warning' : 'notice';
  const rest = result.findings.length - shown;
  return command(
    level,
    { title: 'keyturn' },
    `${verdictLine(result)}${rest > 0 ? `; ${rest} of them not annotated` : ''}`,
  );
}

/** A workflow command. Values are escaped the way the runner undoes it; nothing in them can end or start a command. */
function command(name: string, properties: Record<string, string>, text: string): string {
  const list = Object.entries(properties)
    .map(
      ([key, value]) =>
        `${key}=${escapeData(escapeControl(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
    )
    .join(',');
  return `::${name} ${list}::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
