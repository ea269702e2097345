import { ServiceError } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { type Action, type Call, optionalNumber, optionalText, type Service } from '../service.ts';
import type { Account, Member, Organization } from '../state/model.ts';

const LARGEST_PAGE = 20;
const FULL_ACCESS = 'p-FullAWSAccess';

const actions: Readonly<Record<string, Action>> = {
  DescribeOrganization: { run: describeOrganization },
  ListAccounts: { run: listAccounts },
  DescribeAccount: { run: describeAccount },
  ListRoots: { run: listRoots },
  ListAccountsForParent: { run: listAccountsForParent },
  ListOrganizationalUnitsForParent: { run: emptyList('OrganizationalUnits') },
  ListParents: { run: listParents },
  ListPolicies: { run: listPolicies },
  ListTargetsForPolicy: { run: listTargetsForPolicy },
  ListDelegatedAdministrators: { run: emptyList('DelegatedAdministrators') },
};

/** Accounts straight under one root: there are no organizational units. */
export const organizations: Service = {
  name: 'organizations',
  protocol: 'json',
  namespace: 'AWSOrganizationsV20161128',
  eventSource: 'organizations.amazonaws.com',
  actions,
};

/** Every member may ask for it. */
function describeOrganization(call: Call): unknown {
  const organization = organizationOf(call);
  const management = call.world.accounts.get(organization.managementAccount)!;
  return {
    Organization: {
      Id: organization.id,
      Arn: arnOf(management, `organization/${organization.id}`),
      FeatureSet: organization.features,
      MasterAccountArn: accountArn(organization, management, management.id),
      MasterAccountId: management.id,
      MasterAccountEmail: management.email,
      AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
    },
  };
}

function listAccounts(call: Call): unknown {
  return accountPage(call, managed(call));
}

function listAccountsForParent(call: Call): unknown {
  const organization = managed(call);
  if (optionalText(call, 'ParentId') !== organization.rootId)
    throw new ServiceError('ParentNotFoundException', "You specified a parent that doesn't exist.");
  return accountPage(call, organization);
}

/** A page may be empty and still not be the last, as AWS warns; the setting makes every other one so. */
function accountPage(call: Call, organization: Organization): unknown {
  const { settings } = call.world;
  const token = optionalText(call, 'NextToken');
  if (settings.hasEmptyPages && !token?.startsWith('after-empty:'))
    return { Accounts: [], NextToken: `after-empty:${token ?? ''}` };
  const asked = optionalNumber(call, 'MaxResults') ?? LARGEST_PAGE;
  const { items, next } = pageOf([...organization.members.values()], {
    token: token?.replace('after-empty:', '') || undefined,
    size: Math.min(asked, LARGEST_PAGE, settings.pageSize ?? LARGEST_PAGE),
    code: 'InvalidInputException',
  });
  return { Accounts: items.map((member) => describeMember(call, organization, member)), NextToken: next };
}

function describeAccount(call: Call): unknown {
  const organization = managed(call);
  const member = organization.members.get(optionalText(call, 'AccountId') ?? '');
  if (member === undefined)
    throw new ServiceError('AccountNotFoundException', "You specified an account that doesn't exist.");
  return { Account: describeMember(call, organization, member) };
}

function describeMember(call: Call, organization: Organization, member: Member): unknown {
  const management = call.world.accounts.get(organization.managementAccount)!;
  const account = call.world.accounts.get(member.accountId)!;
  return {
    Id: account.id,
    Arn: accountArn(organization, management, account.id),
    Email: account.email,
    Name: account.name,
    // Retired in September 2026 in favour of State; `Status` knows three of its five values.
    Status: { ACTIVE: 'ACTIVE', SUSPENDED: 'SUSPENDED', PENDING_CLOSURE: 'PENDING_CLOSURE' }[
      member.state as string
    ],
    State: member.state,
    JoinedMethod: member.joinedBy,
    JoinedTimestamp: new Date(member.joinedAt),
  };
}

function listRoots(call: Call): unknown {
  const organization = managed(call);
  const management = call.world.accounts.get(organization.managementAccount)!;
  return {
    Roots: [
      {
        Id: organization.rootId,
        Arn: arnOf(management, `root/${organization.id}/${organization.rootId}`),
        Name: 'Root',
        PolicyTypes: organization.hasServiceControlPolicies
          ? [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }]
          : [],
      },
    ],
  };
}

function listParents(call: Call): unknown {
  return { Parents: [{ Id: managed(call).rootId, Type: 'ROOT' }] };
}

function listPolicies(call: Call): unknown {
  const { hasServiceControlPolicies, policies } = managed(call);
  if (optionalText(call, 'Filter') !== 'SERVICE_CONTROL_POLICY' || !hasServiceControlPolicies)
    return { Policies: [] };
  return {
    Policies: [
      describeControlPolicy(call, FULL_ACCESS, 'FullAWSAccess', true),
      ...[...policies.values()].map(({ id, name }) => describeControlPolicy(call, id, name, false)),
    ],
  };
}

function describeControlPolicy({ account, world }: Call, id: string, name: string, isAws: boolean): unknown {
  const { partition } = account;
  return {
    Id: id,
    Arn: isAws
      ? `arn:${partition}:organizations::aws:policy/service_control_policy/${id}`
      : arnOf(account, `policy/${world.organization!.id}/service_control_policy/${id}`),
    Name: name,
    Description: isAws ? 'Allows access to every operation' : '',
    Type: 'SERVICE_CONTROL_POLICY',
    AwsManaged: isAws,
  };
}

function listTargetsForPolicy(call: Call): unknown {
  const { rootId, policies } = managed(call);
  const id = optionalText(call, 'PolicyId') ?? '';
  const targets = id === FULL_ACCESS ? [rootId] : policies.get(id)?.targets;
  if (targets === undefined)
    throw new ServiceError('PolicyNotFoundException', "You specified a policy that doesn't exist.");
  return {
    Targets: [...targets].map((target) =>
      target === rootId
        ? { TargetId: target, Name: 'Root', Type: 'ROOT' }
        : { TargetId: target, Name: call.world.accounts.get(target)?.name, Type: 'ACCOUNT' },
    ),
  };
}

function emptyList(name: string): Action['run'] {
  return (call) => {
    managed(call);
    return { [name]: [] };
  };
}

/** Throws AWSOrganizationsNotInUseException outside of an organization. */
function organizationOf({ world, account }: Call): Organization {
  if (world.organization?.members.has(account.id) !== true)
    throw new ServiceError(
      'AWSOrganizationsNotInUseException',
      'Your account is not a member of an organization.',
    );
  return world.organization;
}

/** Only the management account may list. */
function managed(call: Call): Organization {
  const organization = organizationOf(call);
  if (organization.managementAccount !== call.account.id)
    throw new ServiceError('AccessDeniedException', "You don't have permissions to access this resource.");
  return organization;
}

function accountArn(organization: Organization, management: Account, id: string): string {
  return arnOf(management, `account/${organization.id}/${id}`);
}

function arnOf(management: Account, resource: string): string {
  return `arn:${management.partition}:organizations::${management.id}:${resource}`;
}
