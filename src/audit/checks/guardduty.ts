import type { Facts } from '../facts.ts';
import type { FixStep } from '../fix.ts';
import { readableRegions } from '../regions.ts';
import type { Check } from '../types.ts';
import { fail, inEveryRegion, pass } from '../verdict.ts';

const guardDuty: Check = {
  id: 'guardduty',
  section: 8,
  title: 'GuardDuty is on in every region',
  severity: 'high',
  cis: {},
  securityHub: ['GuardDuty.1'],
  why: 'It tells of keys that are used from where they never were, and attackers pick the regions that nobody watches.',
  fix: {
    console: 'GuardDuty > Get started > Enable GuardDuty, in this region',
    cli: 'aws guardduty create-detector --enable --region REGION',
  },
  judge: (facts) =>
    inEveryRegion(facts, async ({ aws }) => {
      const detectors = await aws.guardDuty.detectors();
      if (detectors.some(({ isEnabled }) => isEnabled))
        return [pass(facts.accountArn, 'a detector is enabled')];
      const evidence = detectors.length > 0 ? 'its detector is suspended' : 'there is no detector';
      return [fail(facts.accountArn, evidence)];
    }),
};

/** Where it is not on, and can be read. It costs by what it reads of events and flows. */
export async function guardDutySteps(facts: Facts): Promise<FixStep[]> {
  return readableRegions(facts, async ({ region, aws }): Promise<FixStep[]> => {
    const [detector, ...others] = await aws.guardDuty.detectors();
    if ([detector, ...others].some((one) => one?.isEnabled)) return [];
    return [
      {
        check: guardDuty.id,
        text: `${detector === undefined ? 'turn GuardDuty on' : 'resume GuardDuty'} in ${region}; AWS charges by what it reads`,
        change: {
          run: async (account) => {
            const port = account.inRegion(region).guardDuty;
            if (detector !== undefined) await port.enable(detector.id);
            return `${region}: detector ${detector?.id ?? (await port.create())} is enabled`;
          },
        },
      },
    ];
  });
}

export const GUARDDUTY_CHECKS: readonly Check[] = [guardDuty];
