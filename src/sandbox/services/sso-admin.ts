import type { Call, Service } from '../service.ts';
import { pageAsked, regionOf } from './regional.ts';

/** The instance of Identity Center: in one region of an organization, or none. */
export const ssoAdmin: Service = {
  name: 'sso',
  protocol: 'json',
  namespace: 'SWBExternalService',
  eventSource: 'sso.amazonaws.com',
  actions: { ListInstances: { run: listInstances } },
};

/** Members of an organization see the instance of its management account. */
function listInstances(call: Call): unknown {
  const { world, account, region } = call;
  const owner = world.organization?.managementAccount ?? account.id;
  const own = regionOf(call).identityCenter;
  const status = own ?? world.accounts.get(owner)?.regions.get(region)?.identityCenter;
  const instances =
    status === undefined
      ? []
      : [
          {
            InstanceArn: `arn:${account.partition}:sso:::instance/ssoins-0123456789abcdef`,
            IdentityStoreId: 'd-0123456789',
            OwnerAccountId: own === undefined ? owner : account.id,
            Status: status,
            CreatedDate: new Date(account.createdAt),
          },
        ];
  const { items, next } = pageAsked(call, instances, { largest: 100 });
  return { Instances: items, NextToken: next };
}
