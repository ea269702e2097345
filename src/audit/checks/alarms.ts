import { type AwsError, isAwsError } from '../../aws/errors.ts';
import type { Alarm, MetricFilter } from '../../aws/regional/types.ts';
import { shellQuote } from '../../report/escape.ts';
import { EVENT_CLASSES, type EventClass, type SampleEvent } from '../event-classes.ts';
import type { Facts } from '../facts.ts';
import { readFilterPattern } from '../filter-pattern.ts';
import type { RegionFacts } from '../regional.ts';
import type { WatchedTrail } from '../trails.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, pass, unknown, unread } from '../verdict.ts';

function alarmCheck(events: EventClass): Check {
  const { id, title, cis, securityHub, why, pattern } = events;
  return {
    id: `alarm-${id}`,
    section: 8,
    title: `An alarm tells of ${title}`,
    severity: 'medium',
    cis: { '1.5': cis, '3.0': cis, '5.0': cis },
    securityHub: [securityHub],
    why,
    fix: {
      console: `CloudWatch > Log groups > the group of the trail > Metric filters > Create, with the pattern ${pattern}; then Create alarm on its metric, with an SNS topic that somebody has confirmed`,
      cli: `aws logs put-metric-filter --log-group-name LOG_GROUP --filter-name ${id} --filter-pattern ${shellQuote(pattern)} --metric-transformations metricName=${id},metricNamespace=Audit,metricValue=1 && aws cloudwatch put-metric-alarm --alarm-name ${id} --metric-name ${id} --namespace Audit --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC_ARN`,
    },
    judge: (facts) => judge(facts, events),
  };
}

/** From the trail's log group over filter, metric and alarm to somebody who is told: the whole way, or it is none. */
async function judge(facts: Facts, { events }: EventClass): Promise<Verdict[]> {
  const { trails } = await facts.trails();
  const groups = trails.filter(isUsable).map(({ logGroup }) => groupOf(logGroup!));
  const own = groups.filter(({ account }) => account === facts.accountId);
  const ways = (await Promise.all(own.map((group) => waysFrom(facts, group, events)))).flat();
  const open = ways.filter(({ end }) => end.isTold === true);
  const missed = events.filter((event) => !open.some(({ counts }) => counts.includes(event)));
  if (missed.length === 0) return [pass(facts.accountArn, open.map(describe).join('; '))];

  const [foreign] = groups.filter(({ account }) => account !== facts.accountId);
  if (foreign !== undefined)
    return [
      unknown(facts.accountArn, `the trail's log group is in account ${foreign.account}: audit that one`),
    ];
  const helpful = ways.filter(
    ({ counts, isUnderstood }) => !isUnderstood || counts.some((one) => missed.includes(one)),
  );
  const [error] = helpful.flatMap(({ end }) => (end.error === undefined ? [] : [end.error]));
  if (error !== undefined) return [unread(facts.accountArn, error)];
  const strange = helpful.find(({ isUnderstood, end }) => !isUnderstood && end.isTold === true);
  if (strange !== undefined)
    return [unknown(facts.accountArn, `the pattern of filter ${strange.filter.name} is not understood`)];
  return [
    fail(
      facts.accountArn,
      whyNot(
        groups.length,
        helpful.filter(({ isUnderstood }) => isUnderstood),
        missed,
        events,
      ),
    ),
  ];
}

/** What is counted of all regions; a trail of which is not known whether it is logging may be one. */
function isUsable({ isMultiRegion, logGroup, status }: WatchedTrail): boolean {
  return isMultiRegion && logGroup !== undefined && (isAwsError(status) || status.isLogging);
}

interface LogGroup {
  region: string;
  account: string;
  name: string;
}

/** `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`. */
function groupOf(arn: string): LogGroup {
  const [, , , region = '', account = '', , name = ''] = arn.split(':');
  return { region, account, name };
}

