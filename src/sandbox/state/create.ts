import { newKeyId, newSecretKey, newUniqueId } from '../random.ts';
import { topicArn } from './arn.ts';
import { holderOf, keysOf } from './keys.ts';
import type { AccessKey, Account, ManagedPolicy, Role, Settings, Topic, User, World } from './model.ts';

export const DEFAULT_SETTINGS: Settings = {
  keyLiveDelayMs: 0,
  keyDeadDelayMs: 0,
  flapMs: 0,
  secretReadDelayMs: 0,
  reportDelayMs: 0,
  eventDelayMs: 0,
  falseMismatchMs: 0,
  requestsPerSecond: undefined,
  clockSkewMs: 0,
  isAuthorizing: true,
  pageSize: undefined,
  hasEmptyPages: false,
  regions: undefined,
};

export function createWorld(): World {
  return { accounts: new Map(), organization: undefined, settings: { ...DEFAULT_SETTINGS } };
}

export function addAccount(
  world: World,
  id: string,
  details: Partial<Account> & { createdAt: number },
): Account {
  const account: Account = {
    id,
    name: `account-${id}`,
    email: `aws+${id}@example.com`,
    partition: 'aws',
    aliases: [],
    root: { hasPassword: true, passwordLastUsedAt: undefined, mfaSerial: undefined, keyIds: new Set() },
    users: new Map(),
    groups: new Map(),
    roles: new Map(),
    policies: new Map(),
    passwordPolicy: undefined,
    accessJobs: new Map(),
    secrets: new Map(),
    parameters: new Map(),
    topics: new Map(),
    regions: new Map(),
    enabledRegions: new Set(),
    deniedRegions: new Set(),
    keys: new Map(),
    sessions: new Map(),
    credentialReport: undefined,
    events: [],
    ...details,
  };
  world.accounts.set(id, account);
  return account;
}

/** The one that is there, when there is one. */
export function addTopic(account: Account, region: string, name: string): Topic {
  const arn = topicArn(account, region, name);
  const topic = account.topics.get(arn) ?? { arn, messages: [] };
  account.topics.set(arn, topic);
  return topic;
}

export function addUser(
  account: Account,
  name: string,
  details: Partial<User> & { createdAt: number },
): User {
  const user: User = {
    name,
    path: '/',
    id: newUniqueId('AIDA'),
    tags: new Map(),
    groups: new Set(),
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
    boundary: undefined,
    loginProfile: undefined,
    passwordLastUsedAt: undefined,
    mfaDevices: new Map(),
    lastAccessed: new Map(),
    keyIds: new Set(),
    ...details,
  };
  account.users.set(name, user);
  return user;
}

export function addRole(
  account: Account,
  name: string,
  details: Partial<Role> & { createdAt: number },
): Role {
  const role: Role = {
    name,
    path: '/',
    id: newUniqueId('AROA'),
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    }),
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
    maxSessionSeconds: 3600,
    tags: new Map(),
    lastAccessed: new Map(),
    ...details,
  };
  account.roles.set(name, role);
  return role;
}

/** A managed policy of the account. */
export function addPolicy(
  account: Account,
  name: string,
  document: string,
  { path = '/', createdAt = account.createdAt } = {},
): ManagedPolicy {
  const arn = `arn:${account.partition}:iam::${account.id}:policy${path}${name}`;
  const policy = { arn, name, path, id: newUniqueId('ANPA'), createdAt, document };
  account.policies.set(arn, policy);
  return policy;
}

/** A key of a user, or of root when `userName` is undefined; it works at once. */
export function addKey(
  account: Account,
  userName: string | undefined,
  details: Partial<AccessKey> & { createdAt: number },
): AccessKey {
  const taken = new Set(keysOf(account, userName).map(({ slot }) => slot));
  const key: AccessKey = {
    id: newKeyId(account.id),
    secret: newSecretKey(),
    userName,
    status: 'Active',
    changedAt: details.createdAt,
    slot: taken.has(1) ? 2 : 1,
    lastUsed: undefined,
    mismatchAt: undefined,
    change: undefined,
    ...details,
  };
  account.keys.set(key.id, key);
  holderOf(account, userName)?.keyIds.add(key.id);
  return key;
}
