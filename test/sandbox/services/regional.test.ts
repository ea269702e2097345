import { gunzipSync } from 'node:zlib';
import {
  ListAnalyzersCommand,
  ListFindingsV2Command,
  paginateListFindingsV2,
} from '@aws-sdk/client-accessanalyzer';
import { DescribeStacksCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { DescribeAlarmsCommand, DescribeAlarmsForMetricCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand, DescribeMetricFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetProjectsCommand, ListProjectsCommand } from '@aws-sdk/client-codebuild';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeRegionsCommand,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { GetDetectorCommand, ListDetectorsCommand } from '@aws-sdk/client-guardduty';
import { ListFunctionsCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { ListInstancesCommand } from '@aws-sdk/client-sso-admin';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { SeedAccount, SeedRegion } from '../../../src/sandbox/seed/seed.ts';
import { regionalClients } from '../../helpers/regional-clients.ts';
import {
  ACCOUNT,
  type ClientOptions,
  closeSandboxes,
  openSandbox,
  outcomeOf,
} from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

async function open(region: SeedRegion, account: Partial<SeedAccount> = {}): Promise<Sandbox> {
  return openSandbox({ accounts: [{ id: ACCOUNT, ...account, regions: { 'us-east-1': region } }] });
}

function admin(sandbox: Sandbox, options: ClientOptions = {}) {
  return regionalClients(sandbox.url, sandbox.control.adminOf(ACCOUNT), options);
}

function user(sandbox: Sandbox, name: string) {
  return regionalClients(sandbox.url, sandbox.control.keysOf(ACCOUNT, name)[0]!);
}

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;

describe('regions', () => {
  it('are those of the partition, some to be enabled first', async () => {
    const { ec2 } = admin(await open({}, { enabledRegions: ['af-south-1'] }));
    const { Regions: usable = [] } = await ec2.send(new DescribeRegionsCommand({}));
    expect(usable).toHaveLength(18);
    const { Regions: all = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    const statusOf = (name: string) => all.find(({ RegionName }) => RegionName === name)?.OptInStatus;
    expect(['us-east-1', 'af-south-1', 'eu-south-1'].map(statusOf)).toEqual([
      'opt-in-not-required',
      'opted-in',
      'not-opted-in',
    ]);
    const filtered = await ec2.send(
      new DescribeRegionsCommand({ Filters: [{ Name: 'opt-in-status', Values: ['opted-in'] }] }),
    );
    expect(filtered.Regions?.map(({ RegionName }) => RegionName)).toEqual(['af-south-1']);
  });

  it('know nobody of an account that has not enabled them', async () => {
    const sandbox = await open({});
    const { ec2, guardDuty, sns } = admin(sandbox, { region: 'af-south-1' });
    expect(await outcomeOf(ec2.send(new DescribeInstancesCommand({})))).toBe('AuthFailure');
    expect(await outcomeOf(guardDuty.send(new ListDetectorsCommand({})))).toBe('UnrecognizedClientException');
    expect(await outcomeOf(sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC })))).toBe(
      'InvalidClientTokenId',
    );
  });

  it('are closed by a policy of the organization, for administrators too', async () => {
    const sandbox = await open({}, { deniedRegions: ['eu-west-3'] });
    const { ec2, lambda, trail } = admin(sandbox, { region: 'eu-west-3' });
    const refused = await ec2.send(new DescribeInstancesCommand({})).catch((error: Error) => error);
    expect(refused).toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('explicit deny in a service control policy'),
    });
    expect(await outcomeOf(lambda.send(new ListFunctionsCommand({})))).toBe('AccessDeniedException');
    expect(await outcomeOf(trail.send(new DescribeTrailsCommand({})))).toBe('AccessDeniedException');
  });
});

