import type { Confidence } from '../detect/types.ts';
import { escapeControl, toJsonLine } from './escape.ts';
import { findingTitle, kindText, remedyFor } from './kinds.ts';
import { plural } from './numbers.ts';
import { compareText, primaryOccurrence, sortFindings } from './order.ts';
import { placeName, presence } from './place.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding, GapReason, Occurrence, ScanResult } from './result.ts';
import { describeGap, gapText } from './summary.ts';

export const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** Validators want an address; until the project has a home page it is one that is reserved for examples. */
export const INFORMATION_URI = 'https://keyturn.example/';
const HELP_URI = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/securing_access-keys.html';
const ROOT = 'SRCROOT';
/** Other places of a credential that are listed; viewers show no more, and services refuse files beyond 10 MB. */
const RELATED_LIMIT = 20;

const LEVELS: Readonly<Record<Confidence, 'error' | 'warning' | 'note'>> = {
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** SARIF 2.1.0 for code-scanning services, a result a line. */
export function* reportSarif(result: ScanResult, options: ReportOptions): Generator<string> {
  const findings = sortFindings(result.findings, primaryOccurrence);
  const rules = toRules(findings, options);
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));

  yield `{\n"$schema":${toJsonLine(SCHEMA)},\n"version":"2.1.0",\n"runs":[{\n`;
  yield `"tool":${toJsonLine({ driver: toDriver(result, rules) })},\n`;
  yield `"invocations":${toJsonLine([toInvocation(result, options)])},\n`;
  yield `"originalUriBaseIds":${toJsonLine({ [ROOT]: { description: { text: 'The root of what was scanned.' } } })},\n`;
  yield '"columnKind":"utf16CodeUnits",\n"results":[';
  let separator = '\n';
  for (const finding of findings) {
    yield `${separator}${toJsonLine(toResult(finding, ruleIndex.get(finding.rule)!, options))}`;
    separator = ',\n';
  }
  yield `${findings.length === 0 ? '' : '\n'}]\n}]\n}\n`;
}

function toDriver({ tool, coverage }: ScanResult, rules: readonly object[]): object {
  const reasons = [...new Set(coverage.gaps.map(({ reason }) => reason))].sort(compareText);
  return {
    name: tool.name,
    version: tool.version,
    semanticVersion: tool.version,
    informationUri: INFORMATION_URI,
    rules,
    ...(reasons.length > 0 && { notifications: reasons.map(toNotificationDescriptor) }),
  };
}

/** One rule per rule id that has a result, sorted by id. */
function toRules(findings: readonly Finding[], options: ReportOptions): { id: string }[] {
  const samples = new Map<string, Finding>();
  for (const finding of findings) if (!samples.has(finding.rule)) samples.set(finding.rule, finding);
  return [...samples.values()]
    .sort((a, b) => compareText(a.rule, b.rule))
    .map((finding) => toRule(finding, options));
}

/** `sample` is the worst finding of the rule: findings come worst first. */
function toRule(sample: Finding, options: ReportOptions): { id: string; [property: string]: unknown } {
  const { severity, meaning } = kindText(sample.kind);
  const title = sentence(findingTitle(sample, options));
  const remediation = options.rules?.get(sample.rule)?.remediation ?? remedyFor({ kind: sample.kind }).advice;
  return {
    id: sample.rule,
    name: toPascalCase(sample.rule),
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    helpUri: HELP_URI,
    help: {
      text: `${meaning} ${sentence(remediation)}`,
      markdown: `${meaning}\n\n**What to do:** ${sentence(remediation)}`,
    },
    defaultConfiguration: { level: LEVELS[sample.confidence] },
    properties: {
      tags: ['security', 'secret', 'aws'],
      precision: sample.confidence === 'info' ? 'low' : sample.confidence,
      'security-severity': severity.toFixed(1),
    },
  };
}

function toNotificationDescriptor(reason: GapReason): object {
  return { id: reason, name: toPascalCase(reason), shortDescription: { text: sentence(gapText(reason)) } };
}

