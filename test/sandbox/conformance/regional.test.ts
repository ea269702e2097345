import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateLogGroupCommand, PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateDetectorCommand } from '@aws-sdk/client-guardduty';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAws } from '../../../src/aws/connect.ts';
import type { RegionalAws, Values } from '../../../src/aws/regional/types.ts';
import { Secret } from '../../../src/base/secret.ts';
import { type Credentials, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import type { SeedRegion } from '../../../src/sandbox/seed/seed.ts';
import { regionalClients } from '../../helpers/regional-clients.ts';
import { clientsFor } from '../../helpers/sandbox.ts';
import { type Moto, notRun, python, startMoto } from './peers.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const PATTERN = '{ $.userIdentity.type = "Root" }';
const SCRIPT = '#!/bin/sh\necho <&>\n';
const ADVANCED = [
  {
    Name: 'ours',
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Management'] },
      { Field: 'readOnly', Equals: ['false'] },
    ],
  },
];
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
const GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:trail:*`;

const SEED: SeedRegion = {
  instances: [{ id: 'i-0123456789abcdef0', name: 'web', userData: SCRIPT }],
  launchTemplates: [{ name: 'web', versions: [{ userData: 'one' }, { userData: 'two' }] }],
  functions: [{ name: 'f', env: { STAGE: 'prod' } }],
  taskDefinitions: [{ family: 'app', containers: [{ name: 'main', env: { STAGE: 'prod' } }] }],
  projects: [{ name: 'site', env: { STAGE: 'prod' }, references: { TOKEN: '/site/token' } }],
  stacks: [{ name: 'network', parameters: { Stage: 'prod' }, outputs: { Url: 'https://example.com' } }],
  parameters: [
    { name: '/app/stage', value: 'prod' },
    { name: '/app/key', type: 'SecureString', value: 'x' },
  ],
  trails: [{ name: 'all', logGroup: 'trail', advanced: ADVANCED }],
  metricFilters: [{ name: 'root', logGroup: 'trail', pattern: PATTERN, metric: 'RootUse', namespace: 'CIS' }],
  alarms: [{ name: 'root', metric: 'RootUse', namespace: 'CIS', actions: ['alerts'] }],
  topics: [{ name: 'alerts', subscriptions: [{ protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:1:q' }] }],
  guardDuty: 'ENABLED',
};

/** The same in moto, by the calls that make it. */
async function furnish(url: string, credentials: Credentials): Promise<void> {
  const { ec2, lambda, ecs, builds, stacks, ssm, trail, logs, watch, sns, guardDuty } = regionalClients(
    url,
    credentials,
  );
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const env = { name: 'STAGE', value: 'prod' };
  await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      UserData: base64(SCRIPT),
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
    }),
  );
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { UserData: base64('one') },
    }),
  );
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { UserData: base64('two') },
    }),
  );
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  };
  const { Role } = await clientsFor(url, credentials).iam.send(
    new CreateRoleCommand({ RoleName: 'f', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'f',
      Role: Role!.Arn!,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: EMPTY_ZIP },
      Environment: { Variables: { STAGE: 'prod' } },
    }),
  );
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'app',
      containerDefinitions: [{ name: 'main', image: 'x', memory: 64, environment: [env] }],
    }),
  );
  await builds.send(
    new CreateProjectCommand({
      name: 'site',
      source: { type: 'S3', location: 'bucket/path' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'x',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [env, { name: 'TOKEN', value: '/site/token', type: 'PARAMETER_STORE' }],
      },
      serviceRole: Role!.Arn!,
    }),
  );
  const template = {
    Parameters: { Stage: { Type: 'String' } },
    Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
    Outputs: { Url: { Value: 'https://example.com' } },
  };
  await stacks.send(
    new CreateStackCommand({
      StackName: 'network',
      TemplateBody: JSON.stringify(template),
      Parameters: [{ ParameterKey: 'Stage', ParameterValue: 'prod' }],
    }),
  );
  await ssm.send(new PutParameterCommand({ Name: '/app/stage', Type: 'String', Value: 'prod' }));
  await ssm.send(new PutParameterCommand({ Name: '/app/key', Type: 'SecureString', Value: 'x' }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'trail' }));
  // Over S3 moto wants a bucket that is there.
  await fetch(`${url}/all-logs`, { method: 'PUT', headers: { host: 's3.amazonaws.com' } });
  await trail.send(
    new CreateTrailCommand({
      Name: 'all',
      S3BucketName: 'all-logs',
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      CloudWatchLogsLogGroupArn: GROUP,
      CloudWatchLogsRoleArn: Role!.Arn!,
    }),
  );
  await trail.send(new StartLoggingCommand({ Name: 'all' }));
  await trail.send(new PutEventSelectorsCommand({ TrailName: 'all', AdvancedEventSelectors: ADVANCED }));
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: 'trail',
      filterName: 'root',
      filterPattern: PATTERN,
      metricTransformations: [{ metricName: 'RootUse', metricNamespace: 'CIS', metricValue: '1' }],
    }),
  );
  await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  await sns.send(
    new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-east-1:1:q' }),
  );
  await watch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'root',
      MetricName: 'RootUse',
      Namespace: 'CIS',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [TOPIC],
    }),
  );
  await guardDuty.send(new CreateDetectorCommand({ Enable: true }));
}

/** An end-of-central-directory record and nothing else. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);

/** Everything that the ports tell, by what asks for it. */
const READS: Record<string, (aws: RegionalAws) => Promise<unknown>> = {
  instances: ({ ec2 }) => ec2.instances(),
  'user data': async ({ ec2 }) => (await ec2.userData((await ec2.instances())[0]!.id))?.reveal(),
  'launch templates': ({ ec2 }) => ec2.launchTemplates(),
  'their user data': async ({ ec2 }) => {
    const [template] = await ec2.launchTemplates();
    const versions = await ec2.launchTemplateUserData(template!.id);
    // moto has the oldest first, and says that the first is the default.
    return versions.map(({ version, userData }) => [version, userData.reveal()]).sort();
  },
  functions: async ({ lambda }) =>
    (await lambda.functions()).map(({ arn, environment }) => [arn, revealed(environment)]),
  'task definitions': ({ ecs }) => ecs.taskDefinitions(),
  containers: async ({ ecs }) => {
    const [arn] = await ecs.taskDefinitions();
    return (await ecs.containers(arn!)).map(({ name, environment }) => [name, revealed(environment)]);
  },
  projects: async ({ codeBuild }) =>
    (await codeBuild.projects()).map(({ arn, environment }) => [arn, revealed(environment)]),
  stacks: async ({ cloudFormation }) =>
    (await cloudFormation.stacks()).map(({ arn, name, parameters, outputs }) => [
      arn,
      name,
      revealed(parameters),
      revealed(outputs),
    ]),
  'plain parameters': ({ parameters }) => parameters.plain(),
  'their values': async ({ parameters }) => revealed(await parameters.values(['/app/stage', '/none'])),
  trails: ({ cloudTrail }) => cloudTrail.trails(),
  'their status': async ({ cloudTrail }) => cloudTrail.status((await cloudTrail.trails())[0]!),
  'their selectors': async ({ cloudTrail }) => cloudTrail.managementEvents((await cloudTrail.trails())[0]!),
  'metric filters': ({ logs }) => logs.metricFilters('trail'),
  alarms: ({ cloudWatch }) => cloudWatch.alarms(),
  subscriptions: ({ sns }) => sns.subscriptions(TOPIC),
  'subscriptions of no topic': ({ sns }) => sns.subscriptions(`${TOPIC}x`),
  detectors: ({ guardDuty }) => guardDuty.detectors(),
};

function revealed(values: Values): Record<string, string> {
  return Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()]));
}

describe.skipIf(python === undefined)(`our ports read the sandbox and moto alike${notRun}`, () => {
  let moto: Moto;
  let sandbox: Sandbox;
  let admin: Credentials;

  beforeAll(async () => {
    moto = await startMoto();
    sandbox = await startSandbox({ seed: { accounts: [{ id: ACCOUNT, regions: { [REGION]: SEED } }] } });
    admin = sandbox.control.adminOf(ACCOUNT);
    await furnish(moto.url, admin);
  });
  afterAll(async () => {
    moto?.stop();
    await sandbox?.close();
  });

  it.each(Object.keys(READS))('%s', async (name) => {
    const ours = await outcomeOf(READS[name]!, sandbox.url);
    expect(ours).toEqual(await outcomeOf(READS[name]!, moto.url));
    expect(JSON.stringify(ours).length).toBeGreaterThan(2);
  });

  it('in every region that is enabled', async () => {
    const names = async (url: string) => {
      const aws = await portsOf(url);
      return (await aws.ec2.regions()).map(({ name }) => name).sort();
    };
    // moto has more that accounts may enable.
    const theirs = await names(moto.url);
    for (const name of await names(sandbox.url)) expect(theirs).toContain(name);
  });

  async function portsOf(url: string): Promise<RegionalAws> {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = admin;
    const connection = await connectAws({
      endpoint: url,
      region: REGION,
      credentials: {
        accessKeyId,
        secretAccessKey: new Secret(secretAccessKey),
        sessionToken: new Secret(sessionToken),
      },
      maxAttempts: 1,
    });
    return (await connection.audit()).inRegion(REGION);
  }

  /** Ids of their own making replaced; an error by its kind. */
  async function outcomeOf(read: (aws: RegionalAws) => Promise<unknown>, url: string): Promise<unknown> {
    const found = await read(await portsOf(url)).catch((error: { kind: string }) => ({ error: error.kind }));
    const text = JSON.stringify(found)
      .replace(/\b(i|lt)-[0-9a-f]{17}\b/g, '<$1>')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b/g, '<id>');
    return JSON.parse(text);
  }
});
