import { afterEach, describe, expect, it } from 'vitest';
import { connectAws } from '../../src/aws/connect.ts';
import type { RegionalAws } from '../../src/aws/regional/types.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import type { SeedRegion } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';

afterEach(closeSandboxes);

async function portsOf(sandbox: Sandbox, credentials: Credentials): Promise<RegionalAws> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const connection = await connectAws({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    maxAttempts: 1,
  });
  return (await connection.audit()).inRegion('us-east-1');
}

const NAMES = ['a', 'b', 'c'];
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:t`;
const FINDING = { resourceType: 'AWS::S3::Bucket', findingType: 'ExternalAccess' as const };

/** Three of everything. */
const SEED: SeedRegion = {
  instances: NAMES.map((id) => ({ id })),
  launchTemplates: NAMES.map((name) => ({ name, versions: NAMES.map((userData) => ({ userData })) })),
  functions: NAMES.map((name) => ({ name })),
  taskDefinitions: NAMES.map((family) => ({ family, containers: [] })),
  projects: NAMES.map((name) => ({ name })),
  stacks: NAMES.map((name) => ({ name })),
  parameters: NAMES.map((name) => ({ name, value: name })),
  trails: NAMES.map((name) => ({ name })),
  metricFilters: NAMES.map((name) => ({ name, logGroup: 'g', pattern: '', metric: name, namespace: 'n' })),
  alarms: NAMES.map((name) => ({ name, metric: 'm', namespace: 'n' })),
  topics: [{ name: 't', subscriptions: NAMES.map((endpoint) => ({ protocol: 'email', endpoint })) }],
  guardDuty: 'ENABLED',
  analyzers: NAMES.map((name) => ({
    name,
    findings: NAMES.map((resource) => ({ resource, ...FINDING })),
  })),
  identityCenter: 'ACTIVE',
};

const ANALYZER = `arn:aws:access-analyzer:us-east-1:${ACCOUNT}:analyzer/a`;
const LISTS: Record<string, (aws: RegionalAws) => Promise<unknown[]>> = {
  'ec2:DescribeInstances': ({ ec2 }) => ec2.instances(),
  'ec2:DescribeLaunchTemplates': ({ ec2 }) => ec2.launchTemplates(),
  'ec2:DescribeLaunchTemplateVersions': ({ ec2 }) => ec2.launchTemplateUserData('lt-61000000000000000'),
  'lambda:ListFunctions': ({ lambda }) => lambda.functions(),
  'ecs:ListTaskDefinitions': ({ ecs }) => ecs.taskDefinitions(),
  'codebuild:ListProjects': ({ codeBuild }) => codeBuild.projects(),
  'cloudformation:DescribeStacks': ({ cloudFormation }) => cloudFormation.stacks(),
  'ssm:DescribeParameters': ({ parameters }) => parameters.plain(),
  'cloudtrail:DescribeTrails': ({ cloudTrail }) => cloudTrail.trails(),
  'logs:DescribeMetricFilters': ({ logs }) => logs.metricFilters('g'),
  'cloudwatch:DescribeAlarms': ({ cloudWatch }) => cloudWatch.alarms(),
  'sns:ListSubscriptionsByTopic': ({ sns }) => sns.subscriptions(TOPIC),
  'access-analyzer:ListAnalyzers': ({ accessAnalyzer }) => accessAnalyzer.analyzers(),
  'access-analyzer:ListFindings': ({ accessAnalyzer }) => accessAnalyzer.findings(ANALYZER),
};
const OTHERS: Record<string, (aws: RegionalAws) => Promise<unknown>> = {
  'ec2:DescribeRegions': ({ ec2 }) => ec2.regions(),
  'ec2:DescribeInstanceAttribute': ({ ec2 }) => ec2.userData('a'),
  'ecs:DescribeTaskDefinition': ({ ecs }) => ecs.containers('a:1'),
  'ssm:GetParameters': ({ parameters }) => parameters.values(['a']),
  'guardduty:ListDetectors': ({ guardDuty }) => guardDuty.detectors(),
  'sso:ListInstances': ({ identityCenter }) => identityCenter.instances(),
};

describe('ports of a region', () => {
  it('read lists to their end, however short the pages are', async () => {
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, regions: { 'us-east-1': SEED } }] });
    sandbox.control.settings.pageSize = 1;
    const aws = await portsOf(sandbox, sandbox.control.adminOf(ACCOUNT));
    const counts = await Promise.all(
      Object.entries(LISTS).map(async ([action, list]) => [action, (await list(aws)).length]),
    );
    expect(counts).toEqual(Object.keys(LISTS).map((action) => [action, 3]));
  });

  it('name the permission that is missing, as policies spell it', async () => {
    const sandbox = await openSandbox([{ name: 'nobody', keys: [{}] }]);
    const aws = await portsOf(sandbox, sandbox.control.keysOf(ACCOUNT, 'nobody')[0]!);
    for (const [action, read] of Object.entries({ ...LISTS, ...OTHERS })) {
      const error = await read(aws).catch((refused: unknown) => refused);
      expect(error).toMatchObject({ name: 'AwsError', kind: 'denied', action });
      expect((error as Error).message).toContain(`not authorized to perform: ${action} `);
    }
  });

  it('can all be read with SecurityAudit, but for values of parameters', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [{ name: 'auditor', policies: ['SecurityAudit'], keys: [{}] }],
          regions: { 'us-east-1': SEED },
        },
      ],
    });
    const aws = await portsOf(sandbox, sandbox.control.keysOf(ACCOUNT, 'auditor')[0]!);
    const denied: string[] = [];
    for (const [action, read] of Object.entries({ ...LISTS, ...OTHERS }))
      await read(aws).catch(({ kind }: { kind: string }) => denied.push(`${action} ${kind}`));
    const [trail] = await aws.cloudTrail.trails();
    expect(await aws.cloudTrail.status(trail!)).toEqual({ isLogging: true });
    expect(await aws.cloudTrail.managementEvents(trail!)).toEqual({
      reads: true,
      writes: true,
      excluded: [],
    });
    expect(denied).toEqual(['ssm:GetParameters denied']);
  });
});