describe('EC2', () => {
  const seed: SeedRegion = {
    instances: [
      { id: 'i-0000000000000000a', name: 'web', profile: 'web', userData: '#!/bin/sh\necho <&>' },
      { id: 'i-0000000000000000b', state: 'stopped', userData: 'packed', gzip: true },
      { id: 'i-0000000000000000c' },
    ],
    launchTemplates: [{ name: 'web', versions: [{ userData: 'one' }, { userData: 'two' }, {}] }],
  };

  it('has instances, by the page', async () => {
    const sandbox = await open(seed);
    sandbox.control.settings.pageSize = 2;
    const { ec2 } = admin(sandbox);
    const found = [];
    for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2 }, {}))
      found.push(...Reservations.flatMap(({ Instances = [] }) => Instances));
    expect(
      found.map(({ InstanceId, State, IamInstanceProfile, Tags = [] }) => [
        InstanceId,
        State?.Name,
        IamInstanceProfile?.Arn,
        Tags,
      ]),
    ).toEqual([
      [
        'i-0000000000000000a',
        'running',
        `arn:aws:iam::${ACCOUNT}:instance-profile/web`,
        [{ Key: 'Name', Value: 'web' }],
      ],
      ['i-0000000000000000b', 'stopped', undefined, []],
      ['i-0000000000000000c', 'running', undefined, []],
    ]);
  });

  it('tells what instances start with', async () => {
    const { ec2 } = admin(await open(seed));
    const userData = async (id: string) => {
      const command = new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' });
      const { UserData } = await ec2.send(command);
      return UserData?.Value === undefined ? undefined : Buffer.from(UserData.Value, 'base64');
    };
    expect(String(await userData('i-0000000000000000a'))).toBe('#!/bin/sh\necho <&>');
    expect(String(gunzipSync((await userData('i-0000000000000000b'))!))).toBe('packed');
    expect(await userData('i-0000000000000000c')).toBeUndefined();
    expect(await outcomeOf(userData('i-0000000000000000d'))).toBe('InvalidInstanceID.NotFound');
  });

  it('has launch templates and all their versions', async () => {
    const { ec2 } = admin(await open(seed));
    const { LaunchTemplates: [template] = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    expect(template).toMatchObject({ LaunchTemplateName: 'web', LatestVersionNumber: 3 });
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template?.LaunchTemplateId }),
    );
    expect(
      LaunchTemplateVersions.map(({ VersionNumber, DefaultVersion, LaunchTemplateData }) => [
        VersionNumber,
        DefaultVersion,
        LaunchTemplateData?.UserData,
      ]),
    ).toEqual([
      [3, true, undefined],
      [2, false, Buffer.from('two').toString('base64')],
      [1, false, Buffer.from('one').toString('base64')],
    ]);
  });

  it('asks its own permission, and refuses in its own words', async () => {
    const sandbox = await open(seed, {
      users: [
        {
          name: 'some',
          keys: [{}],
          inline: {
            some: { Statement: { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' } },
          },
        },
      ],
    });
    const { ec2 } = user(sandbox, 'some');
    expect(await outcomeOf(ec2.send(new DescribeInstancesCommand({})))).toBe('ok');
    expect(await outcomeOf(ec2.send(new DescribeRegionsCommand({})))).toBe('UnauthorizedOperation');
    sandbox.control.faults.add({ kind: 'throttle', service: 'ec2' });
    expect(await outcomeOf(ec2.send(new DescribeInstancesCommand({})))).toBe('RequestLimitExceeded');
  });
});

