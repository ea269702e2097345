import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateLogGroupCommand, PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateProjectCommand, type EnvironmentVariable } from '@aws-sdk/client-codebuild';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DeregisterTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateDetectorCommand, UpdateDetectorCommand } from '@aws-sdk/client-guardduty';
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreatePolicyCommand as CreateControlPolicyCommand,
  CreateOrganizationCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Credentials } from '../../../src/sandbox/index.ts';
import { makeBase64, makeRandom } from '../../helpers/credentials.ts';
import { regionalClients } from '../../helpers/regional-clients.ts';
import { type Clients, clientsFor } from '../../helpers/sandbox.ts';

export const HOME = 'us-east-1';
/** Where GuardDuty has been suspended. */
export const SUSPENDED = 'eu-west-1';

/** Who asks, and of which account. */
export interface Account {
  url: string;
  id: string;
  credentials: Credentials;
}

type Variables = Readonly<Record<string, string>>;

const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource });
const document = (Statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement });
const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;

/** A single statement of single strings, as IAM takes it beside lists. */
const EVERYTHING = document(allow('*'));
const MFA_GUARD = document([
  {
    Effect: 'Deny',
    NotAction: ['iam:EnableMFADevice', 'iam:ListMFADevices', 'sts:GetSessionToken'],
    Resource: '*',
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  },
]);
const CONTROL = document({ Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' });
const trustOf = (service: string) =>
  document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });

/** Of what AWS names by an id, the name we gave it. */
export type Names = Map<string, string>;

/**
 * The managing account of an organization, in which most checks have something to pass and something to fail.
 * `idle` is the key of a user who may nothing.
 */
export async function furnishShop(account: Account): Promise<{ names: Names; idle: Credentials }> {
  const names: Names = new Map();
  const clients = clientsFor(account.url, account.credentials);
  await makePolicies(clients, account.id);
  const idle = await makePeople(clients, account);
  await makeRoles(clients, account.id);
  const ci = await makeKey(clients, 'ci');
  await use(account.url, ci);
  await makeWorkloads(account, ci, names);
  await makeWatch(account);
  await makeOrganization(clients);
  await clients.iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: 14,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      RequireNumbers: true,
      RequireSymbols: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
    }),
  );
  return { names, idle };
}

/** Of the customer; all but `spare` are attached somewhere. */
async function makePolicies({ iam }: Clients, account: string): Promise<void> {
  const documents = {
    everything: EVERYTHING,
    spare: EVERYTHING,
    'mfa-guard': MFA_GUARD,
    reader: document([allow(['s3:GetObject', 's3:ListBucket'])]),
    'whole-s3': document([allow(['s3:*'])]),
    grower: document(allow('iam:CreateAccessKey')),
    'was-everything': EVERYTHING,
  };
  for (const [PolicyName, PolicyDocument] of Object.entries(documents))
    await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  // What was allowed before is not in force.
  await iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn: own(account, 'was-everything'),
      PolicyDocument: document([allow('s3:GetObject')]),
      SetAsDefault: true,
    }),
  );
}

const own = (account: string, name: string) => `arn:aws:iam::${account}:policy/${name}`;

