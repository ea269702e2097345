import type { Check } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';

/** AWS attaches them to whom it found a leaked key of; the second was the name until 2020. */
const QUARANTINE = /^(?:AWSCompromisedKeyQuarantine\w*|AWSExposedCredentialPolicy_DO_NOT_REMOVE)$/;

const quarantine: Check = {
  id: 'quarantined-principals',
  section: 10,
  title: 'AWS has quarantined nobody',
  severity: 'critical',
  cis: {},
  securityHub: [],
  why: 'AWS attaches this policy when it finds a key in public. The policy is a list of denied actions, and no lock: the key still works.',
  fix: {
    console:
      'IAM > Users > USER > Security credentials > deactivate the key; look at CloudTrail; then remove the policy',
    cli: 'keyturn keys status USER && keyturn keys deactivate KEY_ID --apply',
  },
  async judge(facts) {
    const { users, groups, roles } = await facts.details();
    const all = [...users, ...groups, ...roles];
    if (all.length === 0) return [notApplicable(facts.accountArn, 'there are neither users nor roles')];
    const found = all.flatMap(({ name, arn, attached, inline }) => {
      const policy = [...attached, ...inline].find((one) => QUARANTINE.test(one.name));
      if (policy === undefined) return [];
      const fix = arn.includes(':user/') ? { cli: quarantine.fix.cli.replace('USER', name) } : {};
      return [fail(arn, `${policy.name} is attached: AWS knows of a leak`, { fix })];
    });
    if (found.length > 0) return found;
    return [
      pass(
        facts.accountArn,
        `none of ${users.length} users, ${groups.length} groups and ${roles.length} roles`,
      ),
    ];
  },
};

export const QUARANTINE_CHECKS: readonly Check[] = [quarantine];
