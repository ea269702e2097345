import type * as Sdk from '@aws-sdk/client-iam';
import type {
  AccountPort,
  AttachedPolicy,
  AuthorizationDetails,
  ManagedPolicy,
  PasswordPolicy,
  PolicyHolder,
  PolicyText,
  RoleDetail,
  ServiceUse,
  UserDetail,
} from './audit-types.ts';
import { asAwsCall, isAwsError } from './errors.ts';
import { receiptOf } from './receipt.ts';

type IamSdk = Omit<typeof Sdk, 'default'>;

const PAGE = 1000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4_000;

export function accountPort(sdk: IamSdk, client: Sdk.IAMClient): AccountPort {
  return {
    authorizationDetails: () =>
      asAwsCall('iam:GetAccountAuthorizationDetails', () => authorizationDetails(sdk, client)),

    passwordPolicy: () =>
      orUndefined(async () => {
        const { PasswordPolicy = {} as Sdk.PasswordPolicy } = await asAwsCall(
          'iam:GetAccountPasswordPolicy',
          () => client.send(new sdk.GetAccountPasswordPolicyCommand({})),
        );
        return passwordPolicyOf(PasswordPolicy);
      }),

    setPasswordPolicy: async (policy) => {
      const { $metadata } = await asAwsCall('iam:UpdateAccountPasswordPolicy', () =>
        client.send(new sdk.UpdateAccountPasswordPolicyCommand(toPasswordPolicy(policy))),
      );
      return receiptOf($metadata);
    },

    virtualMfaDevices: () =>
      asAwsCall('iam:ListVirtualMFADevices', async () => {
        const found: Sdk.VirtualMFADevice[] = [];
        const input = { AssignmentStatus: 'Assigned' as const };
        for await (const page of sdk.paginateListVirtualMFADevices({ client }, input))
          found.push(...(page.VirtualMFADevices ?? []));
        return found.map(({ SerialNumber = '', User }) => ({
          serial: SerialNumber,
          holder: User?.Arn ?? '',
        }));
      }),

    mfaDevices: (user) =>
      asAwsCall('iam:ListMFADevices', async () => {
        const found: string[] = [];
        for await (const { MFADevices = [] } of sdk.paginateListMFADevices({ client }, { UserName: user }))
          found.push(...MFADevices.map(({ SerialNumber = '' }) => SerialNumber));
        return found;
      }),

    hasPassword: async (user) => {
      const profile = await orUndefined(() =>
        asAwsCall('iam:GetLoginProfile', () =>
          client.send(new sdk.GetLoginProfileCommand({ UserName: user })),
        ),
      );
      return profile !== undefined;
    },

    samlProviders: () =>
      asAwsCall('iam:ListSAMLProviders', async () => {
        const { SAMLProviderList = [] } = await client.send(new sdk.ListSAMLProvidersCommand({}));
        return SAMLProviderList.map(({ Arn = '' }) => Arn);
      }),

    organizationFeatures: () =>
      orUndefined(() =>
        asAwsCall('iam:ListOrganizationsFeatures', async () => {
          const { EnabledFeatures = [] } = await client.send(new sdk.ListOrganizationsFeaturesCommand({}));
          return EnabledFeatures.map(String);
        }),
      ),

    serviceUses: async (arn, wait) => {
      const job = await asAwsCall('iam:GenerateServiceLastAccessedDetails', () =>
        client.send(new sdk.GenerateServiceLastAccessedDetailsCommand({ Arn: arn })),
      );
      return asAwsCall('iam:GetServiceLastAccessedDetails', () =>
        collectUses(sdk, client, job.JobId ?? '', wait),
      );
    },
  };
}

/** What AWS does not know is undefined. */
async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAwsError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** One page runs over all four lists. */
async function authorizationDetails(sdk: IamSdk, client: Sdk.IAMClient): Promise<AuthorizationDetails> {
  const users: UserDetail[] = [];
  const groups: PolicyHolder[] = [];
  const roles: RoleDetail[] = [];
  const policies = new Map<string, ManagedPolicy>();
  for await (const page of sdk.paginateGetAccountAuthorizationDetails({ client }, { MaxItems: PAGE })) {
    users.push(...(page.UserDetailList ?? []).map(userOf));
    groups.push(
      ...(page.GroupDetailList ?? []).map((group) => holderOf(group, group.GroupName, group.GroupPolicyList)),
    );
    roles.push(...(page.RoleDetailList ?? []).map(roleOf));
    for (const policy of page.Policies ?? []) policies.set(policy.Arn ?? '', managedPolicyOf(policy));
  }
  return { users, groups, roles, policies };
}

function userOf(user: Sdk.UserDetail): UserDetail {
  const boundary = user.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    ...holderOf(user, user.UserName, user.UserPolicyList),
    id: user.UserId ?? '',
    tags: tagsOf(user.Tags),
    groups: user.GroupList ?? [],
    ...(boundary !== undefined && { boundary }),
  };
}