async function makePeople(clients: Clients, { url, id }: Account): Promise<Credentials> {
  const { iam } = clients;
  for (const GroupName of ['people', 'admins']) await iam.send(new CreateGroupCommand({ GroupName }));
  for (const PolicyArn of [own(id, 'mfa-guard'), aws('ReadOnlyAccess')])
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'people', PolicyArn }));
  await iam.send(
    new PutGroupPolicyCommand({ GroupName: 'admins', PolicyName: 'all', PolicyDocument: EVERYTHING }),
  );

  await makeUser(clients, 'alice', { password: true, groups: ['people'] });
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'alice' }),
  );
  await iam.send(
    new EnableMFADeviceCommand({
      UserName: 'alice',
      SerialNumber: VirtualMFADevice!.SerialNumber!,
      AuthenticationCode1: '123456',
      AuthenticationCode2: '654321',
    }),
  );
  await makeUser(clients, 'bob', { password: true, attached: [aws('AdministratorAccess')] });
  await makeUser(clients, 'carol', { inline: EVERYTHING });
  await makeUser(clients, 'dave', { groups: ['admins'] });
  await makeUser(clients, 'erin', { attached: [own(id, 'grower')] });
  const but = (NotAction: string) => document([{ Effect: 'Allow', NotAction, Resource: '*' }]);
  await makeUser(clients, 'not-iam', { inline: but('iam:*') });
  await makeUser(clients, 'not-s3', { inline: but('s3:*') });
  await makeUser(clients, 'caught', { attached: [aws('AWSCompromisedKeyQuarantineV3')] });

  await makeUser(clients, 'ci', {});
  await makeUser(clients, 'two', {});
  await use(url, await makeKey(clients, 'two'));
  await makeKey(clients, 'two');
  await makeUser(clients, 'idle', {});
  const idle = await makeKey(clients, 'idle');
  const { accessKeyId } = await makeKey(clients, 'idle');
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'idle', AccessKeyId: accessKeyId, Status: 'Inactive' }),
  );
  await makeUser(clients, 'setup', { password: true, groups: ['people'] });
  await makeKey(clients, 'setup');
  return idle;
}

interface UserParts {
  password?: boolean;
  groups?: readonly string[];
  attached?: readonly string[];
  inline?: string;
}

async function makeUser({ iam }: Clients, UserName: string, parts: UserParts): Promise<void> {
  const { password = false, groups = [], attached = [], inline } = parts;
  await iam.send(new CreateUserCommand({ UserName }));
  if (password)
    await iam.send(
      new CreateLoginProfileCommand({ UserName, Password: `${makeBase64(makeRandom(7), 20)}aA1!` }),
    );
  for (const GroupName of groups) await iam.send(new AddUserToGroupCommand({ UserName, GroupName }));
  for (const PolicyArn of attached) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  if (inline !== undefined)
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: inline }));
}

async function makeKey({ iam }: Clients, UserName: string): Promise<Credentials> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

/** Counts as its last use. */
async function use(url: string, credentials: Credentials): Promise<void> {
  await clientsFor(url, credentials).sts.send(new GetCallerIdentityCommand({}));
}

async function makeRoles({ iam }: Clients, account: string): Promise<void> {
  const make = async (RoleName: string, attached: readonly string[], Path = '/') => {
    const AssumeRolePolicyDocument = trustOf('lambda.amazonaws.com');
    await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
    for (const PolicyArn of attached) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  };
  await make('boss', [own(account, 'everything')]);
  await make(
    'app',
    ['reader', 'whole-s3', 'was-everything'].map((name) => own(account, name)),
  );
  await make('bounded', [aws('AdministratorAccess')]);
  await iam.send(
    new PutRolePermissionsBoundaryCommand({
      RoleName: 'bounded',
      PermissionsBoundary: aws('ReadOnlyAccess'),
    }),
  );
  await make('permission-set', [aws('AdministratorAccess')], '/aws-reserved/sso.amazonaws.com/');
  await make('of-a-service', [aws('AdministratorAccess')], '/aws-service-role/example.amazonaws.com/');
  await make('trusting', []);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'trusting',
      PolicyName: 'trust',
      PolicyDocument: document(allow(['iam:UpdateAssumeRolePolicy'])),
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'app' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' }));
}

