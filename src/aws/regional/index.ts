import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { ClientConfig } from '../client-config.ts';
import { cloudTrailPort } from './cloudtrail.ts';
import { ec2Port } from './ec2.ts';
import type { RegionalAws } from './types.ts';
import {
  accessAnalyzerPort,
  cloudWatchPort,
  guardDutyPort,
  identityCenterPort,
  logsPort,
  snsPort,
} from './watch.ts';
import { cloudFormationPort, codeBuildPort, ecsPort, lambdaPort, parameterPort } from './workloads.ts';

/** What the clients of all regions have in common: one chain of credentials, one set of connections. */
export type SharedParts = Pick<EC2ClientConfig, 'credentials' | 'requestHandler'>;

/** Ports of one region. Nothing is sent yet, and a client is made when its service is first asked: 13 of them in 17 regions take a while. */
export function regionalAws(base: ClientConfig, shared: SharedParts, region: string): RegionalAws {
  const config = { ...base, ...shared, region } as EC2ClientConfig & { region: string };
  return lazily<RegionalAws>({
    region: () => region,
    ec2: () => ec2Port(new EC2Client(config)),
    lambda: () => lambdaPort(new LambdaClient(config)),
    ecs: () => ecsPort(new ECSClient(config)),
    codeBuild: () => codeBuildPort(new CodeBuildClient(config)),
    cloudFormation: () => cloudFormationPort(new CloudFormationClient(config)),
    parameters: () => parameterPort(new SSMClient(config)),
    cloudTrail: () => cloudTrailPort(new CloudTrailClient(config)),
    cloudWatch: () => cloudWatchPort(new CloudWatchClient(config)),
    logs: () => logsPort(new CloudWatchLogsClient(config)),
    sns: () => snsPort(new SNSClient(config)),
    guardDuty: () => guardDutyPort(new GuardDutyClient(config)),
    accessAnalyzer: () => accessAnalyzerPort(new AccessAnalyzerClient(config)),
    identityCenter: () => identityCenterPort(new SSOAdminClient(config)),
  });
}

/** Members are made when they are first read. */
function lazily<T extends object>(make: { readonly [K in keyof T]: () => T[K] }): T {
  const object = {} as T;
  for (const name of Object.keys(make) as (keyof T)[]) {
    let made: T[keyof T] | undefined;
    Object.defineProperty(object, name, { enumerable: true, get: () => (made ??= make[name]()) });
  }
  return object;
}
