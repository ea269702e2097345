import { type AwsError, isAwsError } from '../../aws/errors.ts';
import { plural } from '../../report/numbers.ts';
import type { Facts } from '../facts.ts';
import type { WatchedTrail } from '../trails.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unread } from '../verdict.ts';

const allRegions: Check = {
  id: 'cloudtrail',
  section: 8,
  title: 'A trail takes the management events of all regions',
  severity: 'high',
  cis: { '1.5': '3.1', '3.0': '3.1', '5.0': '3.1' },
  securityHub: ['CloudTrail.1', 'CloudTrail.3'],
  why: 'Without it nobody can say what a leaked key did: the event history is kept for 90 days, and nobody is told of it.',
  fix: {
    console: 'CloudTrail > Trails > Create trail: multi-region, management events, read and write',
    cli: 'aws cloudtrail create-trail --name TRAIL --s3-bucket-name BUCKET --is-multi-region-trail --include-global-service-events --enable-log-file-validation && aws cloudtrail start-logging --name TRAIL',
  },
  async judge(facts) {
    const { trails } = await facts.trails();
    const wide = trails.filter(({ isMultiRegion }) => isMultiRegion);
    if (wide.length === 0) return [fail(facts.accountArn, nothingWide(trails))];
    const seen = wide.map((trail) => ({ trail, ...lookAt(trail) }));
    const sound = seen.filter(({ problems, reads, writes }) => problems.length === 0 && (reads || writes));
    // One may take what is read and another what is written.
    if (sound.some(({ reads }) => reads) && sound.some(({ writes }) => writes))
      return [pass(facts.accountArn, sound.map(({ trail }) => `trail ${trail.name}`).join(', '))];
    const [error] = seen.flatMap((one) => (one.error === undefined ? [] : [one.error]));
    if (error !== undefined) return [unread(facts.accountArn, error)];
    return [fail(facts.accountArn, seen.map(describe).join('; '))];
  },
};

function nothingWide(trails: readonly WatchedTrail[]): string {
  return trails.length === 0
    ? 'there is no trail'
    : `${plural(trails.length, 'trail')}, each of one region: new regions and global services go unseen`;
}

interface Look {
  problems: string[];
  reads: boolean;
  writes: boolean;
  error?: AwsError;
}

function lookAt({ status, events, includesGlobalServices }: WatchedTrail): Look {
  if (isAwsError(status)) return { problems: [], reads: false, writes: false, error: status };
  // What is not logging takes nothing, whatever it would take.
  if (!status.isLogging) return { problems: ['is not logging'], reads: false, writes: false };
  if (isAwsError(events)) return { problems: [], reads: false, writes: false, error: events };
  const problems = [
    ...(includesGlobalServices ? [] : ['leaves out global services']),
    ...(events.excluded.length > 0 ? [`leaves out ${events.excluded.join(', ')}`] : []),
  ];
  return { problems, reads: events.reads, writes: events.writes };
}

function describe({ trail, problems, reads, writes }: Look & { trail: WatchedTrail }): string {
  const taken = reads ? 'takes reads only' : writes ? 'takes writes only' : 'takes no management events';
  const isPartial = problems.length === 0;
  return `trail ${trail.name} ${isPartial ? taken : problems.join(' and ')}`;
}

const validation: Check = {
  id: 'cloudtrail-validation',
  section: 8,
  title: 'Log files of trails are validated',
  severity: 'low',
  cis: { '1.5': '3.2', '3.0': '3.2', '5.0': '3.2' },
  securityHub: ['CloudTrail.4'],
  why: 'Whoever gets at the bucket can otherwise take out what they did, and nobody can tell.',
  fix: {
    console: 'CloudTrail > Trails > the trail > General details > Edit > Log file validation',
    cli: 'aws cloudtrail update-trail --name TRAIL_ARN --enable-log-file-validation',
  },
  judge: (facts) =>
    ofEachTrail(facts, (trail) =>
      trail.isValidated ? pass(trail.arn, 'validated') : fail(trail.arn, 'log files are not validated'),
    ),
};

const delivery: Check = {
  id: 'cloudtrail-delivery',
  section: 8,
  title: 'Trails are logging, and what they log arrives',
  severity: 'high',
  cis: {},
  securityHub: [],
  why: 'A trail that has been stopped, or whose bucket has gone, looks like one that works until it is needed.',
  fix: {
    console:
      'CloudTrail > Trails > the trail > Start logging; mend the bucket policy or the role that its page complains of',
    cli: 'aws cloudtrail start-logging --name TRAIL_ARN && aws cloudtrail get-trail-status --name TRAIL_ARN',
  },
  judge: (facts) =>
    ofEachTrail(facts, ({ arn, status }) => {
      if (isAwsError(status)) return unread(arn, status);
      const { isLogging, deliveryError, logDeliveryError } = status;
      if (!isLogging) return fail(arn, 'is not logging');
      if (deliveryError !== undefined) return fail(arn, `delivery to S3 fails: ${deliveryError}`);
      if (logDeliveryError !== undefined)
        return fail(arn, `delivery to CloudWatch Logs fails: ${logDeliveryError}`);
      return pass(arn, 'logging, and the last delivery arrived');
    }),
};

async function ofEachTrail(facts: Facts, judge: (trail: WatchedTrail) => Verdict): Promise<Verdict[]> {
  const { trails, unread: hidden } = await facts.trails();
  const verdicts = [
    ...trails.map((trail) => ({ ...judge(trail), region: trail.homeRegion })),
    ...hidden.map(({ region, error }) => unread(facts.accountArn, error, { region })),
  ];
  return verdicts.length > 0 ? verdicts : [notApplicable(facts.accountArn, 'there is no trail')];
}

export const CLOUDTRAIL_CHECKS: readonly Check[] = [allRegions, validation, delivery];
