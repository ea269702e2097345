import { type AwsError, isAwsError } from '../aws/errors.ts';
import { inParallel } from '../base/parallel.ts';
import type { Facts } from './facts.ts';
import type { RegionFacts } from './regional.ts';
import type { Verdict } from './types.ts';

type Details = Pick<Verdict, 'severity' | 'fix' | 'region'>;

export function pass(resource: string, evidence: string, details: Details = {}): Verdict {
  return { status: 'PASS', resource, evidence, ...details };
}

export function fail(resource: string, evidence: string, details: Details = {}): Verdict {
  return { status: 'FAIL', resource, evidence, ...details };
}

export function notApplicable(resource: string, evidence: string, details: Details = {}): Verdict {
  return { status: 'N/A', resource, evidence, ...details };
}

/** Not known, for a reason other than a refusal of AWS. */
export function unknown(resource: string, evidence: string, details: Details = {}): Verdict {
  return { status: 'UNKNOWN', resource, evidence, ...details };
}

/** What AWS did not tell. */
export function unread(resource: string, error: AwsError, details: Details = {}): Verdict {
  const evidence = error.kind === 'denied' ? `${error.action} was denied` : error.message;
  return { status: 'UNKNOWN', resource, evidence, action: error.action, ...details };
}

/** `judge`, or what kept it from being read. Errors that are not of AWS are defects, and pass. */
export async function judged(
  resource: string,
  judge: () => Promise<Verdict[]>,
  details: Details = {},
): Promise<Verdict[]> {
  try {
    return await judge();
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return [unread(resource, error, details)];
  }
}

/** AWS limits calls by account and region, so regions do not slow each other down; this machine has its limits, too. */
export const REGIONS_AT_A_TIME = 6;

/**
 * The verdicts of every enabled region, each with its name. A region that cannot be read is UNKNOWN, and the others are not lost.
 * Throws an AwsError when the regions themselves cannot be read.
 */
export async function inEveryRegion(
  facts: Facts,
  judge: (region: RegionFacts) => Promise<Verdict[]>,
): Promise<Verdict[]> {
  const found = await inParallel(await facts.regions(), REGIONS_AT_A_TIME, async (region) => {
    const verdicts = await judged(facts.accountArn, () => judge(facts.inRegion(region)), { region });
    return verdicts.map((verdict) => ({ ...verdict, region }));
  });
  return found.flat();
}
