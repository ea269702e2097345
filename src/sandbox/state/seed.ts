import { addAccount, addKey, addRole, addUser, createWorld } from './create.ts';
import type { KeyStatus, Member, Settings, World } from './model.ts';

/** What the sandbox begins with. A time is ISO 8601, milliseconds since the epoch, or an age such as `100d`, `3h` or `20m`. */
export interface Seed {
  /** One account, 111122223333, when there is none. The first is the one that `env` has credentials for. */
  accounts?: SeedAccount[];
  settings?: Partial<Settings>;
}

export interface SeedAccount {
  /** Twelve digits. */
  id: string;
  name?: string;
  partition?: string;
  aliases?: string[];
  /** Of the organization; without one anywhere there is no organization. */
  state?: Member['state'];
  users?: SeedUser[];
}

export interface SeedUser {
  name: string;
  path?: string;
  created?: SeedTime;
  tags?: Record<string, string>;
  keys?: SeedKey[];
}

export interface SeedKey {
  created?: SeedTime;
  status?: KeyStatus;
  lastUsed?: { at: SeedTime; service?: string; region?: string };
}

export type SeedTime = string | number;

/** The role whose session `env` holds. */
export const ADMIN_ROLE = 'SandboxAdmin';
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';
const DEFAULT_ACCOUNT = '111122223333';
const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function plant(seed: Seed, now: number): World {
  const world = createWorld();
  Object.assign(world.settings, seed.settings);
  for (const { id, users = [], state: _, ...rest } of seed.accounts ?? [{ id: DEFAULT_ACCOUNT }]) {
    const account = addAccount(world, id, { ...rest, createdAt: now - 400 * UNITS['d']! });
    for (const name of [ADMIN_ROLE, 'OrganizationAccountAccessRole'])
      addRole(account, name, {
        createdAt: account.createdAt,
        attachedPolicies: new Set([ADMINISTRATOR_ACCESS]),
      });
    for (const { name, path = '/', created = account.createdAt, tags = {}, keys = [] } of users) {
      addUser(account, name, { path, createdAt: timeOf(created, now), tags: new Map(Object.entries(tags)) });
      for (const key of keys) {
        addKey(account, name, {
          createdAt: timeOf(key.created ?? created, now),
          status: key.status ?? 'Active',
          lastUsed: key.lastUsed && {
            at: timeOf(key.lastUsed.at, now),
            service: key.lastUsed.service ?? 's3',
            region: key.lastUsed.region ?? 'us-east-1',
          },
        });
      }
    }
  }
  return world;
}

/** Throws a RangeError for what is no time. */
export function timeOf(time: SeedTime, now: number): number {
  if (typeof time === 'number') return time;
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(time) ?? [];
  const at = unit === undefined ? Date.parse(time) : now - Number(count) * UNITS[unit]!;
  if (Number.isNaN(at)) throw new RangeError(`not a time: ${time}`);
  return at;
}