function toInvocation(result: ScanResult, { finishedAt }: ReportOptions): object {
  const notifications = result.coverage.gaps.map((gap) => ({
    descriptor: { id: gap.reason },
    level: 'warning',
    message: { text: plainText(sentence(`Not scanned: ${describeGap(gap)}`)) },
  }));
  const interrupted = {
    level: 'warning',
    message: { text: 'The scan was interrupted: the results are those found so far.' },
  };
  const all = result.interrupted === true ? [...notifications, interrupted] : notifications;
  return {
    executionSuccessful: result.complete,
    startTimeUtc: new Date(finishedAt - result.durationMs).toISOString(),
    endTimeUtc: new Date(finishedAt).toISOString(),
    ...(all.length > 0 && { toolExecutionNotifications: all }),
  };
}

function toResult(finding: Finding, ruleIndex: number, options: ReportOptions): object {
  const place = primaryOccurrence(finding);
  const others = finding.occurrences.filter((occurrence) => occurrence !== place).slice(0, RELATED_LIMIT);
  const { kind, confidence, keyId, masked, accountId, canary, example, details, occurrenceCount } = finding;
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[confidence],
    message: { text: plainText(resultMessage(finding, place, options)) },
    locations: [toLocation(place)],
    ...(others.length > 0 && {
      relatedLocations: others.map((occurrence, index) => ({
        id: index + 1,
        ...toLocation(occurrence),
        message: { text: 'The same credential.' },
      })),
    }),
    partialFingerprints: {
      // The name under which GitHub tells an old alert from a new one; it computes its own from the line when absent,
      // which would open a new alert whenever a credential moves.
      primaryLocationLineHash: `${finding.fingerprint}:1`,
      'credential/v1': finding.fingerprint,
    },
    properties: { confidence, kind, keyId, masked, accountId, canary, example, details, occurrenceCount },
  };
}

function resultMessage(finding: Finding, place: Occurrence, options: ReportOptions): string {
  const facts = [findingTitle(finding, options)];
  if (finding.keyId !== undefined) facts.push(`'${finding.keyId}'`);
  if (finding.masked !== undefined) facts.push(`(secret ${finding.masked})`);
  if (finding.accountId !== undefined) facts.push(`of account ${finding.accountId}`);
  if (place.path === undefined) facts.push(`in ${placeName(place)}, line ${place.line}`);
  const others = finding.occurrenceCount - 1;
  if (others > 0) facts.push(`and in ${plural(others, 'other place')}`);
  const today = presence(finding);
  const remedy = remedyFor(finding);
  const sentences = [
    facts.join(' '),
    today,
    remedy.command === undefined ? undefined : `Run: ${remedy.command}`,
    remedy.advice,
  ];
  return sentences
    .filter((text) => text !== undefined)
    .map((text) => sentence(escapeControl(capitalize(text))))
    .join(' ');
}

function toLocation(occurrence: Occurrence): object {
  const { line, column, endLine, endColumn, object, commit, reachable, atHead, where, encoding } = occurrence;
  const startLine = Math.max(1, line);
  const startColumn = Math.max(1, column);
  const lastLine = Math.max(startLine, endLine);
  return {
    physicalLocation: {
      artifactLocation: toArtifact(occurrence),
      region: {
        startLine,
        startColumn,
        endLine: lastLine,
        endColumn: lastLine === startLine ? Math.max(startColumn, endColumn) : Math.max(1, endColumn),
      },
    },
    ...(occurrence.path === undefined && {
      logicalLocations: [{ fullyQualifiedName: escapeControl(placeName(occurrence)) }],
    }),
    properties: { object, commit, reachable, atHead, where, encoding },
  };
}

/**
 * Services demand a physical location of every result. What is no file, a commit message say, stands under a path that
 * no checkout has, and names itself in `logicalLocations`.
 */
function toArtifact({ path, object, source }: Occurrence): object {
  const place = path ?? (object === undefined ? source : `.git/${object.type}/${object.id}`);
  if (place.startsWith('/')) return { uri: `file://${encodePath(place)}` };
  return { uri: encodePath(place), uriBaseId: ROOT };
}

/** Percent-encodes every segment of a path. */
export function encodePath(path: string): string {
  return path
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

/** A plain-text message knows links, `[text](target)`: brackets of ours are never one. */
export function plainText(text: string): string {
  return text.replace(/[[\]\\]/g, '\\$&');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function toPascalCase(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map(capitalize)
    .join('');
}
