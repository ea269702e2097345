import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_CLASSES } from '../../src/audit/event-classes.ts';
import type { SeedRegion } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge } from './audit.ts';
import { withRegion } from './world.ts';

afterEach(closeSandboxes);

const [ROOT_USE] = EVENT_CLASSES;

function filter(pattern: string, name = 'f') {
  return { name, logGroup: 'trail', pattern, metric: name, namespace: 'CIS' };
}

function alarm(name = 'f', details: object = {}) {
  return { name: `alarm-${name}`, metric: name, namespace: 'CIS', actions: ['alerts'], ...details };
}

/** All that it takes for the use of root. */
const WHOLE = {
  trails: [{ name: 'all', logGroup: 'trail' }],
  metricFilters: [filter(ROOT_USE!.pattern)],
  alarms: [alarm()],
  topics: [{ name: 'alerts', subscriptions: [{ protocol: 'email', endpoint: 'a@example.com' }] }],
} satisfies SeedRegion;

describe('alarms', () => {
  it.each(EVENT_CLASSES)('pass with a filter, an alarm and a subscriber for $id', async ({ id, pattern }) => {
    const sandbox = await withRegion({ ...WHOLE, metricFilters: [filter(pattern)] });
    expect(await judge(sandbox, `alarm-${id}`)).toMatchObject([
      { status: 'PASS', evidence: 'filter f, alarm alarm-f' },
    ]);
    const [other] = EVENT_CLASSES.filter((one) => one.id !== id && one.id !== 'root-use');
    expect(await judge(sandbox, `alarm-${other!.id}`)).toMatchObject([{ status: 'FAIL' }]);
  });

  it.each<[evidence: string, broken: SeedRegion]>([
    [
      'no trail of all regions that is logging sends its events to CloudWatch Logs',
      { trails: [{ name: 'all' }] },
    ],
    [
      'no trail of all regions that is logging sends its events to CloudWatch Logs',
      { trails: [{ name: 'all', logGroup: 'trail', logging: false }] },
    ],
    [
      'no trail of all regions that is logging sends its events to CloudWatch Logs',
      { trails: [{ name: 'all', logGroup: 'trail', multiRegion: false }] },
    ],
    ["no metric filter of the trail's log group counts any of it", { metricFilters: [] }],
    [
      "no metric filter of the trail's log group counts any of it",
      { metricFilters: [{ ...filter(ROOT_USE!.pattern), logGroup: 'another' }] },
    ],
    ['filter f: has no alarm', { alarms: [] }],
    ['filter f: has no alarm', { alarms: [alarm('f', { namespace: 'Other' })] }],
    ['filter f: alarm alarm-f has its actions disabled', { alarms: [alarm('f', { enabled: false })] }],
    ['filter f: alarm alarm-f has no action', { alarms: [alarm('f', { actions: [] })] }],
    ['filter f: alarm alarm-f reaches no confirmed subscriber', { topics: [{ name: 'alerts' }] }],
    ['filter f: alarm alarm-f reaches no confirmed subscriber', { topics: [] }],
    [
      'filter f: alarm alarm-f reaches no confirmed subscriber',
      {
        topics: [
          {
            name: 'alerts',
            subscriptions: [{ protocol: 'email', endpoint: 'a@example.com', confirmed: false }],
          },
        ],
      },
    ],
  ])('fail: %s', async (evidence, broken) => {
    const sandbox = await withRegion({ ...WHOLE, ...broken });
    expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([{ status: 'FAIL', evidence }]);
  });

  it('need every event of a class to be counted, by one filter or by several', async () => {
    const events = EVENT_CLASSES.find(({ id }) => id === 'cloudtrail-changes')!;
    const some = '{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }';
    const others =
      '{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = StartLogging) }';
    const half = await withRegion({ ...WHOLE, metricFilters: [filter(some)] });
    expect(await judge(half, `alarm-${events.id}`)).toMatchObject([
      {
        status: 'FAIL',
        evidence: "no metric filter of the trail's log group counts CreateTrail, StartLogging, UpdateTrail",
      },
    ]);
    const whole = await withRegion({
      ...WHOLE,
      metricFilters: [filter(some), filter(others, 'g')],
      alarms: [alarm(), alarm('g')],
    });
    expect(await judge(whole, `alarm-${events.id}`)).toMatchObject([
      { status: 'PASS', evidence: 'filter f, alarm alarm-f; filter g, alarm alarm-g' },
    ]);
  });

  it('pass with one of several alarms that works', async () => {
    const sandbox = await withRegion({
      ...WHOLE,
      alarms: [alarm('f', { name: 'muted', enabled: false }), alarm()],
    });
    expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([{ status: 'PASS' }]);
  });

  it('may tell a program in place of a topic', async () => {
    const actions = [`arn:aws:lambda:us-east-1:${ACCOUNT}:function:page`];
    const sandbox = await withRegion({ ...WHOLE, alarms: [alarm('f', { actions })], topics: [] });
    expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([{ status: 'PASS' }]);
  });

  it.each(['DescribeTrails', 'DescribeMetricFilters', 'DescribeAlarms', 'ListSubscriptionsByTopic'])(
    'are unknown where %s is denied',
    async (action) => {
      const sandbox = await withRegion(WHOLE);
      deny(sandbox, action);
      expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([
        { status: 'UNKNOWN', evidence: expect.stringContaining(`${action} was denied`) },
      ]);
    },
  );

  it('are unknown where a working filter is not understood', async () => {
    const sandbox = await withRegion({ ...WHOLE, metricFilters: [filter('Root')] });
    expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([
      { status: 'UNKNOWN', evidence: 'the pattern of filter f is not understood' },
    ]);
  });

  it('are unknown where the log group is that of another account', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT },
        {
          id: '444455556666',
          regions: { 'us-east-1': { trails: [{ name: 'org', organization: true, logGroup: 'trail' }] } },
        },
      ],
    });
    sandbox.control.world.organization!.managementAccount = '444455556666';
    expect(await judge(sandbox, 'alarm-root-use')).toMatchObject([
      { status: 'UNKNOWN', evidence: "the trail's log group is in account 444455556666: audit that one" },
    ]);
  });
});
