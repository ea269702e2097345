import { type Call, optionalText, type Service } from '../service.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Log groups, which are those that trails and filters name, and their metric filters. */
export const logs: Service = {
  name: 'logs',
  protocol: 'json',
  namespace: 'Logs_20140328',
  eventSource: 'logs.amazonaws.com',
  actions: {
    DescribeLogGroups: { run: describeLogGroups },
    DescribeMetricFilters: { run: describeMetricFilters },
  },
};

const PAGING = { largest: 50, token: 'nextToken', size: 'limit', code: 'InvalidParameterException' };

function describeLogGroups(call: Call): unknown {
  const { trails, metricFilters } = regionOf(call);
  const names = [...trails, ...metricFilters].flatMap(({ logGroup }) => logGroup ?? []);
  const { items, next } = pageAsked(call, [...new Set(names)], PAGING);
  return {
    logGroups: items.map((name) => ({
      logGroupName: name,
      arn: regionalArn(call, 'logs', `log-group:${name}:*`),
      creationTime: call.account.createdAt,
      storedBytes: 0,
    })),
    nextToken: next,
  };
}

function describeMetricFilters(call: Call): unknown {
  const wanted = optionalText(call, 'logGroupName');
  const filters = regionOf(call).metricFilters.filter(
    ({ logGroup }) => wanted === undefined || logGroup === wanted,
  );
  const { items, next } = pageAsked(call, filters, PAGING);
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
