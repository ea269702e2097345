import type { AuditResult, CheckResult, CheckText, Severity } from './audit-result.ts';
import { controlsOf, evidenceOf } from './audit-summary.ts';
import { escapeControl, toJsonLine } from './escape.ts';
import type { ReportOptions } from './reporter.ts';
import { encodePath, INFORMATION_URI, plainText, SCHEMA, toPascalCase } from './sarif.ts';

const HELP_URI = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html';
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};
/** As code-scanning services rank: from 9 on critical, 7 high, 4 medium. */
const RANKS: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0' };

/** SARIF 2.1.0: what fails, a result a line. An exception is a suppression; what is unknown is a notification. */
export function* reportAuditSarif(result: AuditResult, options: ReportOptions): Generator<string> {
  const failing = result.results.filter(({ status }) => status === 'FAIL');
  const ids = new Set(failing.map(({ check }) => check));
  const rules = result.checks.filter(({ id }) => ids.has(id));
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const { name, version } = result.tool;
  const driver = {
    name,
    version,
    semanticVersion: version,
    informationUri: INFORMATION_URI,
    rules: rules.map(toRule),
  };
  yield `{\n"$schema":${toJsonLine(SCHEMA)},\n"version":"2.1.0",\n"runs":[{\n`;
  yield `"tool":${toJsonLine({ driver })},\n`;
  yield `"invocations":${toJsonLine([toInvocation(result, options)])},\n"results":[`;
  let separator = '\n';
  for (const one of failing) {
    yield `${separator}${toJsonLine(toResult(one, index.get(one.check)!, rules[index.get(one.check)!]!))}`;
    separator = ',\n';
  }
  yield `${failing.length === 0 ? '' : '\n'}]\n}]\n}\n`;
}

function toRule(check: CheckText): object {
  const { id, title, why, fix, severity } = check;
  return {
    id,
    name: toPascalCase(id),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    helpUri: HELP_URI,
    help: { text: `${why} ${fix.console}. Or: ${fix.cli}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', 'aws', 'iam', ...controlTags(check)],
      'security-severity': RANKS[severity],
    },
  };
}

function controlTags({ cis, securityHub }: CheckText): string[] {
  return [
    ...Object.entries(cis).map(([edition, number]) => `cis-${edition}/${number}`),
    ...securityHub.map((id) => `security-hub/${id}`),
  ];
}

function toResult(one: CheckResult, ruleIndex: number, check: CheckText): object {
  const { id, resource, region, severity, exception, fix } = one;
  const where = region === undefined ? resource : `${resource} in ${region}`;
  return {
    ruleId: check.id,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: plainText(escapeControl(`${check.title}. ${where}: ${evidenceOf(one)}.`)) },
    // Services demand a file: this one is in no checkout, and the resource names itself below.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `aws/${encodePath(resource.replaceAll(':', '/'))}` },
          region: { startLine: 1 },
        },
        logicalLocations: [{ fullyQualifiedName: escapeControl(resource), kind: 'resource' }],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: `${id}:1`, 'audit/v1': id },
    ...(exception !== undefined && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: `${exception.owner}, until ${exception.expires}: ${exception.reason}`,
        },
      ],
    }),
    properties: { severity, region, fix, controls: controlsOf(check) },
  };
}

function toInvocation(result: AuditResult, { finishedAt }: ReportOptions): object {
  const unknown = result.results.filter(({ status }) => status === 'UNKNOWN');
  return {
    executionSuccessful: result.complete,
    startTimeUtc: new Date(finishedAt - result.durationMs).toISOString(),
    endTimeUtc: new Date(finishedAt).toISOString(),
    ...(unknown.length > 0 && {
      toolExecutionNotifications: unknown.map(({ check, resource, evidence }) => ({
        level: 'error',
        message: { text: plainText(escapeControl(`${check} is unknown for ${resource}: ${evidence}`)) },
      })),
    }),
  };
}
