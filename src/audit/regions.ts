import { isAwsError } from '../aws/errors.ts';
import type { Facts } from './facts.ts';
import type { RegionFacts } from './regional.ts';
import type { Verdict } from './types.ts';
import { inEveryRegion, notApplicable } from './verdict.ts';

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
