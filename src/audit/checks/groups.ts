import type { UserDetail } from '../../aws/audit-types.ts';
import type { Check } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';
import { someOf } from '../words.ts';

/** Policies that take rights away from one user because of what happened to its key: they belong where they are. */
const CONTAINMENT =
  /^(?:AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy_DO_NOT_REMOVE|AWSRevokeOlderSessions|AWSDenyAll|keyturn)/i;

const groupPermissions: Check = {
  id: 'group-permissions',
  section: 4,
  title: 'Users have permissions through groups only',
  severity: 'low',
  cis: { '1.5': '1.15', '3.0': '1.15', '5.0': '1.14' },
  securityHub: ['IAM.2'],
  why: 'Rights that are given one by one are forgotten one by one, when somebody changes work.',
  fix: {
    console: 'IAM > Users > USER > Permissions > Add to a group that has the policy, then remove it here',
    cli: 'aws iam add-user-to-group --user-name USER --group-name GROUP && aws iam detach-user-policy --user-name USER --policy-arn ARN',
  },
  async judge(facts) {
    const { users } = await facts.details();
    if (users.length === 0) return [notApplicable(facts.accountArn, 'there are no users')];
    return users.map((user) => {
      const all = [...user.attached, ...user.inline].map(({ name }) => name);
      const direct = all.filter((name) => !CONTAINMENT.test(name));
      const aside =
        all.length > direct.length ? ` (${someOf(all.filter((name) => CONTAINMENT.test(name)))} aside)` : '';
      if (direct.length === 0) return pass(user.arn, `no policy of its own${aside}`);
      const evidence = `has ${someOf(direct)}${aside}`;
      return fail(user.arn, evidence, { fix: { cli: commandFor(user) } });
    });
  },
};

function commandFor({ name, attached, inline }: UserDetail): string {
  const detach = attached
    .filter((policy) => !CONTAINMENT.test(policy.name))
    .map(({ arn }) => `aws iam detach-user-policy --user-name ${name} --policy-arn ${arn}`);
  const remove = inline
    .filter((policy) => !CONTAINMENT.test(policy.name))
    .map((policy) => `aws iam delete-user-policy --user-name ${name} --policy-name ${policy.name}`);
  return [`aws iam add-user-to-group --user-name ${name} --group-name GROUP`, ...detach, ...remove].join(
    ' && ',
  );
}

export const GROUP_CHECKS: readonly Check[] = [groupPermissions];
