import type * as Sdk from '@aws-sdk/client-organizations';
import type { OrganizationPort } from './audit-types.ts';
import { asAwsCall, isAwsError } from './errors.ts';

/** Answers only in the management account and to delegated administrators, but for `organization`. */
export function organizationPort(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.OrganizationsClient,
): OrganizationPort {
  return {
    organization: async () => {
      try {
        const { Organization = {} } = await asAwsCall('organizations:DescribeOrganization', () =>
          client.send(new sdk.DescribeOrganizationCommand({})),
        );
        const { Id = '', Arn = '', FeatureSet = '', MasterAccountId = '' } = Organization;
        return { id: Id, arn: Arn, features: FeatureSet, managementAccount: MasterAccountId };
      } catch (error) {
        if (isAwsError(error, 'not-found')) return undefined;
        throw error;
      }
    },

    enabledPolicyTypes: () =>
      asAwsCall('organizations:ListRoots', async () => {
        const types = new Set<string>();
        for await (const { Roots = [] } of sdk.paginateListRoots({ client }, {}))
          for (const { Type, Status } of Roots.flatMap(({ PolicyTypes = [] }) => PolicyTypes))
            if (Status === 'ENABLED' && Type !== undefined) types.add(Type);
        return [...types];
      }),

    serviceControlPolicies: () =>
      asAwsCall('organizations:ListPolicies', async () => {
        const found = [];
        const input = { Filter: 'SERVICE_CONTROL_POLICY' } as const;
        for await (const { Policies = [] } of sdk.paginateListPolicies({ client }, input))
          found.push(
            ...Policies.map(({ Id = '', Arn = '', Name = '', AwsManaged = false }) => ({
              id: Id,
              arn: Arn,
              name: Name,
              isAwsManaged: AwsManaged,
            })),
          );
        return found;
      }),

    targets: (policyId) =>
      asAwsCall('organizations:ListTargetsForPolicy', async () => {
        const found: string[] = [];
        for await (const { Targets = [] } of sdk.paginateListTargetsForPolicy(
          { client },
          { PolicyId: policyId },
        ))
          found.push(...Targets.map(({ TargetId = '' }) => TargetId));
        return found;
      }),
  };
}
