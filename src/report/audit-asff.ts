import type { AuditResult, CheckResult, CheckText, Status } from './audit-result.ts';
import { evidenceOf } from './audit-summary.ts';
import { toJsonLine } from './escape.ts';

const COMPLIANCE: Readonly<Record<Status, string>> = {
  PASS: 'PASSED',
  FAIL: 'FAILED',
  UNKNOWN: 'WARNING',
  'N/A': 'NOT_AVAILABLE',
};

/** Type of the resource by service and kind of the ARN. */
const TYPES: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^arn:[^:]+:iam::\d+:root$/, 'AwsAccount'],
  [/^arn:[^:]+:iam::\d+:user\//, 'AwsIamUser'],
  [/^arn:[^:]+:iam::\d+:role\//, 'AwsIamRole'],
  [/^arn:[^:]+:iam::\d+:group\//, 'AwsIamGroup'],
  [/^arn:[^:]+:iam::\d+:policy\//, 'AwsIamPolicy'],
  [/^arn:[^:]+:ec2:[^:]*:\d+:instance\//, 'AwsEc2Instance'],
  [/^arn:[^:]+:ec2:[^:]*:\d+:launch-template\//, 'AwsEc2LaunchTemplate'],
  [/^arn:[^:]+:lambda:[^:]*:\d+:function:/, 'AwsLambdaFunction'],
  [/^arn:[^:]+:ecs:[^:]*:\d+:task-definition\//, 'AwsEcsTaskDefinition'],
  [/^arn:[^:]+:codebuild:[^:]*:\d+:project\//, 'AwsCodeBuildProject'],
  [/^arn:[^:]+:cloudformation:[^:]*:\d+:stack\//, 'AwsCloudFormationStack'],
  [/^arn:[^:]+:cloudtrail:[^:]*:\d+:trail\//, 'AwsCloudTrailTrail'],
  [/^arn:[^:]+:guardduty:[^:]*:\d+:detector\//, 'AwsGuardDutyDetector'],
];

/** The AWS Security Finding Format: a list that `aws securityhub batch-import-findings` takes, a hundred at a time. */
export function* reportAuditAsff(result: AuditResult): Generator<string> {
  const texts = new Map(result.checks.map((check) => [check.id, check]));
  yield '[';
  let separator = '\n';
  for (const one of result.results) {
    yield `${separator}${toJsonLine(toFinding(one, texts.get(one.check)!, result))}`;
    separator = ',\n';
  }
  yield `${result.results.length === 0 ? '' : '\n'}]\n`;
}

/** Where IAM's findings go when nothing is known of an account's regions. */
const HOME_REGIONS: Readonly<Record<string, string>> = {
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
};

function toFinding(one: CheckResult, check: CheckText, { account, takenAt, regions }: AuditResult): object {
  const { partition } = account;
  const accountId = one.account?.id ?? account.id;
  const region = one.region ?? regions[0] ?? HOME_REGIONS[partition] ?? 'us-east-1';
  const { exception } = one;
  const controls = [
    ...Object.entries(check.cis).map(
      ([edition, number]) => `CIS AWS Foundations Benchmark v${edition}/${number}`,
    ),
    ...check.securityHub.map((control) => `Security Hub ${control}`),
  ];
  return {
    SchemaVersion: '2018-10-08',
    Id: `keyturn/${accountId}/${one.id}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`,
    GeneratorId: `keyturn/${check.id}`,
    AwsAccountId: accountId,
    Types: ['Software and Configuration Checks/AWS Security Best Practices'],
    CreatedAt: takenAt,
    UpdatedAt: takenAt,
    Severity: { Label: one.status === 'FAIL' ? one.severity.toUpperCase() : 'INFORMATIONAL' },
    Title: cut(check.title, 256),
    Description: cut(`${evidenceOf(one)}. ${check.why}`, 1024),
    ...(one.fix !== undefined && {
      Remediation: { Recommendation: { Text: cut(`${one.fix.console}. Or: ${one.fix.cli}`, 512) } },
    }),
    ProductFields: { 'keyturn/check': check.id, 'keyturn/status': one.status },
    Resources: [
      {
        Type: TYPES.find(([pattern]) => pattern.test(one.resource))?.[1] ?? 'Other',
        Id: one.resource.endsWith(':root') ? `AWS::::Account:${accountId}` : cut(one.resource, 512),
        Partition: partition,
        Region: region,
      },
    ],
    Compliance: {
      Status: COMPLIANCE[one.status],
      ...(controls.length > 0 && { RelatedRequirements: controls }),
    },
    Workflow: { Status: exception !== undefined ? 'SUPPRESSED' : one.status === 'PASS' ? 'RESOLVED' : 'NEW' },
    RecordState: 'ACTIVE',
    ...(exception !== undefined && {
      Note: {
        Text: cut(exception.reason, 512),
        UpdatedBy: cut(exception.owner, 512),
        UpdatedAt: takenAt,
      },
    }),
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
