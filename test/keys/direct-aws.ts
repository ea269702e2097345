import { toAwsError } from '../../src/aws/errors.ts';
import type { Aws, KeyStatus, Receipt } from '../../src/aws/types.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { ServiceError } from '../../src/sandbox/errors.ts';
import { SERVICES } from '../../src/sandbox/services/index.ts';
import { isUsable, keysOf, recordUse } from '../../src/sandbox/state/keys.ts';
import type { Account, World } from '../../src/sandbox/state/model.ts';

/** What becomes of one call. `kill` ends the process: nothing after it happens, whoever would have caught it. */
export type Fate =
  | 'ok'
  | 'throttled'
  | 'denied'
  | 'lost-request'
  | 'lost-reply'
  | 'server-error-after'
  | 'kill-before'
  | 'kill-after';

export class Killed extends Error {}

export interface DirectOptions {
  world: World;
  account: string;
  clock: Clock;
  /** Asked for every call, in order. */
  fate?: (action: string, index: number) => Fate;
  /** New keys are not listed for this long. */
  listDelayMs?: number;
  /** After everything that may have changed the world. */
  onDone?: (action: string) => void;
  /** Between the calls of runners that work at the same time. */
  pause?: () => Promise<void>;
  /** A key with which GetCallerIdentity went well. */
  onUsed?: (keyId: string) => void;
}

export interface DirectAws extends Aws {
  readonly calls: number;
  readonly isKilled: boolean;
}

