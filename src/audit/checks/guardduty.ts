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

export const GUARDDUTY_CHECKS: readonly Check[] = [guardDuty];
