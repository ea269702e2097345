import { CONFIDENCES } from '../detect/types.ts';
import { escapeControl } from './escape.ts';
import { kindText } from './kinds.ts';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from './numbers.ts';
import { compareText } from './order.ts';
import type { Coverage, Gap, GapReason, ScanResult } from './result.ts';

/** What was missed, for one and for many. */
const GAP_TEXT: Readonly<Record<GapReason, readonly [one: string, many: string]>> = {
  'missing-object': ['object that the store does not hold', 'objects that the store does not hold'],
  'corrupt-object': ['object that cannot be read', 'objects that cannot be read'],
  'truncated-pack': ['pack that ends too early', 'packs that end too early'],
  shallow: ['commit where a shallow clone ends', 'commits where a shallow clone ends'],
  'promised-object': [
    'object left at the remote of a partial clone',
    'objects left at the remote of a partial clone',
  ],
  'lost-alternate': ['borrowed object store that is gone', 'borrowed object stores that are gone'],
  'unreadable-file': ['file that cannot be read', 'files that cannot be read'],
  'archive-limit': ['archive beyond the limits set', 'archives beyond the limits set'],
  'too-large': ['file or object beyond the size limit', 'files or objects beyond the size limit'],
  timeout: ['object that took too long', 'objects that took too long'],
};

/** What a gap's reason means, in the plural. */
export function gapText(reason: GapReason): string {
  return GAP_TEXT[reason][1];
}

/** The gap in one line: `3 objects that cannot be read (corrupt-object), e.g. 0123, 4567`. Escaped. */
export function describeGap({ reason, count, examples }: Gap): string {
  const some = examples.slice(0, 3).map(escapeControl).join(', ');
  return `${plural(count, ...GAP_TEXT[reason])} (${reason})${some === '' ? '' : `, e.g. ${some}`}`;
}

/** `3 credentials (2 high, 1 medium) in 17 places`. */
export function countLine(result: ScanResult): string {
  const { findings } = result;
  const places = findings.reduce((sum, finding) => sum + finding.occurrenceCount, 0);
  const byConfidence = CONFIDENCES.map((confidence) => ({
    confidence,
    count: findings.filter((finding) => finding.confidence === confidence).length,
  })).filter(({ count }) => count > 0);
  const shares = byConfidence
    .map(({ confidence, count }) => `${formatCount(count)} ${confidence}`)
    .join(', ');
  return `${plural(findings.length, 'credential')} (${shares}) in ${plural(places, 'place')}`;
}

/** `1 AWS access key pair, 2 access key IDs`, most frequent first. */
export function kindLine(result: ScanResult): string {
  const counts = new Map<string, number>();
  for (const { kind } of result.findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([kindA, a], [kindB, b]) => b - a || compareText(kindA, kindB))
    .map(([kind, count]) => escapeControl(plural(count, kindText(kind).title, kindText(kind).plural)))
    .join(', ');
}

/** `Scanned 12,408 blobs and 1,902 commits, 311 MB in 0.9 s (345 MB/s)`. */
export function scannedLine(result: ScanResult): string {
  const { coverage, durationMs } = result;
  const rate = formatRate(coverage.bytes, durationMs);
  const volume = `${formatBytes(coverage.bytes)} in ${formatDuration(durationMs)}${rate === undefined ? '' : ` (${rate})`}`;
  const parts = countedParts(coverage);
  return `Scanned ${parts.length === 0 ? '' : `${joinWords(parts)}, `}${volume}`;
}

/** True when there was nothing to look at, which is no proof of anything. */
export function scannedNothing(coverage: Coverage): boolean {
  return coverage.bytes === 0 && countedParts(coverage).length === 0;
}

/** Why nothing was scanned, as far as the counts tell. */
export function nothingLine(coverage: Coverage): string {
  return `Nothing was scanned: ${nothingReason(coverage)}.`;
}

/** Findings that are not in the report, each with what brings it back; empty if there are none. */
export function suppressedParts(coverage: Coverage): string[] {
  const { inline, allowFile, baseline, belowConfidence, examples } = coverage.suppressed;
  return [
    [belowConfidence, 'below the confidence asked for (--min-confidence info shows all)'],
    [inline, 'allowed by a comment on the line'],
    [allowFile, 'allowed by the allow list'],
    [baseline, 'known from the baseline'],
    [examples, 'documented examples or placeholders (--include-examples shows them)'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, why]) => `${formatCount(count as number)} ${why}`);
}

/** Why a result is incomplete, a line each, escaped; empty for a complete one. */
export function incompleteLines(result: ScanResult): string[] {
  if (result.complete && result.coverage.gaps.length === 0) return [];
  const lines = result.coverage.gaps.map(describeGap);
  if (result.interrupted === true) lines.unshift('the scan was interrupted');
  return lines.length === 0 ? ['the scan did not reach its end'] : lines;
}

/** Notes about what was not looked at by design, a line each, escaped. */
export function noteLines(coverage: Coverage): string[] {
  return coverage.notes.map(({ reason, count, examples }) => {
    const some = examples.slice(0, 3).map(escapeControl).join(', ');
    return `${escapeControl(reason)}: ${formatCount(count)}${some === '' ? '' : `, e.g. ${some}`}`;
  });
}

/** The verdict in one sentence, for formats that have room for no more. Never says that an incomplete scan found nothing. */
export function verdictLine(result: ScanResult): string {
  const gaps = incompleteLines(result);
  const found = result.findings.length === 0 ? 'no credentials found' : countLine(result);
  if (gaps.length > 0) return `INCOMPLETE: ${found} in what could be scanned; ${gaps.join('; ')}`;
  if (result.findings.length === 0 && scannedNothing(result.coverage)) return nothingLine(result.coverage);
  return found;
}

function countedParts(coverage: Coverage): string[] {
  const { files = 0, blobs = 0, commits = 0, tags = 0 } = coverage;
  return [
    files > 0 ? plural(files, 'file') : '',
    blobs > 0 ? plural(blobs, 'blob') : '',
    commits > 0 ? plural(commits, 'commit') : '',
    tags > 0 ? plural(tags, 'tag') : '',
  ].filter((part) => part !== '');
}

function nothingReason(coverage: Coverage): string {
  if (coverage.gaps.length > 0) return 'none of it could be read';
  if (coverage.blobs !== undefined || coverage.commits !== undefined)
    return 'the range or object store holds no objects';
  if (coverage.files !== undefined)
    return 'no files were left after what git ignores (--no-ignore scans that too)';
  return 'the input was empty';
}

function joinWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
