import type { AuditAws } from './audit-types.ts';
import type { ClientConfig } from './client-config.ts';
import { iamPort } from './iam.ts';
import { accountPort } from './iam-account.ts';
import { organizationPort } from './organization.ts';
import type { RegionalAws } from './regional/types.ts';
import { stsPort } from './sts.ts';

/** The ports of an audit; nothing is sent yet. */
export async function auditAws(config: ClientConfig & { region: string }): Promise<AuditAws> {
  const { iam, organizations, sts } = await import('./sdk-audit.ts');
  const { regionalAws } = await import('./regional/index.ts');
  const iamClient = new iam.IAMClient(config);
  const { credentials, requestHandler } = iamClient.config;
  const shared = { credentials, requestHandler };
  const byRegion = new Map<string, RegionalAws>();
  return {
    region: config.region,
    sts: stsPort(sts, config, new sts.STSClient({ ...config, ...shared })),
    iam: iamPort(iam, iamClient, iamClient),
    account: accountPort(iam, iamClient),
    organizations: organizationPort(
      organizations,
      new organizations.OrganizationsClient({ ...config, ...shared }),
    ),
    inRegion: (region) => {
      const known = byRegion.get(region);
      if (known !== undefined) return known;
      const ports = regionalAws(config, shared, region);
      byRegion.set(region, ports);
      return ports;
    },
  };
}
