import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { Credentials } from '../../src/sandbox/index.ts';
import type { ClientOptions } from './sandbox.ts';

/** The SDK's own clients of regional services, talking to `url`. Apart from the others: they take a while to load. */
export function regionalClients(url: string, credentials: Credentials, options: ClientOptions = {}) {
  const { region = 'us-east-1', maxAttempts = 1 } = options;
  const config = { endpoint: url, region, credentials, maxAttempts };
  return {
    analyzer: new AccessAnalyzerClient(config),
    builds: new CodeBuildClient(config),
    ec2: new EC2Client(config),
    ecs: new ECSClient(config),
    guardDuty: new GuardDutyClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    sns: new SNSClient(config),
    ssm: new SSMClient(config),
    sso: new SSOAdminClient(config),
    stacks: new CloudFormationClient(config),
    trail: new CloudTrailClient(config),
    watch: new CloudWatchClient(config),
  };
}
