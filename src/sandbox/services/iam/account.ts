import { ServiceError } from '../../errors.ts';
import { awsManagedDocument } from '../../policy/aws-managed.ts';
import { type Action, type Call, listOf, requiredText } from '../../service.ts';
import { keysOf } from '../../state/keys.ts';
import type { Account, Group, ManagedPolicy, Role, User } from '../../state/model.ts';
import { encodeDocument, noSuch, page } from './common.ts';
import { describeGroup } from './groups.ts';
import { KEYS_PER_USER } from './keys.ts';
import { attachedList, describePolicy } from './policies.ts';
import { describeRole } from './roles.ts';
import { describeUser } from './users.ts';

export const accountActions: Readonly<Record<string, Action>> = {
  ListAccountAliases: { run: listAccountAliases },
  CreateAccountAlias: { run: createAccountAlias },
  DeleteAccountAlias: { run: deleteAccountAlias },
  ListOrganizationsFeatures: { run: listOrganizationsFeatures },
  GetAccountSummary: { run: getAccountSummary },
  GetAccountAuthorizationDetails: { run: getAccountAuthorizationDetails },
};

function listAccountAliases(call: Call): unknown {
  const { items, ...paging } = page(call, call.account.aliases);
  return { AccountAliases: items, ...paging };
}

/** An account has one alias at most; a new one takes its place. */
function createAccountAlias(call: Call): void {
  const alias = requiredText(call, 'AccountAlias');
  for (const { id, aliases } of call.world.accounts.values()) {
    if (id !== call.account.id && aliases.includes(alias))
      throw new ServiceError('EntityAlreadyExists', `The account alias ${alias} already exists.`, 409);
  }
  call.account.aliases = [alias];
}

function deleteAccountAlias(call: Call): void {
  const alias = requiredText(call, 'AccountAlias');
  if (!call.account.aliases.includes(alias)) throw noSuch(`The account alias ${alias} cannot be found.`);
  call.account.aliases = [];
}

function listOrganizationsFeatures({ account, world: { organization } }: Call): unknown {
  if (organization?.members.has(account.id) !== true) {
    throw new ServiceError(
      'OrganizationNotFoundException',
      'The request was rejected because no organization is associated with your account.',
    );
  }
  if (organization.managementAccount !== account.id) {
    throw new ServiceError(
      'AccountNotManagementOrDelegatedAdministratorException',
      'The request was rejected because the account making the request is not the management account or delegated administrator account.',
      403,
    );
  }
  return { OrganizationId: organization.id, EnabledFeatures: [...organization.rootFeatures] };
}

function getAccountSummary({ account }: Call): unknown {
  const users = [...account.users.values()];
  const hasRootMfa = account.root.mfaSerial !== undefined;
  const devices = users.reduce((sum, { mfaDevices }) => sum + mfaDevices.size, 0) + Number(hasRootMfa);
  return {
    SummaryMap: new Map<string, number>([
      ['Users', users.length],
      ['UsersQuota', 5000],
      ['Groups', account.groups.size],
      ['GroupsQuota', 300],
      ['Roles', account.roles.size],
      ['RolesQuota', 1000],
      ['Policies', account.policies.size],
      ['PoliciesQuota', 1500],
      ['MFADevices', devices],
      ['MFADevicesInUse', devices],
      ['AccessKeysPerUserQuota', KEYS_PER_USER],
      ['AccountMFAEnabled', Number(hasRootMfa)],
      ['AccountAccessKeysPresent', Number(keysOf(account, undefined).length > 0)],
      ['AccountPasswordPresent', Number(account.root.hasPassword)],
      ['AccountSigningCertificatesPresent', 0],
      ['AttachedPoliciesPerUserQuota', 10],
      ['AttachedPoliciesPerGroupQuota', 10],
      ['AttachedPoliciesPerRoleQuota', 10],
      ['GroupsPerUserQuota', 10],
      ['UserPolicySizeQuota', 2048],
      ['GroupPolicySizeQuota', 5120],
      ['RolePolicySizeQuota', 10_240],
      ['PolicySizeQuota', 6144],
      ['GlobalEndpointTokenVersion', 2],
    ]),
  };
}

