import type { RoleDetail } from '../../aws/audit-types.ts';
import type { Facts } from '../facts.ts';
import { givesEverything, type Reach, reachOf, subjectOf, wholeServices } from '../policy/access.ts';
import type { PolicySource } from '../policy/sources.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unknown } from '../verdict.ts';
import { someOf } from '../words.ts';

const userAdministrators: Check = {
  id: 'user-administrators',
  section: 3,
  title: 'No user has administrator rights',
  severity: 'high',
  cis: {},
  securityHub: [],
  why: "A user's password and keys are permanent: with administrator rights, one that leaks is the whole account. Roles have sessions that end.",
  fix: {
    console:
      'IAM > Users > USER > Permissions > Remove the policy, or the user from the group; give the person a permission set of Identity Center',
    cli: 'aws iam detach-user-policy --user-name USER --policy-arn ARN',
  },
  async judge(facts) {
    const [{ users }, policies] = await Promise.all([facts.details(), facts.policies()]);
    if (users.length === 0) return [notApplicable(facts.accountArn, 'there are no users')];
    return users.map((user) =>
      fullVerdict(user, reachOf(policies.ofUser(user), subjectOf(facts, user)), {
        cli: userAdministrators.fix.cli.replace('USER', user.name),
      }),
    );
  },
};

const roleAdministrators: Check = {
  id: 'role-administrators',
  section: 3,
  title: 'Roles with administrator rights are few and meant',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'Whoever may assume such a role is an administrator as well. Those that are meant belong among the exceptions, with an owner.',
  fix: {
    console: 'IAM > Roles > ROLE > Permissions > Remove the policy, or narrow it',
    cli: 'aws iam detach-role-policy --role-name ROLE --policy-arn ARN',
  },
  async judge(facts) {
    const policies = await facts.policies();
    const roles = await ownRoles(facts);
    if (roles.length === 0) return [notApplicable(facts.accountArn, 'there are no roles but those of AWS')];
    return roles.map((role) => {
      const reach = reachOf(policies.ofRole(role), subjectOf(facts, role));
      if (reach.reach === 'full' && role.path.startsWith('/aws-reserved/sso.amazonaws.com/'))
        return pass(role.arn, 'an administrator, by a permission set of Identity Center');
      return fullVerdict(role, reach, { cli: roleAdministrators.fix.cli.replace('ROLE', role.name) });
    });
  },
};

function fullVerdict({ arn }: { arn: string }, reach: Reach, fix: { cli: string }): Verdict {
  if (reach.reach === 'unknown') return unknown(arn, reach.why);
  if (reach.reach !== 'full') return pass(arn, 'no administrator');
  return fail(arn, `every action on every resource, by ${reach.via}${onCondition(reach)}`, { fix });
}

export function onCondition({ isConditional }: { isConditional: boolean }): string {
  return isConditional ? ', under a condition' : '';
}

/** Roles that AWS makes for its services nobody can narrow, or assume. */
export async function ownRoles(facts: Facts): Promise<RoleDetail[]> {
  const { roles } = await facts.details();
  return roles.filter(({ path }) => !path.startsWith('/aws-service-role/'));
}

const adminPolicies: Check = {
  id: 'admin-policies',
  section: 3,
  title: 'No policy of the account gives full administrator rights',
  severity: 'high',
  cis: { '1.5': '1.16', '3.0': '1.16', '5.0': '1.15' },
  securityHub: ['IAM.1'],
  why: 'A policy with "*" on "*" is attached again and again under a name that does not say so.',
  fix: {
    console: 'IAM > Policies > POLICY > Entities attached > Detach; then narrow it or delete it',
    cli: 'aws iam list-entities-for-policy --policy-arn ARN && aws iam delete-policy --policy-arn ARN',
  },
  judge: (facts) =>
    ofOwnPolicies(facts, (source, arn) =>
      givesEverything(source, facts.partition)
        ? fail(arn, 'allows every action on every resource', {
            fix: { cli: adminPolicies.fix.cli.replaceAll('ARN', arn) },
          })
        : pass(arn, 'does not allow everything'),
    ),
};

const wholeServicePolicies: Check = {
  id: 'wildcard-services',
  section: 3,
  title: 'No policy of the account gives every action of a service',
  severity: 'low',
  cis: {},
  securityHub: ['IAM.21'],
  why: 'Who needs to read a bucket gets to delete it, and whatever the service learns to do later.',
  fix: {
    console: 'IAM > Policies > POLICY > Edit > name the actions that are used',
    cli: 'aws iam create-policy-version --policy-arn ARN --policy-document file://narrower.json --set-as-default',
  },
  judge: (facts) =>
    ofOwnPolicies(facts, (source, arn) => {
      const services = wholeServices(source);
      return services.length === 0
        ? pass(arn, 'names its actions')
        : fail(arn, `every action of ${someOf(services)} on every resource`, {
            fix: { cli: wholeServicePolicies.fix.cli.replace('ARN', arn) },
          });
    }),
};

/** Attached policies of the customer, in the version that is in force. */
async function ofOwnPolicies(
  facts: Facts,
  judge: (source: PolicySource, arn: string) => Verdict,
): Promise<Verdict[]> {
  const [{ policies }, book] = await Promise.all([facts.details(), facts.policies()]);
  const own = [...policies.values()].filter(
    ({ arn, attachments }) => attachments > 0 && !arn.includes(':iam::aws:policy/'),
  );
  if (own.length === 0) return [notApplicable(facts.accountArn, 'no policy of the account is attached')];
  return own.map(({ arn, name }) => {
    const statements = book.managed(arn);
    return statements === undefined
      ? unknown(arn, 'its document could not be read')
      : judge({ label: name, statements }, arn);
  });
}

export const ADMINISTRATOR_CHECKS: readonly Check[] = [
  userAdministrators,
  roleAdministrators,
  adminPolicies,
  wholeServicePolicies,
];
