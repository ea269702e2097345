import { accountText, failureLines } from './accounts.ts';
import type { AuditResult, CheckResult, CheckText, Severity } from './audit-result.ts';
import { controlsOf, evidenceOf, toldResults } from './audit-summary.ts';
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
  const { id, account, resource, region, severity, exception, fix } = one;
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
    properties: { account: account?.id, severity, region, fix, controls: controlsOf(check) },
  };
}

function toInvocation(result: AuditResult, { finishedAt }: ReportOptions): object {
  const unknown = toldResults(result)
    .filter(({ status }) => status === 'UNKNOWN')
    .map(({ check, resource, evidence }) =>
      notification('error', `${check} is unknown for ${resource}: ${evidence}`),
    );
  const accounts = (result.accounts ?? []).flatMap((account) => {
    if (account.state === 'failed')
      return [
        notification(
          'error',
          `account ${accountText(account)} was not read: ${failureLines(account).join('. ')}`,
        ),
      ];
    if (account.state === 'skipped')
      return [notification('note', `account ${accountText(account)} was not asked: ${account.reason}`)];
    return [];
  });
  const notifications = [...accounts, ...unknown];
  return {
    executionSuccessful: result.complete,
    startTimeUtc: new Date(finishedAt - result.durationMs).toISOString(),
    endTimeUtc: new Date(finishedAt).toISOString(),
    ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
  };
}

function notification(level: 'error' | 'note', text: string): object {
  return { level, message: { text: plainText(escapeControl(text)) } };
}