function roleOf(role: Sdk.RoleDetail): RoleDetail {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  const lastUsedAt = role.RoleLastUsed?.LastUsedDate?.getTime();
  return {
    ...holderOf(role, role.RoleName, role.RolePolicyList),
    tags: tagsOf(role.Tags),
    trust: decodeDocument(role.AssumeRolePolicyDocument),
    ...(boundary !== undefined && { boundary }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}

interface SdkHolder {
  Path?: string | undefined;
  Arn?: string | undefined;
  CreateDate?: Date | undefined;
  AttachedManagedPolicies?: Sdk.AttachedPolicy[] | undefined;
}

function holderOf(
  holder: SdkHolder,
  name: string | undefined,
  inline: Sdk.PolicyDetail[] | undefined,
): PolicyHolder {
  return {
    name: name ?? '',
    path: holder.Path ?? '/',
    arn: holder.Arn ?? '',
    createdAt: holder.CreateDate?.getTime() ?? Number.NaN,
    inline: (inline ?? []).map(
      ({ PolicyName = '', PolicyDocument }): PolicyText => ({
        name: PolicyName,
        document: decodeDocument(PolicyDocument),
      }),
    ),
    attached: (holder.AttachedManagedPolicies ?? []).map(
      ({ PolicyName = '', PolicyArn = '' }): AttachedPolicy => ({ name: PolicyName, arn: PolicyArn }),
    ),
  };
}

function managedPolicyOf(policy: Sdk.ManagedPolicyDetail): ManagedPolicy {
  const inForce = policy.PolicyVersionList?.find(({ IsDefaultVersion }) => IsDefaultVersion);
  return {
    arn: policy.Arn ?? '',
    name: policy.PolicyName ?? '',
    document: decodeDocument(inForce?.Document),
    attachments: policy.AttachmentCount ?? 0,
  };
}

function tagsOf(tags: Sdk.Tag[] | undefined): Map<string, string> {
  return new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** IAM percent-encodes documents and the SDK leaves them so; one that was decoded already may hold a bare percent sign. */
function decodeDocument(document: string | undefined): string {
  const text = document ?? '';
  if (text.trimStart().startsWith('{')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function passwordPolicyOf(policy: Sdk.PasswordPolicy): PasswordPolicy {
  const { MinimumPasswordLength = 6, MaxPasswordAge, PasswordReusePrevention } = policy;
  return {
    minimumLength: MinimumPasswordLength,
    requiresUppercase: policy.RequireUppercaseCharacters ?? false,
    requiresLowercase: policy.RequireLowercaseCharacters ?? false,
    requiresNumbers: policy.RequireNumbers ?? false,
    requiresSymbols: policy.RequireSymbols ?? false,
    mayChange: policy.AllowUsersToChangePassword ?? false,
    isHardExpiry: policy.HardExpiry ?? false,
    ...(policy.ExpirePasswords === true && MaxPasswordAge !== undefined && { maxAgeDays: MaxPasswordAge }),
    ...(PasswordReusePrevention !== undefined && { remembered: PasswordReusePrevention }),
  };
}

function toPasswordPolicy(policy: PasswordPolicy): Sdk.UpdateAccountPasswordPolicyCommandInput {
  return {
    MinimumPasswordLength: policy.minimumLength,
    RequireUppercaseCharacters: policy.requiresUppercase,
    RequireLowercaseCharacters: policy.requiresLowercase,
    RequireNumbers: policy.requiresNumbers,
    RequireSymbols: policy.requiresSymbols,
    AllowUsersToChangePassword: policy.mayChange,
    HardExpiry: policy.isHardExpiry,
    MaxPasswordAge: policy.maxAgeDays,
    PasswordReusePrevention: policy.remembered,
  };
}

async function collectUses(
  sdk: IamSdk,
  client: Sdk.IAMClient,
  jobId: string,
  { sleep, patienceMs }: { sleep: (ms: number) => Promise<void>; patienceMs: number },
): Promise<ServiceUse[] | undefined> {
  const uses: ServiceUse[] = [];
  let waited = 0;
  let marker: string | undefined;
  for (;;) {
    const page: Sdk.GetServiceLastAccessedDetailsCommandOutput = await client.send(
      new sdk.GetServiceLastAccessedDetailsCommand({ JobId: jobId, MaxItems: PAGE, Marker: marker }),
    );
    if (page.JobStatus === 'FAILED') return undefined;
    if (page.JobStatus === 'IN_PROGRESS') {
      if (waited >= patienceMs) return undefined;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS + waited);
      await sleep(wait);
      waited += wait;
      continue;
    }
    uses.push(...(page.ServicesLastAccessed ?? []).map(serviceUseOf));
    if (page.IsTruncated !== true) return uses;
    marker = page.Marker;
  }
}

function serviceUseOf({
  ServiceNamespace = '',
  ServiceName = '',
  LastAuthenticated,
}: Sdk.ServiceLastAccessed): ServiceUse {
  return {
    service: ServiceNamespace,
    name: ServiceName,
    ...(LastAuthenticated !== undefined && { at: LastAuthenticated.getTime() }),
  };
}
