import { DAY_MS, formatDays } from '../base/duration.ts';
import { matchesName } from '../base/name-pattern.ts';
import { needsAction, type Verdict } from '../report/keys-result.ts';
import type { InventoryKey, UserPrincipal } from './inventory.ts';
import { TAGS } from './tags.ts';

/** What is wanted of access keys: the section `keys` of the configuration. All lengths of time are milliseconds. */
export interface KeyPolicy {
  /** The greatest age of a key in use. */
  maxAgeMs: number;
  /** A key not used for this long is to go; undefined switches that off. */
  unusedForMs: number | undefined;
  /** A key used within this time is in use, and is not deactivated. */
  quietMs: number;
  /** `before`: the new key is made this long before the old one reaches its greatest age; `after`: the old one may outlive that by this. */
  grace: { mode: 'before' | 'after'; periodMs: number };
  /** How long a deactivated key is kept before it is deleted. */
  retentionMs: number;
  protect: Protection;
  /** What one run may do at most. */
  limits: { count: number; percent: number };
  owners: Owners;
}

/** What is left alone. */
export interface Protection {
  /** Names of users; `*` stands for any characters. */
  users: readonly string[];
  /** Names of tags, or `name=value`. */
  tags: readonly string[];
  /** Beginnings of paths, such as `/vendors/`. */
  paths: readonly string[];
}

/** Whom to ask about a key. The first that answers: a tag of the user, the user's name, the longest path, the default. */
export interface Owners {
  tags: readonly string[];
  users: Readonly<Record<string, string>>;
  paths: Readonly<Record<string, string>>;
  default?: string;
}

/** 90 and 45 days are those of the CIS AWS Foundations Benchmark (1.14 and 1.12 of version 3). */
export const DEFAULT_POLICY: KeyPolicy = {
  maxAgeMs: 90 * DAY_MS,
  unusedForMs: 45 * DAY_MS,
  quietMs: 7 * DAY_MS,
  grace: { mode: 'before', periodMs: 7 * DAY_MS },
  retentionMs: 30 * DAY_MS,
  protect: { users: [], tags: [], paths: [] },
  limits: { count: 20, percent: 10 },
  owners: { tags: ['owner'], users: {}, paths: {} },
};

export interface Assessment {
  verdict: Verdict;
  /** Why, in words, beginning in lower case and without a full stop. */
  reason: string;
  /** When the key has to be replaced at the latest; undefined for keys without a deadline. */
  dueAt?: number;
  owner?: string;
}

/** Last use is recorded once in 15 minutes, the first time: a key may have been used that much later. */
export const LAST_USE_GRANULARITY_MS = 15 * 60_000;
/** AWS records last use since then. */
const RECORDED_SINCE = Date.UTC(2015, 3, 22);

/** Pure: the same key, policy and time give the same assessment. `now` is milliseconds since the epoch. */
export function assess(key: InventoryKey, policy: KeyPolicy, now: number): Assessment {
  const { principal } = key;
  if (principal.type === 'root') return { verdict: 'root', reason: rootReason(key) };
  const owner = ownerOf(principal, policy.owners);
  const bare = assessAlone(key, policy, now);
  return { ...shielded(bare, principal, policy.protect), ...(owner !== undefined && { owner }) };
}

function rootReason({ status }: InventoryKey): string {
  return status === 'Active'
    ? 'root must have no access key: whoever has it can do everything'
    : 'root must have no access key, not even an inactive one: delete it';
}

/** As if nothing were protected. */
function assessAlone(key: InventoryKey, policy: KeyPolicy, now: number): Assessment {
  if (key.status !== 'Active') return assessInactive(key, policy, now);
  const { createdAt } = key;
  if (createdAt === undefined)
    return { verdict: 'unknown', reason: 'AWS did not tell when it was created, so not how old it is' };
  const dueAt = createdAt + policy.maxAgeMs + (policy.grace.mode === 'after' ? policy.grace.periodMs : 0);
  return { ...assessActive(key, createdAt, dueAt, policy, now), dueAt };
}

