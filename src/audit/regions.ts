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
