import { Secret } from '../../base/secret.ts';
import { addTopic } from '../state/create.ts';
import { keysOf } from '../state/keys.ts';
import type { Account, Parameter } from '../state/model.ts';
import { newRegion } from '../state/regional.ts';
import type { SeedAccount, SeedParameter, SeedRegion } from './seed.ts';

/** Puts what runs in the regions of `seed` into `account`, whose users are there already. */
export function plantRegions(account: Account, seed: SeedAccount, now: number): void {
  account.enabledRegions = new Set(seed.enabledRegions);
  account.deniedRegions = new Set(seed.deniedRegions);
  for (const [name, given] of Object.entries(seed.regions ?? {})) {
    const { parameters = [], ...region }: SeedRegion = filled(given, account);
    account.regions.set(name, { ...newRegion(), ...region });
    for (const topic of region.topics ?? []) addTopic(account, name, topic.name);
    account.parameters.set(
      name,
      new Map(parameters.map((parameter) => [parameter.name, parameterOf(account, parameter, now)])),
    );
  }
}

function parameterOf(
  account: Account,
  { name, type = 'String', value }: SeedParameter,
  now: number,
): Parameter {
  const by = `arn:${account.partition}:iam::${account.id}:root`;
  return {
    name,
    type,
    keyId: type === 'SecureString' ? 'alias/aws/ssm' : undefined,
    tags: new Map(),
    versions: [{ version: 1, value: new Secret(value), at: now, by }],
  };
}

/** A copy, every text of it with the halves of keys where it asks for them. Throws a RangeError for a user without a key. */
function filled<T>(value: T, account: Account): T {
  if (typeof value === 'string') return fill(value, account) as T;
  if (Array.isArray(value)) return value.map((item) => filled(item, account)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, account)])) as T;
}

function fill(text: string, account: Account): string {
  return text.replace(/\{\{([\w+=,.@-]+)\.(keyId|secretKey)\}\}/g, (whole, user: string, half: string) => {
    const key = account.users.has(user) ? keysOf(account, user)[0] : undefined;
    if (key === undefined) throw new RangeError(`${whole}: user ${user} of account ${account.id} has no key`);
    return half === 'keyId' ? key.id : key.secret.reveal();
  });
}