function assessActive(
  key: InventoryKey,
  createdAt: number,
  dueAt: number,
  policy: KeyPolicy,
  now: number,
): Assessment {
  const idle = idleReason(key, createdAt, policy, now);
  if (idle !== undefined) return { verdict: 'unused', reason: idle };
  const age = formatDays(Math.max(0, now - createdAt));
  if (now >= dueAt) {
    const grace =
      policy.grace.mode === 'after' ? ` and ${formatDays(policy.grace.periodMs)} more to change` : '';
    const allowed = `${formatDays(policy.maxAgeMs)}${grace}`;
    return { verdict: 'overdue', reason: `${age} old, ${allowed} allowed` };
  }
  const since = dueAt - policy.grace.periodMs;
  if (now >= since)
    return { verdict: 'due', reason: `${age} old, to be replaced within ${formatDays(dueAt - now)}` };
  if (policy.unusedForMs !== undefined && key.lastUse.state === 'unknown')
    return { verdict: 'unknown', reason: `its last use is unknown: ${key.lastUse.why}` };
  return { verdict: 'ok', reason: `${age} old, to be replaced from ${dayOf(since)}` };
}

/** Undefined for a key that is in use, that is too young to tell, or whose use is unknown. */
function idleReason(
  { lastUse }: InventoryKey,
  createdAt: number,
  { unusedForMs }: KeyPolicy,
  now: number,
): string | undefined {
  if (unusedForMs === undefined || lastUse.state === 'unknown') return undefined;
  const allowed = `${formatDays(unusedForMs)} allowed`;
  if (lastUse.state === 'used') {
    const idle = now - lastUse.at;
    if (idle <= unusedForMs + LAST_USE_GRANULARITY_MS) return undefined;
    return `not used for ${formatDays(idle)}, ${allowed}`;
  }
  const idle = now - createdAt;
  if (idle <= unusedForMs) return undefined;
  return createdAt < RECORDED_SINCE
    ? `not used since AWS began to record that on ${dayOf(RECORDED_SINCE)}, ${allowed}`
    : `never used in ${formatDays(idle)}, ${allowed}`;
}

/** When a key was deactivated is known only where the credential report tells when it was last changed. */
function assessInactive(key: InventoryKey, { retentionMs }: KeyPolicy, now: number): Assessment {
  const { status, changedAt } = key;
  if (status !== 'Inactive')
    return { verdict: 'inactive', reason: `its status is ${status}: it does not work` };
  if (changedAt === undefined) return { verdict: 'inactive', reason: 'inactive, since when is not known' };
  const kept = formatDays(retentionMs);
  return now >= changedAt + retentionMs
    ? { verdict: 'removable', reason: `inactive since ${dayOf(changedAt)}, kept for ${kept}: can be deleted` }
    : { verdict: 'inactive', reason: `inactive since ${dayOf(changedAt)}, kept for ${kept}` };
}

/** What may be protected by tags that could not be read is not called upon to go. */
function shielded(bare: Assessment, user: UserPrincipal, protect: Protection): Assessment {
  const otherwise =
    needsAction(bare.verdict) || bare.verdict === 'removable'
      ? `; without that ${bare.verdict}: ${bare.reason}`
      : '';
  const rule = protectionOf(user, protect);
  if (rule !== undefined)
    return { ...bare, verdict: 'protected', reason: `protected by ${rule}${otherwise}` };
  if (user.tags !== undefined || protect.tags.length === 0 || otherwise === '') return bare;
  return {
    ...bare,
    verdict: 'unknown',
    reason: `tags may protect it, and could not be read${otherwise}`,
  };
}

/** The rule that protects a user, in words. Tags that could not be read protect nobody: see `assess`. */
export function protectionOf(user: UserPrincipal, protect: Protection): string | undefined {
  const name = protect.users.find((pattern) => matchesName(pattern, user.name));
  if (name !== undefined) return name === user.name ? 'its name' : `the name ${name}`;
  const path = protect.paths.find((prefix) => user.path.startsWith(prefix));
  if (path !== undefined) return `the path ${path}`;
  const tag = [TAGS.protect, ...protect.tags].find((named) => hasTag(user.tags, named));
  return tag === undefined ? undefined : `the tag ${tag}`;
}

/** `named` is a tag's name, or `name=value`. */
export function hasTag(tags: ReadonlyMap<string, string> | undefined, named: string): boolean {
  if (tags === undefined) return false;
  if (tags.has(named)) return true;
  const at = named.indexOf('=');
  return at > 0 && tags.get(named.slice(0, at)) === named.slice(at + 1);
}

function ownerOf(user: UserPrincipal, owners: Owners): string | undefined {
  for (const tag of owners.tags) {
    const value = user.tags?.get(tag);
    if (value !== undefined && value !== '') return value;
  }
  for (const [pattern, owner] of Object.entries(owners.users))
    if (matchesName(pattern, user.name)) return owner;
  const [path] = Object.keys(owners.paths)
    .filter((prefix) => user.path.startsWith(prefix))
    .sort((a, b) => b.length - a.length);
  return path === undefined ? owners.default : owners.paths[path];
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
