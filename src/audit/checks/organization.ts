import type { Check } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';
import { someOf } from '../words.ts';

const organizationMember: Check = {
  id: 'organization',
  section: 9,
  title: 'The account is in an organization',
  severity: 'low',
  cis: {},
  securityHub: [],
  why: 'Only an organization can set limits that the administrators of an account cannot lift, and see all accounts at once.',
  fix: {
    console: 'AWS Organizations > Create an organization, or accept an invitation',
    cli: 'aws organizations create-organization --feature-set ALL',
  },
  async judge(facts) {
    const organization = await facts.organization();
    return [
      organization === undefined
        ? fail(facts.accountArn, 'it is in none')
        : pass(facts.accountArn, `${organization.id}, managed by ${organization.managementAccount}`),
    ];
  },
};

const organizationFeatures: Check = {
  id: 'organization-features',
  section: 9,
  title: 'The organization has all features',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'With consolidated billing alone there are no service control policies and no central services.',
  fix: {
    console: 'AWS Organizations > Settings > Begin process to enable all features',
    cli: 'aws organizations enable-all-features',
  },
  async judge(facts) {
    const organization = await facts.organization();
    if (organization === undefined)
      return [notApplicable(facts.accountArn, 'the account is in no organization')];
    const { arn, features } = organization;
    return [features === 'ALL' ? pass(arn, 'ALL') : fail(arn, `only ${features}`)];
  },
};

const FULL_ACCESS = 'p-FullAWSAccess';

const serviceControlPolicies: Check = {
  id: 'service-control-policies',
  section: 9,
  title: 'Service control policies are in use',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'They are the one limit that also holds for the administrators and the root of an account.',
  fix: {
    console: 'AWS Organizations > Policies > Service control policies > Enable, create one, attach it',
    cli: 'aws organizations enable-policy-type --root-id ROOT --policy-type SERVICE_CONTROL_POLICY && aws organizations attach-policy --policy-id ID --target-id ROOT',
  },
  async judge(facts) {
    const organization = await facts.organization();
    if (organization === undefined)
      return [notApplicable(facts.accountArn, 'the account is in no organization')];
    const { arn, features } = organization;
    if (features !== 'ALL') return [fail(arn, `not to be had with ${features}`)];
    // What the organization says of itself is incomplete: its roots tell.
    if (!(await facts.organizationPolicyTypes()).includes('SERVICE_CONTROL_POLICY'))
      return [fail(arn, 'they are not enabled')];
    const own = (await facts.serviceControlPolicies()).filter(({ id }) => id !== FULL_ACCESS);
    if (own.length === 0) return [fail(arn, 'there is none but FullAWSAccess')];
    const attached = [];
    for (const policy of own)
      if ((await facts.policyTargets(policy.id)).length > 0) attached.push(policy.name);
    return [
      attached.length > 0
        ? pass(arn, `attached: ${someOf(attached)}; section 3 does not ask what they deny`)
        : fail(arn, `attached nowhere: ${someOf(own.map(({ name }) => name))}`),
    ];
  },
};

export const ORGANIZATION_CHECKS: readonly Check[] = [
  organizationMember,
  organizationFeatures,
  serviceControlPolicies,
];