const HARMLESS: Variables = { STAGE: 'prod', COMMIT: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' };
/** An end-of-central-directory record and nothing else. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Of each kind one that holds the key, and one that does not. */
async function makeWorkloads(
  { url, id, credentials }: Account,
  key: Credentials,
  names: Names,
): Promise<void> {
  const { ec2, lambda, ecs, builds, stacks, ssm } = regionalClients(url, credentials);
  const leak = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
  const script = (variables: Variables) =>
    base64(['#!/bin/sh', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)].join('\n'));
  const role = `arn:aws:iam::${id}:role/app`;

  const run = async (Name: string, UserData: string, IamInstanceProfile?: { Name: string }) => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        UserData,
        IamInstanceProfile,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: Name }] }],
      }),
    );
    const id = Instances![0]!.InstanceId!;
    names.set(id, Name);
    return id;
  };
  await run('leaky', script(leak));
  await run('tidy', script(HARMLESS), { Name: 'app' });
  const gone = await run('gone', script(leak));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));

  for (const [LaunchTemplateName, first] of [
    ['leaky', leak],
    ['tidy', HARMLESS],
  ] as const) {
    const LaunchTemplateData = { UserData: script(first) };
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }),
    );
    names.set(LaunchTemplate!.LaunchTemplateId!, LaunchTemplateName);
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName,
        LaunchTemplateData: { UserData: script(HARMLESS) },
      }),
    );
  }

  for (const [FunctionName, Variables] of Object.entries({ leaky: { ...HARMLESS, ...leak }, tidy: HARMLESS }))
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: role,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
        Environment: { Variables },
      }),
    );

  const pairs = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));
  for (const [family, environment] of Object.entries({
    leaky: pairs(leak),
    tidy: pairs(HARMLESS),
    gone: pairs(leak),
  }))
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: [{ name: 'main', image: 'x', memory: 64, environment }],
      }),
    );
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'gone:1' }));

  const project = (name: string, environmentVariables: EnvironmentVariable[]) =>
    builds.send(
      new CreateProjectCommand({
        name,
        source: { type: 'S3', location: 'bucket/path' },
        artifacts: { type: 'NO_ARTIFACTS' },
        environment: {
          type: 'LINUX_CONTAINER',
          image: 'x',
          computeType: 'BUILD_GENERAL1_SMALL',
          environmentVariables,
        },
        serviceRole: role,
      }),
    );
  await project('leaky', pairs(leak));
  await project('tidy', [
    { name: 'AWS_SECRET_ACCESS_KEY', value: '/site/secret', type: 'PARAMETER_STORE' },
    ...pairs(HARMLESS),
  ]);

  const stack = (StackName: string, given: Variables, put: Variables, NoEcho = false) => {
    // A logical id is letters and digits.
    const ids = (variables: Variables) =>
      Object.entries(variables).map(([name, value]) => [name.replaceAll('_', ''), value] as const);
    const template = {
      Parameters: Object.fromEntries(ids(given).map(([name]) => [name, { Type: 'String', NoEcho }])),
      Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
      Outputs: Object.fromEntries(ids(put).map(([name, Value]) => [name, { Value }])),
    };
    return stacks.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: JSON.stringify(template),
        Parameters: ids(given).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
      }),
    );
  };
  await stack('leaky-in', leak, HARMLESS);
  await stack('leaky-out', HARMLESS, leak);
  await stack('tidy', HARMLESS, HARMLESS);
  await stack('no-echo', leak, HARMLESS, true);

  const text = pairs(leak)
    .map(({ name, value }) => `${name}=${value}`)
    .join('\n');
  await ssm.send(new PutParameterCommand({ Name: '/leaky', Type: 'String', Value: text }));
  await ssm.send(new PutParameterCommand({ Name: '/tidy', Type: 'StringList', Value: 'prod,test' }));
  await ssm.send(new PutParameterCommand({ Name: '/sealed', Type: 'SecureString', Value: text }));
}

interface Filter {
  name: string;
  /** Written by hand, and otherwise than in the benchmark. */
  pattern: string;
  /** Of its alarm, which it may not have: a function, or a topic of `makeTopics`. */
  action?: 'alerts' | 'mail' | 'unread' | 'gone' | 'function';
  isSilent?: boolean;
}

