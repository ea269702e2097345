import { toJsonLine } from './escape.ts';
import { firstOccurrence, sortFindings } from './order.ts';
import type { Coverage, Finding, Occurrence, ScanResult } from './result.ts';

/** The whole result as one JSON document, a finding a line (schema/scan-result.schema.json). */
export function* reportJson(result: ScanResult): Generator<string> {
  const { interrupted } = result;
  yield '{\n';
  yield `  "schemaVersion": ${result.schemaVersion},\n`;
  yield `  "tool": ${toJsonLine(toTool(result))},\n`;
  yield `  "complete": ${result.complete},\n`;
  if (interrupted !== undefined) yield `  "interrupted": ${interrupted},\n`;
  yield '  "findings": [';
  let separator = '\n';
  for (const finding of sortFindings(result.findings, firstOccurrence)) {
    yield `${separator}    ${toJsonLine(toJsonFinding(finding))}`;
    separator = ',\n';
  }
  yield result.findings.length === 0 ? '],\n' : '\n  ],\n';
  yield `  "coverage": ${toJsonLine(toJsonCoverage(result.coverage))},\n`;
  yield `  "durationMs": ${toDuration(result)}\n}\n`;
}

/** A finding a line, then a summary line (schema/scan-result-line.schema.json). */
export function* reportNdjson(result: ScanResult): Generator<string> {
  for (const finding of sortFindings(result.findings, firstOccurrence)) {
    yield `${toJsonLine({ type: 'finding', ...toJsonFinding(finding) })}\n`;
  }
  const { schemaVersion, complete, interrupted, findings, coverage } = result;
  const summary = {
    type: 'summary',
    schemaVersion,
    tool: toTool(result),
    complete,
    interrupted,
    findingCount: findings.length,
    coverage: toJsonCoverage(coverage),
    durationMs: toDuration(result),
  };
  yield `${toJsonLine(summary)}\n`;
}

// Fields are named one by one, so that nothing leaves by accident and their order never depends on who built the object.
// JSON.stringify leaves out those that are undefined.

function toTool({ tool }: ScanResult): object {
  return { name: tool.name, version: tool.version };
}

function toDuration({ durationMs }: ScanResult): number {
  return Math.max(0, Math.round(durationMs));
}

function toJsonFinding(finding: Finding): object {
  const {
    fingerprint,
    rule,
    kind,
    confidence,
    keyId,
    masked,
    accountId,
    canary,
    example,
    onRemote,
    details,
  } = finding;
  return {
    fingerprint,
    rule,
    kind,
    confidence,
    keyId,
    masked,
    accountId,
    canary,
    example,
    onRemote,
    details,
    occurrences: finding.occurrences.map(toJsonOccurrence),
    occurrenceCount: finding.occurrenceCount,
  };
}

/** Without the excerpt, which is for people. */
function toJsonOccurrence(occurrence: Occurrence): object {
  const { source, repository, path, line, column, endLine, endColumn, object, commit } = occurrence;
  const { reachable, atHead, where, refs, encoding } = occurrence;
  return {
    source,
    repository,
    path,
    line,
    column,
    endLine,
    endColumn,
    object: object && { type: object.type, id: object.id },
    commit: commit && {
      id: commit.id,
      author: commit.author,
      email: commit.email,
      authoredAt: commit.authoredAt,
      summary: commit.summary,
    },
    reachable,
    atHead,
    where,
    refs,
    encoding,
  };
}

function toJsonCoverage(coverage: Coverage): object {
  const { files, blobs, commits, tags, trees, bytes, gaps, notes, suppressed } = coverage;
  return { files, blobs, commits, tags, trees, bytes, gaps, notes, suppressed };
}
