import type { AuditAws, Organization, OrganizationPolicy } from '../aws/audit-types.ts';
import { isAwsError } from '../aws/errors.ts';
import { onceFor } from './once.ts';

/** What can be known of the organization that an account is in; read once. A refusal is told everyone who asks; where AWS was too busy, the next one asks again. */
export interface OrganizationFacts {
  /** Undefined for an account that is in none. */
  organization(): Promise<Organization | undefined>;
  /** Of central root management; undefined outside of an organization. */
  organizationFeatures(): Promise<string[] | undefined>;
  organizationPolicyTypes(): Promise<string[]>;
  serviceControlPolicies(): Promise<OrganizationPolicy[]>;
  policyTargets(policyId: string): Promise<string[]>;
}

export function openOrganization({
  account,
  organizations,
}: Pick<AuditAws, 'account' | 'organizations'>): OrganizationFacts {
  const targets = onceFor((policyId) => onceTold(() => organizations.targets(policyId)));
  return {
    organization: onceTold(() => organizations.organization()),
    organizationFeatures: onceTold(() => account.organizationFeatures()),
    organizationPolicyTypes: onceTold(() => organizations.enabledPolicyTypes()),
    serviceControlPolicies: onceTold(() => organizations.serviceControlPolicies()),
    policyTargets: (policyId) => targets(policyId)(),
  };
}

/** The same answer for everyone; one of many accounts that came at a bad moment must not leave all others without. */
function onceTold<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      if (isAwsError(error, 'throttled', 'unavailable')) asked = undefined;
      throw error;
    });
    return asked;
  };
}

/**
 * The same of a member, whom AWS tells little: the rest is asked through `asker`, whose audit over several accounts this is, where it is
 * in the same organization. The management account is told everything, and asks for itself.
 */
export function organizationOf(
  own: OrganizationFacts,
  accountId: string,
  asker: OrganizationFacts,
): OrganizationFacts {
  const told = onceTold(async () => {
    const organization = await own.organization();
    if (organization === undefined || organization.managementAccount === accountId) return own;
    return (await asker.organization())?.id === organization.id ? asker : own;
  });
  return {
    organization: own.organization,
    organizationFeatures: async () => (await told()).organizationFeatures(),
    organizationPolicyTypes: async () => (await told()).organizationPolicyTypes(),
    serviceControlPolicies: async () => (await told()).serviceControlPolicies(),
    policyTargets: async (policyId) => (await told()).policyTargets(policyId),
  };
}
