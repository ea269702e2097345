import type { Secret } from '../base/secret.ts';

/**
 * Narrow ports over AWS: what the rest of the tool may ask, in its own words. Every method throws an AwsError and nothing else.
 * Times are milliseconds since the epoch. Lists are complete: paging stays inside, and async iterables read the next page when it is due.
 */
export interface Aws {
  iam: IamPort;
  sts: StsPort;
  secrets: SecretsPort;
  parameters: ParametersPort;
}

export interface IamUser {
  name: string;
  path: string;
  arn: string;
  /** AIDA... */
  id: string;
  createdAt: number;
  passwordLastUsedAt?: number;
}

/** `Expired` and whatever AWS adds later are as unusable as `Inactive`. */
export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

export interface AccessKey {
  id: string;
  userName: string;
  status: KeyStatus;
  createdAt: number;
}

/** Never used: no `at`. IAM records one use in 15 minutes, the first. */
export interface LastUsed {
  /** The user whose key it is. */
  userName: string;
  at?: number;
  service?: string;
  region?: string;
}

export interface NewKey {
  id: string;
  secret: Secret;
  createdAt: number;
}

/** What a mutating call leaves to find it by, in CloudTrail. */
export interface Receipt {
  requestId: string;
}

export type TaggedUser = IamUser & { tags: ReadonlyMap<string, string> };

export interface IamPort {
  listUsers(pathPrefix?: string): AsyncIterable<IamUser>;
  /** With tags, by the page: GetAccountAuthorizationDetails, which asks for a permission of its own. */
  listUsersWithTags(): AsyncIterable<TaggedUser>;
  /** With tags, which listUsers has not. */
  getUser(name: string): Promise<TaggedUser>;
  /** Oldest first. */
  listAccessKeys(user: string): Promise<AccessKey[]>;
  /** Also finds out whose key it is. `denied` and `not-found` both mean that this account does not have it. */
  accessKeyLastUsed(keyId: string): Promise<LastUsed>;
  /** One attempt, never repeated: with `unavailable`, a key may exist whose secret nobody has. */
  createAccessKey(user: string): Promise<Receipt & { key: NewKey }>;
  updateAccessKey(user: string, keyId: string, status: 'Active' | 'Inactive'): Promise<Receipt>;
  deleteAccessKey(user: string, keyId: string): Promise<Receipt>;
  tagUser(user: string, tags: Readonly<Record<string, string>>): Promise<Receipt>;
  untagUser(user: string, names: readonly string[]): Promise<Receipt>;
  /** GetAccountSummary: `Users`, `AccessKeysPerUserQuota`, `AccountMFAEnabled` ... */
  accountSummary(): Promise<ReadonlyMap<string, number>>;
  /** Asks for a report; AWS makes a new one at most every four hours. */
  startCredentialReport(): Promise<'started' | 'in-progress' | 'complete'>;
  /** `not-found` before one was asked for, `conflict` while it is being made. */
  credentialReport(): Promise<{ csv: string; generatedAt: number }>;
}

export interface Identity {
  accountId: string;
  /** Of a user, of root or of a role's session. */
  arn: string;
  userId: string;
  partition: string;
}

export interface StsPort {
  /** Who our own calls are signed by, and with which key. */
  self(): Promise<Identity & { keyId: string }>;
  /** One attempt with another key. This is a use of that key, and will be its last use. */
  identityOf(key: { id: string; secret: Secret }): Promise<Identity>;
}

export interface SecretInfo {
  arn: string;
  name: string;
  tags: ReadonlyMap<string, string>;
  kmsKeyId?: string;
  /** Set while it waits to be deleted. */
  deletedAt?: number;
  /** Labels by version id; versions without a label are not listed. */
  versions: ReadonlyMap<string, readonly string[]>;
}

export interface NewSecret {
  name: string;
  value: Secret;
  /** Becomes the id of its first version. */
  token: string;
  description?: string;
  kmsKeyId?: string;
  /** Regions that get a copy, each under its own default key. */
  replicaRegions?: readonly string[];
  tags?: Readonly<Record<string, string>>;
}

export interface SecretsPort {
  /** Undefined when there is none. */
  describe(name: string): Promise<SecretInfo | undefined>;
  list(): AsyncIterable<Pick<SecretInfo, 'arn' | 'name' | 'tags'>>;
  /** Undefined when there is no such version, or it cannot be read yet. */
  read(name: string, versionId: string): Promise<Secret | undefined>;
  /** What consumers get: the version that is AWSCURRENT. Undefined when there is no such secret. */
  current(name: string): Promise<Secret | undefined>;
  create(secret: NewSecret): Promise<Receipt>;
  /** The same token and value again is no error; another value is `exists`. Moves `labels`, wherever they are. */
  putVersion(
    name: string,
    version: { token: string; value: Secret; labels: readonly string[] },
  ): Promise<Receipt>;
  /** Compare and swap: `refused` when `label` is on another version than `from`. Without `to`, takes it away. */
  moveLabel(name: string, label: string, move: { from?: string; to?: string }): Promise<Receipt>;
}

/** Secure parameters of Systems Manager. */
export interface ParametersPort {
  /** Decrypted; undefined when there is none. */
  read(name: string): Promise<Secret | undefined>;
  /** Makes or overwrites a SecureString. Without `kmsKeyId`, KMS's `alias/aws/ssm`, whatever key it had before. */
  write(name: string, value: Secret, kmsKeyId?: string): Promise<Receipt>;
}