describe('what runs with an environment', () => {
  it('is a function of Lambda', async () => {
    const functions = Array.from({ length: 60 }, (_, i) => ({ name: `f${i}`, env: { N: String(i) } }));
    const { lambda } = admin(
      await open({ functions: [...functions, { name: 'sealed', envError: 'no key' }, { name: 'bare' }] }),
    );
    const found = [];
    for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {}))
      found.push(...Functions);
    expect(found).toHaveLength(62);
    expect(found[59]).toMatchObject({
      FunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f59`,
      Environment: { Variables: { N: '59' } },
    });
    expect(found[60]?.Environment).toEqual({
      Error: { ErrorCode: 'AccessDeniedException', Message: 'no key' },
    });
    expect(found[61]?.Environment).toBeUndefined();
  });

  it('is a task definition of ECS', async () => {
    const { ecs } = admin(
      await open({ taskDefinitions: [{ family: 'app', containers: [{ name: 'main', env: { A: 'b' } }] }] }),
    );
    const { taskDefinitionArns: [arn] = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
    expect(taskDefinition).toMatchObject({
      family: 'app',
      containerDefinitions: [{ name: 'main', environment: [{ name: 'A', value: 'b' }] }],
    });
    expect(await outcomeOf(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'x' })))).toBe(
      'ClientException',
    );
  });

  it('is a project of CodeBuild', async () => {
    const { builds } = admin(
      await open({ projects: [{ name: 'site', env: { A: 'b' }, references: { B: '/site/b' } }] }),
    );
    expect((await builds.send(new ListProjectsCommand({}))).projects).toEqual(['site']);
    const { projects, projectsNotFound } = await builds.send(
      new BatchGetProjectsCommand({ names: ['site', 'none'] }),
    );
    expect(projectsNotFound).toEqual(['none']);
    expect(projects?.[0]?.environment?.environmentVariables).toEqual([
      { name: 'A', value: 'b', type: 'PLAINTEXT' },
      { name: 'B', value: '/site/b', type: 'PARAMETER_STORE' },
    ]);
  });

  it('is a stack of CloudFormation', async () => {
    const stacks = Array.from({ length: 120 }, (_, i) => ({ name: `s${i}`, outputs: { Url: 'a&b' } }));
    const client = admin(await open({ stacks })).stacks;
    let count = 0;
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) count += Stacks.length;
    expect(count).toBe(120);
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 's7' }));
    expect(Stacks).toMatchObject([{ StackName: 's7', Outputs: [{ OutputKey: 'Url', OutputValue: 'a&b' }] }]);
    expect(await outcomeOf(client.send(new DescribeStacksCommand({ StackName: 'none' })))).toBe(
      'ValidationError',
    );
  });

  it('may hold a key of a user, by name', async () => {
    const sandbox = await open(
      {
        functions: [{ name: 'f', env: { ID: '{{ci.keyId}}', OTHER: '{{template}}' } }],
        parameters: [{ name: '/secret', value: '{{ci.secretKey}}' }],
      },
      { users: [{ name: 'ci', keys: [{}] }] },
    );
    const key = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!;
    const { lambda, ssm } = admin(sandbox);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions[0]?.Environment?.Variables).toEqual({ ID: key.accessKeyId, OTHER: '{{template}}' });
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: ['/secret'] }));
    expect(Parameters[0]).toMatchObject({ Type: 'String', Value: key.secretAccessKey });
    await expect(
      openSandbox({
        accounts: [{ id: ACCOUNT, regions: { r: { functions: [{ name: '{{nobody.keyId}}' }] } } }],
      }),
    ).rejects.toThrow('{{nobody.keyId}}: user nobody of account 111122223333 has no key');
  });
});

describe('trails', () => {
  const trails = [{ name: 'all' }, { name: 'local', multiRegion: false, logging: false }];
  const arn = (name: string) => `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`;

  it('of all regions cast shadows in the others', async () => {
    const sandbox = await open({ trails });
    const names = async (region: string, includeShadowTrails?: boolean) => {
      const command = new DescribeTrailsCommand({
        ...(includeShadowTrails !== undefined && { includeShadowTrails }),
      });
      const { trailList = [] } = await admin(sandbox, { region }).trail.send(command);
      return trailList.map(({ Name, HomeRegion }) => `${Name} ${HomeRegion}`);
    };
    expect(await names('us-east-1')).toEqual(['all us-east-1', 'local us-east-1']);
    expect(await names('eu-west-1')).toEqual(['all us-east-1']);
    expect(await names('eu-west-1', false)).toEqual([]);
  });

  it('have a status and selectors, by ARN from anywhere, by name at home', async () => {
    const sandbox = await open({ trails });
    const there = admin(sandbox, { region: 'eu-west-1' }).trail;
    const here = admin(sandbox).trail;
    expect((await there.send(new GetTrailStatusCommand({ Name: arn('all') }))).IsLogging).toBe(true);
    expect((await here.send(new GetTrailStatusCommand({ Name: 'local' }))).IsLogging).toBe(false);
    expect(await outcomeOf(there.send(new GetTrailStatusCommand({ Name: 'all' })))).toBe(
      'TrailNotFoundException',
    );
    const { EventSelectors } = await there.send(new GetEventSelectorsCommand({ TrailName: arn('all') }));
    expect(EventSelectors).toMatchObject([{ ReadWriteType: 'All' }]);
  });

  it('have event selectors of either kind', async () => {
    const advanced = [{ Name: 'm', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }];
    const sandbox = await open({
      trails: [
        { name: 'plain', managementEvents: 'WriteOnly' },
        { name: 'fine', advanced },
      ],
    });
    const { trail } = admin(sandbox);
    expect(await trail.send(new GetEventSelectorsCommand({ TrailName: 'plain' }))).toMatchObject({
      EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }],
    });
    expect(await trail.send(new GetEventSelectorsCommand({ TrailName: 'fine' }))).toMatchObject({
      AdvancedEventSelectors: advanced,
    });
  });

  it('of an organization are seen by its members', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT, regions: { 'us-east-1': { trails: [{ name: 'org', organization: true }] } } },
        { id: '444455556666' },
      ],
    });
    const member = regionalClients(sandbox.url, sandbox.control.adminOf('444455556666')).trail;
    const { trailList } = await member.send(new DescribeTrailsCommand({}));
    expect(trailList).toMatchObject([{ TrailARN: arn('org'), IsOrganizationTrail: true }]);
    expect((await member.send(new GetTrailStatusCommand({ Name: arn('org') }))).IsLogging).toBe(true);
    expect(await outcomeOf(member.send(new GetTrailStatusCommand({ Name: 'org' })))).toBe(
      'TrailNotFoundException',
    );
  });
});

describe('who watches', () => {
  it('are alarms on metrics of log filters that tell a topic', async () => {
    const { logs, sns, watch } = admin(
      await open({
        metricFilters: [
          {
            name: 'root',
            logGroup: 'trail',
            pattern: '{ $.userIdentity.type = "Root" }',
            metric: 'RootUse',
            namespace: 'CIS',
          },
        ],
        alarms: [{ name: 'root', metric: 'RootUse', namespace: 'CIS', actions: ['alerts'] }],
        topics: [
          {
            name: 'alerts',
            subscriptions: [
              { protocol: 'email', endpoint: 'a@example.com' },
              { protocol: 'email', endpoint: 'b@example.com', confirmed: false },
            ],
          },
        ],
      }),
    );
    const { metricFilters } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName: 'trail' }));
    expect(metricFilters).toMatchObject([
      {
        filterPattern: '{ $.userIdentity.type = "Root" }',
        metricTransformations: [{ metricName: 'RootUse', metricNamespace: 'CIS' }],
      },
    ]);
    expect((await logs.send(new DescribeMetricFiltersCommand({ logGroupName: 'x' }))).metricFilters).toEqual(
      [],
    );
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toMatchObject([
      { logGroupName: 'trail', arn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:trail:*` },
    ]);
    const alarm = { AlarmName: 'root', ActionsEnabled: true, AlarmActions: [TOPIC] };
    expect((await watch.send(new DescribeAlarmsCommand({}))).MetricAlarms).toMatchObject([alarm]);
    const ofMetric = new DescribeAlarmsForMetricCommand({ MetricName: 'RootUse', Namespace: 'CIS' });
    expect((await watch.send(ofMetric)).MetricAlarms).toMatchObject([alarm]);
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
    expect(Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'))).toEqual([
      true,
      false,
    ]);
    expect(await outcomeOf(sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: `${TOPIC}x` })))).toBe(
      'NotFoundException',
    );
  });

  it('is GuardDuty', async () => {
    const sandbox = await open({ guardDuty: 'DISABLED' });
    const { guardDuty } = admin(sandbox);
    const { DetectorIds: [id] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
    expect((await guardDuty.send(new GetDetectorCommand({ DetectorId: id }))).Status).toBe('DISABLED');
    const there = admin(sandbox, { region: 'eu-west-1' }).guardDuty;
    expect((await there.send(new ListDetectorsCommand({}))).DetectorIds).toEqual([]);
    expect(await outcomeOf(there.send(new GetDetectorCommand({ DetectorId: id })))).toBe(
      'BadRequestException',
    );
  });

  it('is Access Analyzer', async () => {
    const bucket = (name: string) => ({
      resource: `arn:aws:s3:::${name}`,
      resourceType: 'AWS::S3::Bucket',
      findingType: 'ExternalAccess' as const,
    });
    const sandbox = await open(
      {
        analyzers: [
          { name: 'outside', findings: [bucket('a'), { ...bucket('b'), status: 'ARCHIVED' }, bucket('c')] },
          { name: 'unused', type: 'ACCOUNT_UNUSED_ACCESS' },
        ],
      },
      {
        users: [
          {
            name: 'auditor',
            keys: [{}],
            inline: {
              read: {
                Statement: {
                  Effect: 'Allow',
                  Action: ['access-analyzer:ListAnalyzers', 'access-analyzer:ListFindings'],
                  Resource: '*',
                },
              },
            },
          },
        ],
      },
    );
    sandbox.control.settings.pageSize = 1;
    // ListFindingsV2 asks for the permission of ListFindings.
    const { analyzer: client } = user(sandbox, 'auditor');
    const { analyzers = [] } = await client.send(new ListAnalyzersCommand({ type: 'ACCOUNT' }));
    expect(analyzers).toMatchObject([{ name: 'outside', status: 'ACTIVE', type: 'ACCOUNT' }]);
    const found: unknown[] = [];
    const input = { analyzerArn: analyzers[0]?.arn, filter: { status: { eq: ['ACTIVE'] } } };
    for await (const { findings = [] } of paginateListFindingsV2({ client }, input))
      found.push(...findings.map(({ resource }) => resource));
    expect(found).toEqual(['arn:aws:s3:::a', 'arn:aws:s3:::c']);
    expect(await outcomeOf(client.send(new ListFindingsV2Command({ analyzerArn: 'arn:none' })))).toBe(
      'ResourceNotFoundException',
    );
  });

  it('is nobody, where no permission is given', async () => {
    const sandbox = await open({}, { users: [{ name: 'none', keys: [{}] }] });
    const { watch, logs, sns, sso, guardDuty, analyzer } = user(sandbox, 'none');
    const refused = await watch.send(new DescribeAlarmsCommand({})).catch((error: Error) => error);
    expect(refused).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('cloudwatch:DescribeAlarms'),
    });
    const outcomes = await Promise.all([
      outcomeOf(logs.send(new DescribeMetricFiltersCommand({}))),
      outcomeOf(sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }))),
      outcomeOf(sso.send(new ListInstancesCommand({}))),
      outcomeOf(guardDuty.send(new ListDetectorsCommand({}))),
      outcomeOf(analyzer.send(new ListAnalyzersCommand({}))),
    ]);
    expect(outcomes).toEqual([
      'AccessDeniedException',
      'AccessDenied',
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
    ]);
  });
});

describe('Identity Center', () => {
  it('is of the management account, and members see it', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT, regions: { 'eu-west-1': { identityCenter: 'ACTIVE' } } },
        { id: '444455556666' },
      ],
    });
    const instances = async (account: string, region: string) => {
      const { sso } = regionalClients(sandbox.url, sandbox.control.adminOf(account), { region });
      return (await sso.send(new ListInstancesCommand({}))).Instances ?? [];
    };
    expect(await instances(ACCOUNT, 'us-east-1')).toEqual([]);
    expect(await instances(ACCOUNT, 'eu-west-1')).toMatchObject([{ Status: 'ACTIVE' }]);
    expect(await instances('444455556666', 'eu-west-1')).toMatchObject([{ OwnerAccountId: ACCOUNT }]);
  });
});
