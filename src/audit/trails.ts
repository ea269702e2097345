import { type AwsError, isAwsError } from '../aws/errors.ts';
import type { ManagementEvents, Trail, TrailStatus } from '../aws/regional/types.ts';
import { inParallel } from '../base/parallel.ts';
import type { RegionFacts } from './regional.ts';
import { REGIONS_AT_A_TIME } from './verdict.ts';

/** A trail and how it stands; an AwsError in the place of what AWS did not tell. */
export interface WatchedTrail extends Trail {
  status: TrailStatus | AwsError;
  events: ManagementEvents | AwsError;
}

export interface Trails {
  /** Every one that covers some region, once. */
  trails: readonly WatchedTrail[];
  /** Regions that may have others of their own: a trail of all regions is seen from each. */
  unread: readonly { region: string; error: AwsError }[];
}

/** Throws the AwsError when no region can be read. */
export async function readTrails(
  regions: readonly string[],
  inRegion: (region: string) => RegionFacts,
): Promise<Trails> {
  const byArn = new Map<string, Trail>();
  const unread: { region: string; error: AwsError }[] = [];
  await inParallel(regions, REGIONS_AT_A_TIME, async (region) => {
    const trails = await orError(inRegion(region).trails());
    if (isAwsError(trails)) unread.push({ region, error: trails });
    else for (const trail of trails) byArn.set(trail.arn, trail);
  });
  if (unread.length === regions.length && unread[0] !== undefined) throw unread[0].error;
  const trails = await inParallel([...byArn.values()], REGIONS_AT_A_TIME, async (trail) => {
    // Selectors are told at home only.
    const { cloudTrail } = inRegion(trail.homeRegion).aws;
    const [status, events] = await Promise.all([
      orError(cloudTrail.status(trail)),
      orError(cloudTrail.managementEvents(trail)),
    ]);
    return { ...trail, status, events };
  });
  return { trails, unread };
}

async function orError<T>(reading: Promise<T>): Promise<T | AwsError> {
  try {
    return await reading;
  } catch (error) {
    if (isAwsError(error)) return error;
    throw error;
  }
}