const SHOP_FILTERS: readonly Filter[] = [
  {
    name: 'root',
    pattern: '{ ($.eventType != "AwsServiceEvent") && ($.userIdentity.type = "Root") }',
    action: 'alerts',
  },
  {
    name: 'refused',
    pattern: '{ ($.errorCode = "*Unauthorized*") || ($.errorCode = "AccessDenied*") }',
    action: 'alerts',
    isSilent: true,
  },
  { name: 'no-mfa', pattern: '{ $.eventName = "ConsoleLogin" && $.additionalEventData.MFAUsed = "No" }' },
  { name: 'iam', pattern: '{ $.eventName = "*Policy*" }', action: 'alerts' },
  // Of those who start and stop it, one is missed.
  { name: 'trail', pattern: '{ ($.eventName = "*Trail") || ($.eventName = StopLogging) }', action: 'alerts' },
];

const MEMBER_FILTERS: readonly Filter[] = [
  { name: 'root', pattern: '{ $.userIdentity.type = Root }', action: 'mail' },
  { name: 'denied', pattern: '{ $.errorCode = "AccessDenied*" }', action: 'alerts' },
  { name: 'unauthorized', pattern: '{ $.errorCode = %UnauthorizedOperation$% }', action: 'alerts' },
  {
    name: 'no-mfa',
    pattern: '{ $.eventName = %^Console% && $.additionalEventData.MFAUsed != "Yes" }',
    action: 'alerts',
  },
  { name: 'iam', pattern: '{ $.eventName = "*Policy*" }', action: 'gone' },
  { name: 'iam-too', pattern: '{ $.eventSource = iam.amazonaws.com }', action: 'unread' },
  {
    name: 'trail',
    pattern: '{ $.eventName = "*Trail" || $.eventName = "*Logging" }',
    action: 'function',
  },
];

async function makeAlarms({ url, id, credentials }: Account, filters: readonly Filter[]): Promise<void> {
  const { logs, watch, sns } = regionalClients(url, credentials);
  for (const Name of ['alerts', 'mail', 'unread']) await sns.send(new CreateTopicCommand({ Name }));
  const topic = (name: string) => `arn:aws:sns:${HOME}:${id}:${name}`;
  const Endpoint = `arn:aws:sqs:${HOME}:${id}:q`;
  await sns.send(new SubscribeCommand({ TopicArn: topic('alerts'), Protocol: 'sqs', Endpoint }));
  // Nobody has confirmed it.
  await sns.send(
    new SubscribeCommand({ TopicArn: topic('mail'), Protocol: 'email', Endpoint: 'ops@example.com' }),
  );
  for (const { name, pattern, action, isSilent = false } of filters) {
    await logs.send(
      new PutMetricFilterCommand({
        logGroupName: 'trail',
        filterName: name,
        filterPattern: pattern,
        metricTransformations: [{ metricName: name, metricNamespace: 'Trail', metricValue: '1' }],
      }),
    );
    if (action === undefined) continue;
    await watch.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        MetricName: name,
        Namespace: 'Trail',
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        ActionsEnabled: !isSilent,
        AlarmActions: [action === 'function' ? `arn:aws:lambda:${HOME}:${id}:function:tell` : topic(action)],
      }),
    );
  }
}

/** What a trail needs to send its events on; the log group is made. */
async function logParts({ url, id, credentials }: Account) {
  const { logs } = regionalClients(url, credentials);
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'trail' }));
  return {
    CloudWatchLogsLogGroupArn: `arn:aws:logs:${HOME}:${id}:log-group:trail:*`,
    CloudWatchLogsRoleArn: `arn:aws:iam::${id}:role/app`,
  };
}

