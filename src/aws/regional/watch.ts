import {
  type AccessAnalyzerClient,
  CreateAnalyzerCommand,
  paginateListAnalyzers,
  paginateListFindingsV2,
} from '@aws-sdk/client-accessanalyzer';
import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { type CloudWatchLogsClient, paginateDescribeMetricFilters } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateDetectorCommand,
  GetDetectorCommand,
  type GuardDutyClient,
  paginateListDetectors,
  UpdateDetectorCommand,
} from '@aws-sdk/client-guardduty';
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import { paginateListInstances, type SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { asAwsCall } from '../errors.ts';
import { allOf } from './list.ts';
import type {
  AccessAnalyzerPort,
  CloudWatchPort,
  GuardDutyPort,
  IdentityCenterPort,
  LogsPort,
  SnsPort,
} from './types.ts';

export function cloudWatchPort(client: CloudWatchClient): CloudWatchPort {
  return {
    alarms: () =>
      allOf(
        'cloudwatch:DescribeAlarms',
        paginateDescribeAlarms({ client, pageSize: 100 }, { AlarmTypes: ['MetricAlarm'] }),
        ({ MetricAlarms }) =>
          MetricAlarms?.map((alarm) => ({
            arn: alarm.AlarmArn ?? '',
            name: alarm.AlarmName ?? '',
            isEnabled: alarm.ActionsEnabled ?? true,
            actions: alarm.AlarmActions ?? [],
            ...(alarm.MetricName !== undefined && { metric: alarm.MetricName }),
            ...(alarm.Namespace !== undefined && { namespace: alarm.Namespace }),
          })),
      ),
  };
}

export function logsPort(client: CloudWatchLogsClient): LogsPort {
  return {
    metricFilters: (logGroup) =>
      allOf(
        'logs:DescribeMetricFilters',
        paginateDescribeMetricFilters({ client, pageSize: 50 }, { logGroupName: logGroup }),
        ({ metricFilters }) =>
          metricFilters?.map(({ filterName = '', filterPattern = '', metricTransformations = [] }) => ({
            name: filterName,
            pattern: filterPattern,
            metrics: metricTransformations.map(({ metricName = '', metricNamespace = '' }) => ({
              name: metricName,
              namespace: metricNamespace,
            })),
          })),
      ),
  };
}

export function snsPort(client: SNSClient): SnsPort {
  return {
    subscriptions: (topic) =>
      allOf(
        'sns:ListSubscriptionsByTopic',
        paginateListSubscriptionsByTopic({ client }, { TopicArn: topic }),
        ({ Subscriptions }) =>
          Subscriptions?.map(({ Protocol = '', SubscriptionArn = '' }) => ({
            protocol: Protocol,
            // `PendingConfirmation` and `Deleted` stand there in its place.
            isConfirmed: SubscriptionArn.startsWith('arn:'),
          })),
      ),
  };
}

export function guardDutyPort(client: GuardDutyClient): GuardDutyPort {
  return {
    detectors: async () => {
      const ids = await allOf(
        'guardduty:ListDetectors',
        paginateListDetectors({ client }, {}),
        ({ DetectorIds }) => DetectorIds,
      );
      const found = [];
      for (const id of ids) {
        const { Status } = await asAwsCall('guardduty:GetDetector', () =>
          client.send(new GetDetectorCommand({ DetectorId: id })),
        );
        found.push({ id, isEnabled: Status === 'ENABLED' });
      }
      return found;
    },

    create: async () => {
      const { DetectorId = '' } = await asAwsCall('guardduty:CreateDetector', () =>
        client.send(new CreateDetectorCommand({ Enable: true })),
      );
      return DetectorId;
    },

    enable: async (detector) => {
      await asAwsCall('guardduty:UpdateDetector', () =>
        client.send(new UpdateDetectorCommand({ DetectorId: detector, Enable: true })),
      );
    },
  };
}

export function accessAnalyzerPort(client: AccessAnalyzerClient): AccessAnalyzerPort {
  return {
    analyzers: () =>
      allOf('access-analyzer:ListAnalyzers', paginateListAnalyzers({ client }, {}), ({ analyzers }) =>
        analyzers?.map(({ arn = '', name = '', type = '', status = '' }) => ({ arn, name, type, status })),
      ),

    create: async (name) => {
      const { arn = '' } = await asAwsCall('access-analyzer:CreateAnalyzer', () =>
        client.send(new CreateAnalyzerCommand({ analyzerName: name, type: 'ACCOUNT' })),
      );
      return arn;
    },

    findings: (analyzer) => {
      const input = { analyzerArn: analyzer, filter: { status: { eq: ['ACTIVE'] } } };
      // The permission that ListFindingsV2 asks for.
      return allOf(
        'access-analyzer:ListFindings',
        paginateListFindingsV2({ client, pageSize: 100 }, input),
        ({ findings }) =>
          findings?.map((finding) => ({
            id: finding.id ?? '',
            type: finding.findingType ?? '',
            resource: finding.resource ?? '',
            resourceType: finding.resourceType ?? '',
            account: finding.resourceOwnerAccount ?? '',
          })),
      );
    },
  };
}

export function identityCenterPort(client: SSOAdminClient): IdentityCenterPort {
  return {
    instances: () =>
      allOf('sso:ListInstances', paginateListInstances({ client }, {}), ({ Instances }) =>
        Instances?.map(({ InstanceArn = '', Status = '', OwnerAccountId = '' }) => ({
          arn: InstanceArn,
          status: Status,
          owner: OwnerAccountId,
        })),
      ),
  };
}
