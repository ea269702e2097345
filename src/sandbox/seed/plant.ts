import { Secret } from '../../base/secret.ts';
import { recordEvent } from '../history.ts';
import { awsManagedArn } from '../policy/aws-managed.ts';
import { newArnSuffix, newLowerId, newSecretKey, newUniqueId, newUuid } from '../random.ts';
import { SERVICES } from '../services/index.ts';
import { userArn } from '../state/arn.ts';
import { addAccount, addKey, addPolicy, addRole, addTopic, addUser, createWorld } from '../state/create.ts';
import { keysOf } from '../state/keys.ts';
import type { AccessKey, Account, Member, StoredSecret, World } from '../state/model.ts';
import { plantRegions } from './plant-regions.ts';
import type {
  Seed,
  SeedAccount,
  SeedEvent,
  SeedKey,
  SeedOrganization,
  SeedPolicies,
  SeedRole,
  SeedSecret,
  SeedUser,
} from './seed.ts';
import { type SeedTime, timeOf } from './time.ts';

/** The role whose session `env` holds. */
export const ADMIN_ROLE = 'SandboxAdmin';
/** As AWS makes it in every account that an organization creates. */
const ORGANIZATION_ROLE = 'OrganizationAccountAccessRole';
const DEFAULT_ACCOUNT = '111122223333';
const ACCOUNT_AGE = '400d';
/** What AWS tells of a policy that asks for nothing. */
const PASSWORD_POLICY = {
  MinimumPasswordLength: 6,
  RequireSymbols: false,
  RequireNumbers: false,
  RequireUppercaseCharacters: false,
  RequireLowercaseCharacters: false,
  AllowUsersToChangePassword: false,
  ExpirePasswords: false,
};

/** Makes a world out of a seed; every key and every generated secret is new. Throws a RangeError for references that lead nowhere. */
export function plant(seed: Seed, now: number): World {
  const world = createWorld();
  Object.assign(world.settings, seed.settings);
  const accounts = seed.accounts?.length ? seed.accounts : [{ id: DEFAULT_ACCOUNT }];
  for (const account of accounts) plantAccount(world, account, now);
  const { organization = accounts.length > 1 } = seed;
  if (organization !== false)
    plantOrganization(world, accounts, organization === true ? {} : organization, now);
  return world;
}

function plantOrganization(
  world: World,
  accounts: readonly SeedAccount[],
  seed: SeedOrganization,
  now: number,
): void {
  const createdAt = timeOf(ACCOUNT_AGE, now);
  const members = accounts.map(({ id, state = 'ACTIVE' }, index): [string, Member] => [
    id,
    { accountId: id, state, joinedAt: createdAt, joinedBy: index === 0 ? 'INVITED' : 'CREATED' },
  ]);
  const { features = 'ALL', serviceControlPolicies = [], rootManagement = false } = seed;
  const rootId = `r-${newLowerId(4)}`;
  const policies = serviceControlPolicies.map((name) => {
    const id = `p-${newLowerId(8)}`;
    return [id, { id, name, targets: new Set([rootId]) }] as const;
  });
  world.organization = {
    id: `o-${newLowerId(10)}`,
    managementAccount: accounts[0]!.id,
    createdAt,
    rootId,
    features,
    hasServiceControlPolicies: features === 'ALL',
    policies: new Map(policies),
    rootFeatures: new Set(rootManagement ? ['RootCredentialsManagement'] : []),
    members: new Map(members),
  };
}

