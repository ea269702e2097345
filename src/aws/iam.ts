import type * as Sdk from '@aws-sdk/client-iam';
import { Secret } from '../base/secret.ts';
import { asAwsCall } from './errors.ts';
import { receiptOf } from './receipt.ts';
import type { AccessKey, IamPort, IamUser, KeyStatus, LastUsed, TaggedUser } from './types.ts';

/** A full page of each: IAM pages by 100 otherwise. */
const PAGE = 1000;

/**
 * `once` has one attempt: CreateAccessKey has no idempotency token, and a repeated one leaves a second key whose secret nobody has.
 */
export function iamPort(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.IAMClient,
  once: Sdk.IAMClient,
): IamPort {
  return {
    listUsers: (pathPrefix) => listUsers(sdk, client, pathPrefix),

    listUsersWithTags: () => listUsersWithTags(sdk, client),

    getUser: async (name) => {
      const { User } = await asAwsCall('iam:GetUser', () =>
        client.send(new sdk.GetUserCommand({ UserName: name })),
      );
      return { ...userOf(User ?? {}), tags: tagsOf(User) };
    },

    listAccessKeys: async (user) => {
      const keys: AccessKey[] = [];
      await asAwsCall('iam:ListAccessKeys', async () => {
        for await (const page of sdk.paginateListAccessKeys({ client }, { UserName: user }))
          keys.push(...(page.AccessKeyMetadata ?? []).map((key) => keyOf(key, user)));
      });
      return keys.sort((a, b) => a.createdAt - b.createdAt);
    },

    accessKeyLastUsed: async (keyId) => {
      const found = await asAwsCall('iam:GetAccessKeyLastUsed', () =>
        client.send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId: keyId })),
      );
      return lastUsedOf(found);
    },

    createAccessKey: async (user) => {
      const { AccessKey, $metadata } = await asAwsCall('iam:CreateAccessKey', () =>
        once.send(new sdk.CreateAccessKeyCommand({ UserName: user })),
      );
      const { AccessKeyId = '', SecretAccessKey = '', CreateDate } = AccessKey ?? {};
      const createdAt = CreateDate?.getTime() ?? Number.NaN;
      return {
        ...receiptOf($metadata),
        key: { id: AccessKeyId, secret: new Secret(SecretAccessKey), createdAt },
      };
    },

    updateAccessKey: async (user, keyId, status) => {
      const command = new sdk.UpdateAccessKeyCommand({ UserName: user, AccessKeyId: keyId, Status: status });
      const { $metadata } = await asAwsCall('iam:UpdateAccessKey', () => client.send(command));
      return receiptOf($metadata);
    },

    deleteAccessKey: async (user, keyId) => {
      const command = new sdk.DeleteAccessKeyCommand({ UserName: user, AccessKeyId: keyId });
      const { $metadata } = await asAwsCall('iam:DeleteAccessKey', () => client.send(command));
      return receiptOf($metadata);
    },

    tagUser: async (user, tags) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { $metadata } = await asAwsCall('iam:TagUser', () =>
        client.send(new sdk.TagUserCommand({ UserName: user, Tags })),
      );
      return receiptOf($metadata);
    },

    untagUser: async (user, names) => {
      const { $metadata } = await asAwsCall('iam:UntagUser', () =>
        client.send(new sdk.UntagUserCommand({ UserName: user, TagKeys: [...names] })),
      );
      return receiptOf($metadata);
    },

    accountSummary: async () => {
      const { SummaryMap = {} } = await asAwsCall('iam:GetAccountSummary', () =>
        client.send(new sdk.GetAccountSummaryCommand({})),
      );
      return new Map(Object.entries(SummaryMap as Record<string, number>));
    },

    startCredentialReport: async () => {
      const { State } = await asAwsCall('iam:GenerateCredentialReport', () =>
        client.send(new sdk.GenerateCredentialReportCommand({})),
      );
      if (State === 'COMPLETE') return 'complete';
      return State === 'INPROGRESS' ? 'in-progress' : 'started';
    },

    credentialReport: async () => {
      const { Content, GeneratedTime } = await asAwsCall('iam:GetCredentialReport', () =>
        client.send(new sdk.GetCredentialReportCommand({})),
      );
      return {
        csv: new TextDecoder().decode(Content),
        generatedAt: GeneratedTime?.getTime() ?? Number.NaN,
      };
    },
  };
}

async function* listUsers(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.IAMClient,
  pathPrefix: string | undefined,
): AsyncIterable<IamUser> {
  const input = { MaxItems: PAGE, ...(pathPrefix !== undefined && { PathPrefix: pathPrefix }) };
  const pages = sdk.paginateListUsers({ client }, input)[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await asAwsCall('iam:ListUsers', () => pages.next());
    if (done === true) return;
    yield* (value.Users ?? []).map(userOf);
  }
}

async function* listUsersWithTags(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.IAMClient,
): AsyncIterable<TaggedUser> {
  const input = { MaxItems: PAGE, Filter: ['User' as const] };
  const pages = sdk.paginateGetAccountAuthorizationDetails({ client }, input)[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await asAwsCall('iam:GetAccountAuthorizationDetails', () => pages.next());
    if (done === true) return;
    yield* (value.UserDetailList ?? []).map((user) => ({ ...userOf(user), tags: tagsOf(user) }));
  }
}

function tagsOf(user: Pick<Sdk.User, 'Tags'> | undefined): Map<string, string> {
  return new Map((user?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

function userOf({ UserName = '', Path = '/', Arn = '', UserId = '', ...user }: Partial<Sdk.User>): IamUser {
  return {
    name: UserName,
    path: Path,
    arn: Arn,
    id: UserId,
    createdAt: user.CreateDate?.getTime() ?? Number.NaN,
    ...(user.PasswordLastUsed !== undefined && { passwordLastUsedAt: user.PasswordLastUsed.getTime() }),
  };
}

function keyOf(key: Sdk.AccessKeyMetadata, user: string): AccessKey {
  return {
    id: key.AccessKeyId ?? '',
    userName: key.UserName ?? user,
    status: (key.Status ?? 'Inactive') as KeyStatus,
    createdAt: key.CreateDate?.getTime() ?? Number.NaN,
  };
}

/** AWS writes `N/A` for the service and region of a key that was never used. */
function lastUsedOf({ UserName = '', AccessKeyLastUsed }: Sdk.GetAccessKeyLastUsedCommandOutput): LastUsed {
  const at = AccessKeyLastUsed?.LastUsedDate?.getTime();
  if (at === undefined) return { userName: UserName };
  const { ServiceName, Region } = AccessKeyLastUsed ?? {};
  return {
    userName: UserName,
    at,
    ...(ServiceName !== undefined && ServiceName !== 'N/A' && { service: ServiceName }),
    ...(Region !== undefined && Region !== 'N/A' && { region: Region }),
  };
}
