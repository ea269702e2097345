import type { Confidence } from '../detect/types.ts';
import { escapeControl, toJsonLine } from './escape.ts';
import { findingTitle, kindText, remedyFor } from './kinds.ts';
import { primaryOccurrence, sortFindings } from './order.ts';
import { placeName, presence } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, Occurrence, ScanResult } from './result.ts';
import { incompleteLines } from './summary.ts';

/** Of GitLab's security report schemas; later minor versions of 15 accept what is written here. */
const SCHEMA_VERSION = '15.0.6';
/** The schema wants a commit for every location; a work tree has none. */
const NO_COMMIT = '0'.repeat(40);

const SEVERITIES: Readonly<Record<Confidence, string>> = {
  high: 'Critical',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
};

/** A GitLab secret detection report (`gl-secret-detection-report.json`), a vulnerability a line. */
export function* reportGitlab(result: ScanResult, options: ReportOptions): Generator<string> {
  yield `{\n"version":"${SCHEMA_VERSION}",\n"scan":${toJsonLine(toScan(result, options))},\n"vulnerabilities":[`;
  let separator = '\n';
  for (const finding of sortFindings(result.findings, primaryOccurrence)) {
    yield `${separator}${toJsonLine(toVulnerability(finding, options))}`;
    separator = ',\n';
  }
  yield `${result.findings.length === 0 ? '' : '\n'}]\n}\n`;
}

function toScan(result: ScanResult, { finishedAt }: ReportOptions): object {
  const { name, version } = result.tool;
  const scanner = { id: name, name: 'Keyturn', version, vendor: { name: 'Keyturn' } };
  const messages = incompleteLines(result).map((line) => ({ level: 'warn', value: `Not scanned: ${line}` }));
  return {
    type: 'secret_detection',
    status: result.complete ? 'success' : 'failure',
    start_time: toTime(finishedAt - result.durationMs),
    end_time: toTime(finishedAt),
    analyzer: scanner,
    scanner,
    ...(messages.length > 0 && { messages }),
  };
}

/** UTC without fraction and zone, as the schema wants it. */
function toTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

function toVulnerability(finding: Finding, options: ReportOptions): object {
  const place = primaryOccurrence(finding);
  const remedy = remedyFor(finding);
  return {
    id: finding.fingerprint.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    name: escapeControl(findingTitle(finding, options)).slice(0, 255),
    description: kindText(finding.kind).meaning,
    severity: SEVERITIES[finding.confidence],
    solution: escapeControl(
      remedy.command === undefined ? remedy.advice : `${remedy.command} - ${remedy.advice}`,
    ),
    identifiers: [{ type: 'keyturn_rule_id', name: `Keyturn rule ${finding.rule}`, value: finding.rule }],
    location: toLocation(place),
    ...(finding.keyId !== undefined && { raw_source_code_extract: finding.keyId }),
    details: toDetails(finding),
  };
}

function toLocation(place: Occurrence): object {
  const { commit, object } = place;
  return {
    file: place.path ?? placeName(place),
    start_line: place.line,
    end_line: place.endLine,
    commit:
      commit === undefined
        ? { sha: object?.type === 'commit' ? object.id : NO_COMMIT }
        : {
            sha: commit.id,
            author: `${commit.author} <${commit.email}>`,
            date: commit.authoredAt,
            message: commit.summary,
          },
  };
}

function toDetails(finding: Finding): object {
  const rows: [key: string, name: string, value: string | undefined][] = [
    ['fingerprint', 'Fingerprint', finding.fingerprint],
    ['key_id', 'Key ID', finding.keyId],
    ['secret', 'Secret (masked)', finding.masked],
    ['account', 'Account', finding.accountId],
    ['presence', 'Today', presence(finding)],
    ['places', 'Places', String(finding.occurrenceCount)],
    ['canary', 'Canary', finding.canary === true ? 'a known canary: using it alerts its owner' : undefined],
  ];
  return Object.fromEntries(
    rows
      .filter(([, , value]) => value !== undefined)
      .map(([key, name, value]) => [key, { name, type: 'text', value: escapeControl(value!) }]),
  );
}