function plantAccount(world: World, seed: SeedAccount, now: number): void {
  const { id, name, email, partition, aliases, root = {} } = seed;
  if (world.accounts.has(id)) throw new RangeError(`account ${id} stands there twice`);
  const account = addAccount(world, id, {
    createdAt: timeOf(ACCOUNT_AGE, now),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(partition === undefined ? {} : { partition }),
    ...(aliases === undefined ? {} : { aliases: [...aliases] }),
  });
  account.root = {
    hasPassword: root.password ?? true,
    passwordLastUsedAt: momentOf(root.passwordLastUsed, now),
    mfaSerial: rootMfaSerial(account, root.mfa ?? true),
    keyIds: new Set(),
  };
  if (seed.passwordPolicy !== undefined)
    account.passwordPolicy = { ...PASSWORD_POLICY, ...seed.passwordPolicy };
  for (const [policy, document] of Object.entries(seed.policies ?? {}))
    addPolicy(account, policy, JSON.stringify(document));
  for (const key of root.keys ?? []) plantKey(account, undefined, key, account.createdAt, now);
  for (const role of seed.roles ?? []) plantRole(account, role, now);
  for (const role of [ADMIN_ROLE, ORGANIZATION_ROLE])
    if (!account.roles.has(role)) plantRole(account, { name: role, policies: ['AdministratorAccess'] }, now);
  for (const { name: group, path = '/', ...policies } of seed.groups ?? []) {
    const createdAt = account.createdAt;
    account.groups.set(group, {
      name: group,
      path,
      id: newUniqueId('AGPA'),
      createdAt,
      ...policiesOf(account, policies),
    });
  }
  for (const user of seed.users ?? []) plantUser(account, user, now);
  for (const secret of seed.secrets ?? []) plantSecret(account, secret, now);
  for (const { name, region = 'us-east-1' } of seed.topics ?? []) addTopic(account, region, name);
  for (const event of seed.events ?? []) plantEvent(world, account, event, now);
  plantRegions(account, seed, now);
}

/** Eight digits are what a hardware token has. */
function rootMfaSerial({ partition, id }: Account, mfa: boolean | 'hardware'): string | undefined {
  if (mfa === 'hardware') return 'GAHT12345678';
  return mfa ? `arn:${partition}:iam::${id}:mfa/root-account-mfa-device` : undefined;
}

function plantUser(account: Account, seed: SeedUser, now: number): void {
  if (account.users.has(seed.name))
    throw new RangeError(`user ${seed.name} stands there twice in account ${account.id}`);
  const createdAt = seed.created === undefined ? account.createdAt : timeOf(seed.created, now);
  for (const group of seed.groups ?? [])
    if (!account.groups.has(group))
      throw new RangeError(`user ${seed.name}: there is no group ${group} in account ${account.id}`);
  addUser(account, seed.name, {
    path: seed.path ?? '/',
    createdAt,
    tags: new Map(Object.entries(seed.tags ?? {})),
    groups: new Set(seed.groups),
    loginProfile: seed.password ? { createdAt, resetRequired: false } : undefined,
    passwordLastUsedAt: momentOf(seed.passwordLastUsed, now),
    mfaDevices: new Map(
      seed.mfa ? [[`arn:${account.partition}:iam::${account.id}:mfa/${seed.name}`, createdAt]] : [],
    ),
    boundary: seed.boundary === undefined ? undefined : policyArn(account, seed.boundary),
    lastAccessed: timesOf(seed.lastAccessed, now),
    ...policiesOf(account, seed),
  });
  for (const key of seed.keys ?? []) plantKey(account, seed.name, key, createdAt, now);
}

function plantKey(
  account: Account,
  userName: string | undefined,
  seed: SeedKey,
  createdAt: number,
  now: number,
): void {
  addKey(account, userName, {
    createdAt: seed.created === undefined ? createdAt : timeOf(seed.created, now),
    status: seed.status ?? 'Active',
    lastUsed: seed.lastUsed && {
      at: timeOf(seed.lastUsed.at, now),
      service: seed.lastUsed.service ?? 's3',
      region: seed.lastUsed.region ?? 'us-east-1',
    },
  });
}

function plantRole(account: Account, seed: SeedRole, now: number): void {
  const { name, path = '/', trusts, externalId, created, lastAccessed, ...policies } = seed;
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: trusts ?? '*' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  };
  addRole(account, name, {
    path,
    createdAt: created === undefined ? account.createdAt : timeOf(created, now),
    lastAccessed: timesOf(lastAccessed, now),
    trustPolicy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    ...policiesOf(account, policies),
  });
}

