import type { PolicyHolder } from '../../aws/audit-types.ts';
import { isAwsError } from '../../aws/errors.ts';
import { inParallel } from '../../base/parallel.ts';
import type { Facts } from '../facts.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unknown, unread } from '../verdict.ts';
import { daysText, someOf } from '../words.ts';
import { ownRoles } from './administrators.ts';

/** Each is a job of its own at AWS, and IAM throttles. */
const AT_A_TIME = 6;

const unusedServices: Check = {
  id: 'unused-services',
  section: 3,
  title: 'Users and roles may use only the services that they use',
  severity: 'low',
  cis: {},
  securityHub: [],
  why: 'A right that nobody uses is of use only to who steals it.',
  fix: {
    console: 'IAM > the user or role > Last Accessed > remove what was not accessed',
    cli: 'aws accessanalyzer start-policy-generation --policy-generation-details principalArn=ARN',
  },
  async judge(facts) {
    const { users } = await facts.details();
    const principals = [
      ...users.filter((user) => hasPolicies(user) || user.groups.length > 0),
      ...(await ownRoles(facts)).filter(hasPolicies),
    ];
    if (principals.length === 0) return [notApplicable(facts.accountArn, 'no user and no role has a policy')];
    return inParallel(principals, AT_A_TIME, (principal) => usesOf(facts, principal));
  },
};

function hasPolicies({ attached, inline }: PolicyHolder): boolean {
  return attached.length + inline.length > 0;
}

/** Denied for one is denied for all, and ends the check. */
async function usesOf(facts: Facts, { arn, createdAt }: PolicyHolder): Promise<Verdict> {
  const { unusedServiceMs } = facts.rules;
  const period = daysText(unusedServiceMs);
  if (facts.now - createdAt < unusedServiceMs) return notApplicable(arn, `younger than ${period}`);
  try {
    const uses = await facts.serviceUses(arn);
    if (uses === undefined) return unknown(arn, 'AWS did not finish its report on last accesses');
    const unused = uses.filter(({ at }) => at === undefined || facts.now - at > unusedServiceMs);
    if (unused.length === 0) return pass(arn, `used all of its ${uses.length} services in ${period}`);
    const names = someOf(unused.map(({ service }) => service).sort());
    return fail(arn, `${unused.length} of ${uses.length} services not used in ${period}: ${names}`, {
      fix: { cli: unusedServices.fix.cli.replace('ARN', arn) },
    });
  } catch (error) {
    if (!isAwsError(error) || error.kind === 'denied') throw error;
    return unread(arn, error);
  }
}

export const UNUSED_SERVICE_CHECKS: readonly Check[] = [unusedServices];