/** The ports over the sandbox's services without HTTP, signatures and the SDK: thousands of rotations a minute. */
export function directAws(options: DirectOptions): DirectAws {
  const { world, clock, fate = () => 'ok', onDone, pause, listDelayMs = 0 } = options;
  const account = world.accounts.get(options.account)!;
  let calls = 0;
  let isKilled = false;

  async function send<T>(service: string, action: string, run: () => T): Promise<T> {
    await pause?.();
    if (isKilled) throw new Killed();
    const what = fate(action, calls++);
    const name = `${service}:${action}`;
    if (what === 'kill-before' || what === 'kill-after') isKilled = true;
    if (what === 'kill-before') throw new Killed();
    if (what === 'throttled') throw fail(name, 'Throttling', 400);
    if (what === 'denied') throw fail(name, 'AccessDenied', 403);
    if (what === 'lost-request') throw lost(name);
    try {
      const result = run();
      onDone?.(action);
      if (what === 'kill-after') throw new Killed();
      if (what === 'lost-reply') throw lost(name);
      if (what === 'server-error-after') throw fail(name, 'InternalFailure', 500);
      return result;
    } catch (error) {
      if (error instanceof ServiceError) throw fail(name, error.code, error.status, error.message);
      throw error;
    }
  }

  function call(service: string, action: string, input: Record<string, unknown>): Promise<Answer> {
    return send(service, action, () => {
      const caller = {
        type: 'role' as const,
        arn: 'arn:aws:sts::1:assumed-role/admin/a',
        userId: 'A',
        keyId: 'ASIA',
      };
      const run = SERVICES.get(service)!.actions[action]!.run;
      return run({ world, account, caller, action, region: 'us-east-1', input, now: clock.now() }) as Answer;
    });
  }

  async function mutation(service: string, action: string, input: Record<string, unknown>): Promise<Receipt> {
    await call(service, action, input);
    return { requestId: `request-${calls}` };
  }

  return {
    get calls() {
      return calls;
    },
    get isKilled() {
      return isKilled;
    },
    iam: {
      listUsers: async function* () {
        yield* [...account.users.values()].map(({ name, path, id, createdAt }) => {
          return { name, path, id, createdAt, arn: arnOf(account, name) };
        });
      },
      listUsersWithTags: async function* () {
        yield* [...account.users.values()].map(({ name, path, id, createdAt, tags }) => {
          return { name, path, id, createdAt, arn: arnOf(account, name), tags };
        });
      },
      getUser: async (name) => {
        const { User } = await call('iam', 'GetUser', { UserName: name });
        const tags = (User.Tags ?? []) as { Key: string; Value: string }[];
        return {
          name,
          path: User.Path,
          arn: User.Arn,
          id: User.UserId,
          createdAt: 0,
          tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
        };
      },
      listAccessKeys: (user) =>
        send('iam', 'ListAccessKeys', () =>
          keysOf(account, user)
            .filter(({ createdAt }) => clock.now() - createdAt >= listDelayMs)
            .map(({ id, status, createdAt }) => ({
              id,
              userName: user,
              status: status as KeyStatus,
              createdAt: Math.floor(createdAt / 1000) * 1000,
            })),
        ),
      accessKeyLastUsed: async (keyId) => {
        const { UserName, AccessKeyLastUsed: used } = await call('iam', 'GetAccessKeyLastUsed', {
          AccessKeyId: keyId,
        });
        return { userName: UserName, ...(used.LastUsedDate && { at: used.LastUsedDate.getTime() }) };
      },
      createAccessKey: async (user) => {
        const { AccessKey: key } = await call('iam', 'CreateAccessKey', { UserName: user });
        return {
          requestId: `request-${calls}`,
          key: { id: key.AccessKeyId, secret: new Secret(key.SecretAccessKey), createdAt: clock.now() },
        };
      },
      updateAccessKey: (user, keyId, status) =>
        mutation('iam', 'UpdateAccessKey', { UserName: user, AccessKeyId: keyId, Status: status }),
      deleteAccessKey: (user, keyId) =>
        mutation('iam', 'DeleteAccessKey', { UserName: user, AccessKeyId: keyId }),
      tagUser: (user, tags) =>
        mutation('iam', 'TagUser', {
          UserName: user,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      untagUser: (user, names) => mutation('iam', 'UntagUser', { UserName: user, TagKeys: [...names] }),
      accountSummary: async () =>
        new Map([
          ['AccessKeysPerUserQuota', 2],
          ['AccountAccessKeysPresent', 0],
        ]),
      startCredentialReport: () => Promise.reject(new Error('not here')),
      credentialReport: () => Promise.reject(new Error('not here')),
    },
    sts: {
      self: async () => ({ ...SELF, accountId: account.id }),
      identityOf: ({ id, secret }) =>
        send('sts', 'GetCallerIdentity', () => {
          const key = account.keys.get(id);
          const now = clock.now();
          if (key === undefined || !isUsable(key, now, world.settings))
            throw new ServiceError('InvalidClientTokenId', 'The security token is invalid.', 403);
          if (key.secret.reveal() !== secret.reveal())
            throw new ServiceError('SignatureDoesNotMatch', 'The signature does not match.', 403);
          recordUse(key, { at: now, service: 'sts', region: 'us-east-1' });
          options.onUsed?.(id);
          return {
            accountId: account.id,
            arn: arnOf(account, key.userName!),
            userId: 'AIDA',
            partition: 'aws',
          };
        }),
    },
    parameters: {
      read: async (name) => {
        try {
          const { Parameter } = await call('ssm', 'GetParameter', { Name: name, WithDecryption: true });
          return new Secret(Parameter.Value);
        } catch (error) {
          if ((error as { kind?: string }).kind === 'not-found') return undefined;
          throw error;
        }
      },
      write: (name, value) =>
        mutation('ssm', 'PutParameter', {
          Name: name,
          Value: value.reveal(),
          Type: 'SecureString',
          Overwrite: true,
        }),
    },
    secrets: {
      describe: async (name) => {
        try {
          const found = await call('secretsmanager', 'DescribeSecret', { SecretId: name });
          return {
            arn: found.ARN,
            name,
            tags: new Map(),
            versions: toMap(found.VersionIdsToStages),
            ...(found.DeletedDate && { deletedAt: found.DeletedDate.getTime() }),
          };
        } catch (error) {
          if ((error as { kind?: string }).kind === 'not-found') return undefined;
          throw error;
        }
      },
      list: async function* () {
        const stored = [...account.secrets.values()].flatMap((ofRegion) => [...ofRegion.values()]);
        yield* stored.map(({ name, tags }) => ({ arn: name, name, tags, versions: new Map() }));
      },
      read: async (name, versionId) => {
        try {
          const found = await call('secretsmanager', 'GetSecretValue', {
            SecretId: name,
            VersionId: versionId,
          });
          return new Secret(found.SecretString);
        } catch (error) {
          if ((error as { kind?: string }).kind === 'not-found') return undefined;
          throw error;
        }
      },
      current: () => Promise.reject(new Error('not here')),
      create: ({ name, value, token }) =>
        mutation('secretsmanager', 'CreateSecret', {
          Name: name,
          SecretString: value.reveal(),
          ClientRequestToken: token,
        }),
      putVersion: (name, { token, value, labels }) =>
        mutation('secretsmanager', 'PutSecretValue', {
          SecretId: name,
          SecretString: value.reveal(),
          ClientRequestToken: token,
          VersionStages: [...labels],
        }),
      moveLabel: (name, label, { from, to }) =>
        mutation('secretsmanager', 'UpdateSecretVersionStage', {
          SecretId: name,
          VersionStage: label,
          RemoveFromVersionId: from,
          MoveToVersionId: to,
        }),
    },
  };
}

export const SELF = {
  arn: 'arn:aws:sts::111122223333:assumed-role/admin/keyturn',
  userId: 'AROA:keyturn',
  partition: 'aws',
  keyId: 'ASIA',
};

// biome-ignore lint/suspicious/noExplicitAny: answers are what the wire would carry
type Answer = any;

function toMap(
  found: ReadonlyMap<string, string[]> | Record<string, string[]>,
): ReadonlyMap<string, string[]> {
  return found instanceof Map ? found : new Map(Object.entries(found ?? {}));
}

function arnOf(account: Account, user: string): string {
  const { path } = account.users.get(user)!;
  return `arn:${account.partition}:iam::${account.id}:user${path}${user}`;
}

function fail(action: string, name: string, httpStatusCode: number, message = name): Error {
  return toAwsError(Object.assign(new Error(message), { name, $metadata: { httpStatusCode } }), action);
}

function lost(action: string): Error {
  return toAwsError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), action);
}
