import { escapeControl } from './escape.ts';
import { findingTitle, remedyFor } from './kinds.ts';
import { plural } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { placeName, presence, shortId } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, ScanResult } from './result.ts';
import {
  incompleteLines,
  noteLines,
  scannedLine,
  scannedNothing,
  suppressedParts,
  verdictLine,
} from './summary.ts';

/** Rows of the table; a summary is read, and GitHub takes at most 1 MiB of it. */
const ROWS = 50;

/** A page for people in GitHub's Markdown, such as the summary of a job. */
export function* reportMarkdown(result: ScanResult, options: ReportOptions): Generator<string> {
  yield `**${escapeMarkdown(verdictLine(result))}**\n`;
  const findings = sortFindings(result.findings, primaryOccurrence);
  if (findings.length > 0) {
    yield '\n| confidence | what | where | account | fingerprint |\n| --- | --- | --- | --- | --- |\n';
    for (const finding of findings.slice(0, ROWS)) yield row(finding, options);
    const rest = findings.length - ROWS;
    if (rest > 0) yield `\n${plural(rest, 'more finding')} in the full report.\n`;
    yield '\n';
    for (const line of new Set(findings.slice(0, ROWS).map(remedyLine))) yield line;
  }
  const incomplete = incompleteLines(result);
  if (incomplete.length > 0) yield list('Not scanned', incomplete);
  const asides = [...suppressedParts(result.coverage), ...noteLines(result.coverage)];
  if (asides.length > 0) yield list('Not shown', asides);
  if (!scannedNothing(result.coverage)) yield `\n${escapeMarkdown(scannedLine(result))}\n`;
}

function remedyLine(finding: Finding): string {
  const { command, advice } = remedyFor(finding);
  return `- ${command === undefined ? '' : `${code(command)} `}${escapeMarkdown(advice)}\n`;
}

function row(finding: Finding, options: ReportOptions): string {
  const place = primaryOccurrence(finding);
  const others = finding.occurrenceCount - 1;
  const where = [
    code(`${placeName(place)}:${place.line}`),
    place.commit === undefined ? '' : `in ${code(shortId(place.commit.id))}`,
    others > 0 ? `and ${plural(others, 'other place')}` : '',
    escapeMarkdown(presence(finding) ?? ''),
  ].filter((part) => part !== '');
  const what = [
    escapeMarkdown(findingTitle(finding, options)),
    code(finding.keyId ?? ''),
    code(finding.masked ?? ''),
  ];
  const cells = [
    finding.confidence,
    what.filter((part) => part !== '').join(' '),
    where.join(' '),
    escapeMarkdown(finding.accountId ?? ''),
    code(finding.fingerprint.slice(0, 12)),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function list(title: string, lines: readonly string[]): string {
  return `\n${title}:\n\n${lines.map((line) => `- ${escapeMarkdown(line)}\n`).join('')}`;
}

function code(text: string): string {
  return text === '' ? '' : `<code>${escapeMarkdown(text)}</code>`;
}

/** Text that is nothing but text: every character that Markdown, HTML or the host's autolinks could take for more is an entity. */
export function escapeMarkdown(text: string): string {
  return escapeControl(text).replace(/[!-,.:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
