import { type Call, listOf, optionalText, type Service } from '../service.ts';
import type { Alarm } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Alarms on metrics. Over JSON, as the JavaScript SDK speaks to it, or as queries; not over CBOR, which botocore has come to prefer. */
export const cloudWatch: Service = {
  name: 'monitoring',
  policyPrefix: 'cloudwatch',
  protocol: 'json',
  namespace: 'GraniteServiceVersion20100801',
  queryNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  eventSource: 'monitoring.amazonaws.com',
  actions: {
    DescribeAlarms: { run: describeAlarms },
    DescribeAlarmsForMetric: { run: describeAlarmsForMetric },
  },
};

function describeAlarms(call: Call): unknown {
  const names = listOf(call, 'AlarmNames').map(String);
  const alarms = regionOf(call).alarms.filter(({ name }) => names.length === 0 || names.includes(name));
  const { items, next } = pageAsked(call, alarms, {
    largest: 100,
    size: 'MaxRecords',
    code: 'InvalidNextToken',
  });
  return { MetricAlarms: items.map((alarm) => describe(call, alarm)), CompositeAlarms: [], NextToken: next };
}

function describeAlarmsForMetric(call: Call): unknown {
  const [metric, namespace] = [optionalText(call, 'MetricName'), optionalText(call, 'Namespace')];
  const alarms = regionOf(call).alarms.filter(
    (alarm) => alarm.metric === metric && alarm.namespace === namespace,
  );
  return { MetricAlarms: alarms.map((alarm) => describe(call, alarm)) };
}

function describe(call: Call, { name, metric, namespace, actions = [], enabled = true }: Alarm): unknown {
  return {
    AlarmName: name,
    AlarmArn: regionalArn(call, 'cloudwatch', `alarm:${name}`),
    ActionsEnabled: enabled,
    AlarmActions: actions.map((action) =>
      action.startsWith('arn:') ? action : regionalArn(call, 'sns', action),
    ),
    MetricName: metric,
    Namespace: namespace,
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    StateValue: 'OK',
  };
}