async function makeWatch(account: Account): Promise<void> {
  const { url, credentials } = account;
  const { trail, guardDuty } = regionalClients(url, credentials);
  await makeBucket(url, 'shop-trails', credentials);
  await trail.send(
    new CreateTrailCommand({
      Name: 'all',
      S3BucketName: 'shop-trails',
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      ...(await logParts(account)),
    }),
  );
  await trail.send(new StartLoggingCommand({ Name: 'all' }));
  // Another that was never started.
  await trail.send(new CreateTrailCommand({ Name: 'off', S3BucketName: 'shop-trails' }));
  await makeAlarms(account, SHOP_FILTERS);

  await guardDuty.send(new CreateDetectorCommand({ Enable: true }));
  const there = regionalClients(url, credentials, { region: SUSPENDED }).guardDuty;
  const { DetectorId } = await there.send(new CreateDetectorCommand({ Enable: true }));
  await there.send(new UpdateDetectorCommand({ DetectorId, Enable: false }));
}

/** Over S3, whose client the tests do not need otherwise: moto wants the bucket of a trail to be there, and finds the account by the key. */
async function makeBucket(url: string, name: string, { accessKeyId }: Credentials): Promise<void> {
  const scope = `20260101/${HOME}/s3/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host, Signature=0`;
  await fetch(`${url}/${name}`, { method: 'PUT', headers: { authorization } });
}

async function makeOrganization({ organizations }: Clients): Promise<void> {
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const TargetId = Roots![0]!.Id!;
  await organizations.send(
    new EnablePolicyTypeCommand({ RootId: TargetId, PolicyType: 'SERVICE_CONTROL_POLICY' }),
  );
  const { Policy } = await organizations.send(
    new CreateControlPolicyCommand({
      Name: 'stay',
      Description: 'nobody leaves',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: CONTROL,
    }),
  );
  await organizations.send(new AttachPolicyCommand({ PolicyId: Policy!.PolicySummary!.Id!, TargetId }));
}

/** A member of the shop's organization: one person, a password policy that falls short by one, and trails that take too little. */
export async function furnishMember(shop: Account): Promise<Account> {
  const { organizations } = clientsFor(shop.url, shop.credentials);
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ AccountName: 'member', Email: 'member@example.com' }),
  );
  const account = await enter(shop, CreateAccountStatus!.AccountId!);
  const clients = clientsFor(account.url, account.credentials);
  await makeUser(clients, 'zoe', { password: true });
  await use(account.url, await makeKey(clients, 'zoe'));
  await clients.iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: 13,
      RequireSymbols: true,
      MaxPasswordAge: 91,
      PasswordReusePrevention: 23,
    }),
  );
  const { trail } = regionalClients(account.url, account.credentials);
  await makeBucket(account.url, 'member-trails', account.credentials);
  await trail.send(new CreateTrailCommand({ Name: 'narrow', S3BucketName: 'member-trails' }));
  await trail.send(new StartLoggingCommand({ Name: 'narrow' }));
  await trail.send(
    new CreateTrailCommand({
      Name: 'reads',
      S3BucketName: 'member-trails',
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      ...(await logParts(account)),
    }),
  );
  await trail.send(new StartLoggingCommand({ Name: 'reads' }));
  await trail.send(
    new PutEventSelectorsCommand({
      TrailName: 'reads',
      EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true, DataResources: [] }],
    }),
  );
  await makeAlarms(account, MEMBER_FILTERS);
  return account;
}

/** The managing account of an organization that is there for the bills alone. */
export async function furnishBilling(shop: Account): Promise<Account> {
  const account = await enter(shop, '777766665555');
  await clientsFor(account.url, account.credentials).organizations.send(
    new CreateOrganizationCommand({ FeatureSet: 'CONSOLIDATED_BILLING' }),
  );
  return account;
}

/** With temporary keys of a role there, whether it exists or not: moto asks no further. */
export async function enter({ url, credentials }: Account, id: string): Promise<Account> {
  const { Credentials: given } = await clientsFor(url, credentials).sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${id}:role/auditor`, RoleSessionName: 'audit' }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = given!;
  return {
    url,
    id,
    credentials: {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken!,
    },
  };
}
