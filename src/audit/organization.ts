import type { AuditAws, Organization, OrganizationPolicy } from '../aws/audit-types.ts';
import { once, onceFor } from './once.ts';

/** What can be known of the organization that an account is in; read once, and a refusal is told everyone who asks. */
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
  return {
    organization: once(() => organizations.organization()),
    organizationFeatures: once(() => account.organizationFeatures()),
    organizationPolicyTypes: once(() => organizations.enabledPolicyTypes()),
    serviceControlPolicies: once(() => organizations.serviceControlPolicies()),
    policyTargets: onceFor((policyId) => organizations.targets(policyId)),
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
  const told = once(async () => {
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