function timesOf(times: Record<string, SeedTime> = {}, now: number): Map<string, number> {
  return new Map(Object.entries(times).map(([name, time]) => [name, timeOf(time, now)]));
}

function policyArn({ partition }: Account, policy: string): string {
  return policy.startsWith('arn:') ? policy : awsManagedArn(partition, policy);
}

function policiesOf(account: Account, { policies = [], inline = {} }: SeedPolicies) {
  const arns = policies.map((policy) => policyArn(account, policy));
  const documents = Object.entries(inline).map(([name, document]): [string, string] => [
    name,
    JSON.stringify(document),
  ]);
  return { attachedPolicies: new Set(arns), inlinePolicies: new Map(documents) };
}

function plantSecret(account: Account, seed: SeedSecret, now: number): void {
  const { name, region = 'us-east-1', created = account.createdAt, tags = {}, keyOf, replicas = [] } = seed;
  const createdAt = timeOf(created, now);
  const value = keyOf === undefined ? valueOf(seed) : bothHalves(firstKey(account, keyOf, `secret ${name}`));
  const id = newUuid();
  const secret: StoredSecret = {
    name,
    arn: `arn:${account.partition}:secretsmanager:${region}:${account.id}:secret:${name}-${newArnSuffix()}`,
    description: undefined,
    kmsKeyId: undefined,
    createdAt,
    changedAt: createdAt,
    accessedAt: undefined,
    deletionAt: undefined,
    deletedAt: undefined,
    tags: new Map(Object.entries(tags)),
    versions: new Map([
      [id, { id, createdAt, value, isBinary: false, stages: new Set(['AWSCURRENT']), accessedAt: undefined }],
    ]),
    replicas: new Map(replicas.map((replica) => [replica, { kmsKeyId: undefined }])),
    primaryRegion: region,
  };
  const ofRegion = account.secrets.get(region) ?? new Map<string, StoredSecret>();
  account.secrets.set(region, ofRegion.set(name, secret));
}

function valueOf({ value }: SeedSecret): Secret {
  return value === undefined ? newSecretKey() : new Secret(value);
}

function bothHalves({ id, secret }: AccessKey): Secret {
  return new Secret(JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret.reveal() }));
}

function plantEvent(world: World, account: Account, seed: SeedEvent, now: number): void {
  const user = account.users.get(seed.user);
  const key = keyAt(account, seed.user, seed.key ?? 0, `event ${seed.action}`);
  const service = SERVICES.get(seed.service) ?? {
    name: seed.service,
    eventSource: `${seed.service}.amazonaws.com`,
  };
  const call = {
    world,
    account,
    caller: {
      type: 'user' as const,
      arn: userArn(account, user!),
      userId: user!.id,
      keyId: key.id,
      user: user!,
    },
    action: seed.action,
    region: seed.region ?? 'us-east-1',
    input: {},
    now: timeOf(seed.at, now),
  };
  const origin = {
    requestId: newUuid(),
    sourceAddress: seed.sourceAddress ?? '192.0.2.1',
    userAgent: seed.userAgent ?? 'aws-cli/2.31.0',
  };
  const { error } = seed;
  recordEvent(call, service, origin, error === undefined ? {} : { error: { code: error, message: error } });
}

function firstKey(account: Account, user: string, who: string): AccessKey {
  return keyAt(account, user, 0, who);
}

function keyAt(account: Account, user: string, index: number, who: string): AccessKey {
  const key = account.users.has(user) ? keysOf(account, user)[index] : undefined;
  if (key === undefined)
    throw new RangeError(`${who}: user ${user} of account ${account.id} has no such key`);
  return key;
}

function momentOf(time: SeedTime | undefined, now: number): number | undefined {
  return time === undefined ? undefined : timeOf(time, now);
}
