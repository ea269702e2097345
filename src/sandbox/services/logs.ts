import { type Call, optionalText, type Service } from '../service.ts';
import { pageAsked, regionOf } from './regional.ts';

/** Metric filters of log groups. */
export const logs: Service = {
  name: 'logs',
  protocol: 'json',
  namespace: 'Logs_20140328',
  eventSource: 'logs.amazonaws.com',
  actions: { DescribeMetricFilters: { run: describeMetricFilters } },
};

function describeMetricFilters(call: Call): unknown {
  const wanted = optionalText(call, 'logGroupName');
  const filters = regionOf(call).metricFilters.filter(
    ({ logGroup }) => wanted === undefined || logGroup === wanted,
  );
  const { items, next } = pageAsked(call, filters, {
    largest: 50,
    token: 'nextToken',
    size: 'limit',
    code: 'InvalidParameterException',
  });
  return {
    metricFilters: items.map(({ name, logGroup, pattern, metric, namespace }) => ({
      filterName: name,
      filterPattern: pattern,
      logGroupName: logGroup,
      creationTime: call.account.createdAt,
      metricTransformations: [{ metricName: metric, metricNamespace: namespace, metricValue: '1' }],
    })),
    nextToken: next,
  };
}
