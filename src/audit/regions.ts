import { isAwsError } from '../aws/errors.ts';
import { inParallel } from '../base/parallel.ts';
import type { Facts } from './facts.ts';
import type { RegionFacts } from './regional.ts';
import type { Verdict } from './types.ts';
import { inEveryRegion, notApplicable, REGIONS_AT_A_TIME } from './verdict.ts';

/**
 * As inEveryRegion, for what a region need not have: that there is none is said once, of all regions, and only where every one of them was
 * asked. `nothing` is what is said, such as `no function`.
 */
export async function whereverThereIs(
  facts: Facts,
  nothing: string,
  judge: (region: RegionFacts) => Promise<Verdict[]>,
): Promise<Verdict[]> {
  const verdicts = await inEveryRegion(facts, judge);
  return verdicts.length > 0 ? verdicts : [notApplicable(facts.accountArn, `${nothing} in any region`)];
}

/** What is found in each enabled region that AWS lets us read. Throws an AwsError when the regions cannot be listed. */
export async function readableRegions<T>(
  facts: Facts,
  read: (region: RegionFacts) => Promise<T[]>,
): Promise<T[]> {
  const found = await inParallel(await facts.regions(), REGIONS_AT_A_TIME, async (region) => {
    try {
      return await read(facts.inRegion(region));
    } catch (error) {
      if (isAwsError(error)) return [];
      throw error;
    }
  });
  return found.flat();
}

/** Where the checks looked, and for whoever reads the result, where not and why. */
export async function regionsSeen(facts: Facts): Promise<{ regions: string[]; notes: string[] }> {
  try {
    const disabled = await facts.disabledRegions();
    const note = `not looked at, because the account has not enabled them: ${disabled.join(', ')}`;
    return { regions: await facts.regions(), notes: disabled.length > 0 ? [note] : [] };
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { regions: [], notes: [`the regions could not be listed: ${error.message}`] };
  }
}