/** The four lists of GetAccountAuthorizationDetails, by the names that its filter has for them. */
const DETAILS: Record<string, { list: string; of: (account: Account) => unknown[] }> = {
  User: {
    list: 'UserDetailList',
    of: (account) => [...account.users.values()].map((user) => userDetail(account, user)),
  },
  Group: {
    list: 'GroupDetailList',
    of: (account) => [...account.groups.values()].map((group) => groupDetail(account, group)),
  },
  Role: {
    list: 'RoleDetailList',
    of: (account) => [...account.roles.values()].map((role) => roleDetail(account, role)),
  },
  LocalManagedPolicy: {
    list: 'Policies',
    of: (account) => [...account.policies.values()].map((policy) => policyDetail(account, policy)),
  },
  AWSManagedPolicy: { list: 'Policies', of: awsPolicyDetails },
};

/** One page runs over all lists, as in AWS: a page may end with users and the next begin with groups. */
function getAccountAuthorizationDetails(call: Call): unknown {
  const filter = listOf(call, 'Filter').map(String);
  const all = Object.entries(DETAILS)
    .filter(([type]) => filter.length === 0 || filter.includes(type))
    .flatMap(([, { list, of }]) => of(call.account).map((detail) => ({ list, detail })));
  const { items, ...paging } = page(call, all);
  const onList = (name: string) => items.filter(({ list }) => list === name).map(({ detail }) => detail);
  return {
    UserDetailList: onList('UserDetailList'),
    GroupDetailList: onList('GroupDetailList'),
    RoleDetailList: onList('RoleDetailList'),
    Policies: onList('Policies'),
    ...paging,
  };
}

function userDetail(account: Account, user: User): unknown {
  const { PasswordLastUsed: _, ...described } = describeUser(account, user, true);
  return {
    ...described,
    UserPolicyList: inlineList(user),
    GroupList: [...user.groups],
    AttachedManagedPolicies: attachedList(user.attachedPolicies),
  };
}

function groupDetail(account: Account, group: Group): unknown {
  return {
    ...describeGroup(account, group),
    GroupPolicyList: inlineList(group),
    AttachedManagedPolicies: attachedList(group.attachedPolicies),
  };
}

function roleDetail(account: Account, role: Role): unknown {
  return {
    ...describeRole(account, role),
    InstanceProfileList: [],
    RolePolicyList: inlineList(role),
    AttachedManagedPolicies: attachedList(role.attachedPolicies),
  };
}

function policyDetail(account: Account, policy: ManagedPolicy): unknown {
  return {
    ...describePolicy(account, policy),
    PolicyVersionList: [
      {
        Document: encodeDocument(policy.document),
        VersionId: 'v1',
        IsDefaultVersion: true,
        CreateDate: new Date(policy.createdAt),
      },
    ],
  };
}

/** Only those that are attached: AWS lists a thousand more. */
function awsPolicyDetails(account: Account): unknown[] {
  const holders = [...account.users.values(), ...account.groups.values(), ...account.roles.values()];
  const arns = new Set(holders.flatMap(({ attachedPolicies }) => [...attachedPolicies]));
  return [...arns].flatMap((arn) => {
    const document = awsManagedDocument(arn);
    if (document === undefined) return [];
    const name = arn.split('/').at(-1)!;
    return [
      policyDetail(account, {
        arn,
        name,
        path: '/',
        id: `ANPA${name.toUpperCase()}`,
        createdAt: account.createdAt,
        document,
      }),
    ];
  });
}

function inlineList({ inlinePolicies }: User | Group | Role): unknown[] {
  return [...inlinePolicies].map(([name, document]) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }));
}
