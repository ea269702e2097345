import { escapeControl } from './escape.ts';
import { renderFrame } from './frame.ts';
import { findingTitle, remedyFor } from './kinds.ts';
import { formatCount, plural } from './numbers.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { firstSeen, placeName, presence, shortId, showCommand } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, Occurrence, ScanResult } from './result.ts';
import { createStyle, type Style } from './style.ts';
import {
  countLine,
  incompleteLines,
  kindLine,
  noteLines,
  nothingLine,
  scannedLine,
  scannedNothing,
  suppressedParts,
} from './summary.ts';

const INDENT = '      ';
/** Digits of a fingerprint that people are shown. */
export const SHORT_FINGERPRINT = 12;

/** For people: a block per finding, then what was scanned and what was not. */
export function* reportText(result: ScanResult, options: ReportOptions): Generator<string> {
  const style = createStyle(options.color);
  for (const finding of sortFindings(result.findings, primaryOccurrence)) {
    yield `${findingLines(finding, options, style).join('\n')}\n\n`;
  }
  yield `${summaryLines(result, style).join('\n')}\n`;
}

/** One finding: where, what, the line it stands on, and what to do. */
export function findingLines(finding: Finding, options: ReportOptions, style: Style): string[] {
  const place = primaryOccurrence(finding);
  const frame =
    place.excerpt === undefined
      ? []
      : renderFrame(place.excerpt, place.line, options.width ?? Number.POSITIVE_INFINITY, style);
  return [headLine(finding, place, options, style), ...frame, ...factLines(finding, place, options, style)];
}

function headLine(finding: Finding, place: Occurrence, options: ReportOptions, style: Style): string {
  const where = style.place(`${escapeControl(placeName(place))}:${place.line}:${place.column}`);
  const confidence = styleOf(finding, style)(finding.confidence);
  const title = style.title(escapeControl(findingTitle(finding, options)));
  return `${where}  ${confidence}  ${title}  ${style.faint(escapeControl(finding.rule))}`;
}

function styleOf(finding: Finding, style: Style): (text: string) => string {
  return finding.confidence === 'info' ? style.faint : style[finding.confidence];
}

function factLines(finding: Finding, place: Occurrence, options: ReportOptions, style: Style): string[] {
  const remedy = remedyFor(finding);
  const facts: [label: string, value: string | undefined][] = [
    ['key', keyFact(finding)],
    ['account', accountFact(finding)],
    ['seen', seenFact(finding)],
    [
      'repo',
      place.repository === undefined || place.repository === '.'
        ? undefined
        : escapeControl(place.repository),
    ],
    ['inside', (place.encoding ?? []).length === 0 ? undefined : escapeControl(place.encoding!.join(' > '))],
    ['expires', expiryFact(finding, options.finishedAt)],
    ['about', otherDetails(finding)],
    [
      'fix',
      remedy.command === undefined
        ? escapeControl(remedy.advice)
        : style.command(escapeControl(remedy.command)),
    ],
    ['', remedy.command === undefined ? undefined : escapeControl(remedy.advice)],
    ['show', escaped(showCommand(place))],
    ['id', finding.fingerprint.slice(0, SHORT_FINGERPRINT)],
  ];
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${INDENT}${style.faint(label.padEnd(8))}${value}`);
}

function keyFact(finding: Finding): string | undefined {
  const parts: string[] = [];
  if (finding.keyId !== undefined) parts.push(escapeControl(finding.keyId));
  if (finding.masked !== undefined) parts.push(`secret ${escapeControl(finding.masked)}`);
  return parts.length === 0 ? undefined : parts.join(' + ');
}

function accountFact(finding: Finding): string | undefined {
  const notes: string[] = [];
  if (finding.accountId !== undefined)
    notes.push(`${escapeControl(finding.accountId)} (read from the key ID)`);
  if (finding.canary === true) notes.push('a known canary: using it alerts its owner');
  if (finding.example === true) notes.push('a documented example, not a real credential');
  return notes.length === 0 ? undefined : notes.join('; ');
}

function seenFact(finding: Finding): string | undefined {
  const facts: string[] = [];
  const commit = firstSeen(finding);
  if (commit !== undefined) {
    const date = escapeControl(commit.authoredAt.slice(0, 10));
    facts.push(`first seen ${shortId(commit.id)} ${date} by ${escapeControl(commit.author)}`);
  }
  const today = presence(finding);
  if (today !== undefined) facts.push(escapeControl(today));
  const others = finding.occurrenceCount - 1;
  if (others > 0) facts.push(plural(others, 'other place'));
  return facts.length === 0 ? undefined : facts.join('; ');
}

function expiryFact(finding: Finding, now: number): string | undefined {
  const expiresAt = finding.details?.['expiresAt'];
  if (expiresAt === undefined) return undefined;
  const isPast = Date.parse(expiresAt) <= now;
  return `${escapeControl(expiresAt)}${isPast ? ' (expired)' : ''}`;
}

function otherDetails(finding: Finding): string | undefined {
  const entries = Object.entries(finding.details ?? {}).filter(([name]) => name !== 'expiresAt');
  return entries.length === 0
    ? undefined
    : entries.map(([name, value]) => escapeControl(`${name} ${value}`)).join(', ');
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeControl(text);
}

function summaryLines(result: ScanResult, style: Style): string[] {
  const incomplete = incompleteLines(result);
  const suppressed = suppressedParts(result.coverage);
  const lines = [verdict(result, incomplete.length > 0, style)];
  if (result.findings.length > 0) lines.push(kindLine(result));
  if (!scannedNothing(result.coverage)) lines.push(scannedLine(result));
  if (suppressed.length > 0) lines.push(`Not shown: ${suppressed.join(', ')}`);
  for (const note of noteLines(result.coverage)) lines.push(`Note: ${note}`);
  if (incomplete.length > 0) {
    const missed = result.coverage.gaps.reduce((sum, gap) => sum + gap.count, 0);
    const count = missed > 0 ? `: ${formatCount(missed)} not scanned` : '';
    lines.push(style.high(`INCOMPLETE${count}`), ...incomplete.map((line) => `  ${line}`));
  }
  return lines;
}

function verdict(result: ScanResult, isIncomplete: boolean, style: Style): string {
  if (result.findings.length > 0) return style.title(countLine(result));
  if (scannedNothing(result.coverage)) return style.medium(nothingLine(result.coverage));
  if (isIncomplete) return style.title('No credentials found in what could be scanned, which is not all');
  return style.good('No credentials found');
}