/** A metric filter, the events that it counts, and what becomes of them. */
interface Way {
  filter: MetricFilter;
  isUnderstood: boolean;
  counts: readonly SampleEvent[];
  end: End;
}

type End =
  /** Somebody is told: by what. */
  { isTold: true; text: string; error?: never } | { isTold: false; text: string; error?: AwsError };

async function waysFrom(
  facts: Facts,
  { region, name }: LogGroup,
  events: readonly SampleEvent[],
): Promise<Way[]> {
  const there = facts.inRegion(region);
  const filters = await there.metricFilters(name);
  const ways = await Promise.all(
    filters.map(async (filter) => {
      const counts = readFilterPattern(filter.pattern);
      const counted = counts === undefined ? [] : events.filter(({ event }) => counts(event));
      // Of the other events nobody asks here.
      if (counts !== undefined && counted.length === 0) return undefined;
      return {
        filter,
        isUnderstood: counts !== undefined,
        counts: counted,
        end: await endOf(facts, there, filter),
      };
    }),
  );
  return ways.filter((way) => way !== undefined);
}

/** The best of the alarms on a filter's metrics. */
async function endOf(facts: Facts, region: RegionFacts, { metrics }: MetricFilter): Promise<End> {
  try {
    const alarms = (await region.alarms()).filter(({ metric, namespace }) =>
      metrics.some((counted) => counted.name === metric && counted.namespace === namespace),
    );
    const ends = await Promise.all(alarms.map((alarm) => endOfAlarm(facts, alarm)));
    return (
      ends.find(({ isTold }) => isTold) ??
      ends.find(({ error }) => error !== undefined) ??
      ends[0] ?? { isTold: false, text: 'has no alarm' }
    );
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { isTold: false, text: '', error };
  }
}

async function endOfAlarm(facts: Facts, { name, isEnabled, actions }: Alarm): Promise<End> {
  if (!isEnabled) return { isTold: false, text: `alarm ${name} has its actions disabled` };
  const receivers = await Promise.all(actions.map((action) => isReceived(facts, action)));
  if (receivers.includes(true)) return { isTold: true, text: `alarm ${name}` };
  const error = receivers.find((one) => isAwsError(one));
  if (isAwsError(error)) return { isTold: false, text: '', error };
  const text =
    actions.length === 0 ? `alarm ${name} has no action` : `alarm ${name} reaches no confirmed subscriber`;
  return { isTold: false, text };
}

/** Other services that alarms hand on to people or programs. */
const ELSEWHERE = /^arn:[\w-]+:(?:lambda|ssm|ssm-incidents):/;

async function isReceived(facts: Facts, action: string): Promise<boolean | AwsError> {
  if (ELSEWHERE.test(action)) return true;
  const [, , service, region = ''] = action.split(':');
  if (service !== 'sns') return false;
  try {
    const subscriptions = await facts.inRegion(region).subscriptions(action);
    return subscriptions.some(({ isConfirmed }) => isConfirmed);
  } catch (error) {
    if (!isAwsError(error)) throw error;
    // A topic that has been deleted tells nobody.
    return error.kind === 'not-found' ? false : error;
  }
}

function describe({ filter, end }: Way): string {
  return `filter ${filter.name}, ${end.text}`;
}

function whyNot(
  groups: number,
  ways: readonly Way[],
  missed: readonly SampleEvent[],
  events: readonly SampleEvent[],
): string {
  if (groups === 0) return 'no trail of all regions that is logging sends its events to CloudWatch Logs';
  const broken = ways.filter(({ end }) => !end.isTold);
  if (broken.length > 0)
    return broken.map(({ filter, end }) => `filter ${filter.name}: ${end.text}`).join('; ');
  const names = missed.length === events.length ? 'any of it' : missed.map(({ name }) => name).join(', ');
  return `no metric filter of the trail's log group counts ${names}`;
}

export const ALARM_CHECKS: readonly Check[] = EVENT_CLASSES.map(alarmCheck);
