import { isMap } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { count, listOf, oneOf, parseShaped, recordWith, type Shape, text } from '../config/shape.ts';
import { needsAction } from '../report/keys-result.ts';
import type { Inventory, InventoryKey, UserPrincipal } from './inventory.ts';
import { graceEndOf, quietFrom } from './next-step.ts';
import { assess, type KeyPolicy } from './policy.ts';
import { parseMark, pausedUntil, pauseText, TAGS } from './tags.ts';
import { secretNameFor } from './vault.ts';

/** What is to be done, as data: to be read, stored, reviewed and applied. Nothing in it is secret. */
export interface Plan {
  schemaVersion: number;
  /** ISO 8601. */
  createdAt: string;
  accountId: string;
  /** In a set of plans, where an organization tells it. */
  accountName?: string;
  /** Keys that were looked at: what a percentage is of. */
  keyCount: number;
  items: PlanItem[];
  /** What asks for something to be done and is left alone. */
  skipped: SkippedKey[];
}

export interface PlanItem {
  action: 'rotate' | 'deactivate';
  user: string;
  /** The key that has to go. */
  keyId: string;
  /** Where the user's key is kept. */
  secretName: string;
  reason: string;
}

export interface SkippedKey {
  user: string;
  keyId: string;
  reason: string;
  kind: SkipKind;
}

/**
 * - `waits`: its rotation goes on when its grace is over
 * - `in-use`: it was replaced, its grace is over, and someone still uses it
 * - `limit`: more than one run may do; for the next
 * - `blocked`: needs a person
 * - `paused`, `protected`: someone said so
 * - `unknown`: AWS did not tell what it depends on
 * - `removable`: can be deleted
 */
const SKIP_KINDS = [
  'waits',
  'in-use',
  'limit',
  'blocked',
  'paused',
  'protected',
  'unknown',
  'removable',
] as const;
export type SkipKind = (typeof SKIP_KINDS)[number];
/** Plans of several accounts in one file. */
export interface PlanSet {
  schemaVersion: number;
  /** ISO 8601. */
  createdAt: string;
  /** One for each account that was read. */
  plans: Plan[];
  /** Accounts that nothing is known of: nothing is to be done there, which is not the same as nothing to do. */
  unread: UnplannedAccount[];
  /** Accounts that were not asked: closed or excluded. */
  skipped: UnplannedAccount[];
}

export interface UnplannedAccount {
  accountId: string;
  accountName?: string;
  reason: string;
  /** What to do about it. */
  hint?: string;
}

export interface PlanOptions {
  policy: KeyPolicy;
  now: number;
  /** `{user}`, `{path}` and `{account}` stand for what they say. */
  secretTemplate: string;
  /** The template was asked for, so it goes before where a key is kept by now. */
  isSecretGiven?: boolean;
  /** Users or key ids that are to be rotated whatever their age, and why. */
  wanted?: { names: readonly string[]; reason: string };
}

/** A user's keys, oldest first. */
interface Holder {
  user: UserPrincipal;
  keys: InventoryKey[];
}

/** Pure. Oldest key first. One item for a user at most: two changes of one user at a time are one too many. */
export function planOf(inventory: Inventory, options: PlanOptions): Plan {
  const plan: Plan = {
    schemaVersion: 1,
    createdAt: new Date(options.now).toISOString(),
    accountId: inventory.accountId,
    keyCount: inventory.keys.length,
    items: [],
    skipped: [],
  };
  const holders = holdersOf(inventory);
  for (const holder of holders) planHolder(plan, holder, options);
  const createdAt = new Map(inventory.keys.map((key) => [key.id, key.createdAt ?? 0]));
  plan.items.sort((a, b) => createdAt.get(a.keyId)! - createdAt.get(b.keyId)!);
  return withinLimits(plan, options.policy);
}

function planHolder(
  plan: Plan,
  { user, keys }: Holder,
  { policy, now, secretTemplate, isSecretGiven, wanted }: PlanOptions,
): void {
  const secretName = secretNameOf(user, keys, {
    accountId: plan.accountId,
    template: secretTemplate,
    isGiven: isSecretGiven,
  });
  const begun = begunWith(user, keys);
  const paused = pausedUntil(user.tags, now);
  for (const key of keys) {
    const { verdict, reason } = assess(key, isKept(key, user, keys) ? ageOnly(policy) : policy, now);
    const id = key.id!;
    const about = { user: user.name, keyId: id };
    const isNamed = wanted?.names.some(
      (name) => name === id || (name === user.name && isMeant(key, keys, begun)),
    );
    if (wanted !== undefined && isNamed !== true) continue;
    const skip = (kind: SkipKind, why: string) => plan.skipped.push({ ...about, reason: why, kind });
    const add = (action: PlanItem['action'], why: string) => {
      if (plan.items.some((item) => item.user === user.name))
        skip('limit', 'another key of this user comes first');
      else plan.items.push({ action, ...about, secretName, reason: why });
    };
    const isDue = verdict === 'overdue' || verdict === 'due';
    const waits = id === begun ? waitOf(key, user, keys, policy, now) : undefined;
    if (key.isSigning) skip('blocked', 'keyturn signs with it');
    else if (isNamed === true && verdict === 'protected') skip('protected', reason);
    else if (paused !== undefined && (id === begun || isNamed === true || needsAction(verdict)))
      skip('paused', `${reason}; ${pauseText(paused)}`);
    else if (waits !== undefined && isNamed !== true) skip(waits.kind, waits.reason);
    else if (id === begun) add('rotate', 'a rotation was begun and is not finished');
    else if (isNamed === true) add('rotate', wanted!.reason);
    else if (isDue && keys.length > 1)
      skip('blocked', `${reason}; both places for keys are taken, so there is no room for a new one`);
    else if (isDue) add('rotate', reason);
    else if (verdict === 'unused') add('deactivate', reason);
    else if (verdict === 'removable') skip('removable', `${reason}: keyturn keys delete ${id}`);
    else if (verdict === 'unknown' || verdict === 'protected') skip(verdict, reason);
  }
}

/** Keys that have been inactive for as long as the policy keeps them. Pure; `secretName` is where the user's key is kept. */
export function removableKeys(
  inventory: Inventory,
  { policy, now, secretTemplate, isSecretGiven }: PlanOptions,
): Omit<PlanItem, 'action'>[] {
  return holdersOf(inventory).flatMap(({ user, keys }) => {
    if (pausedUntil(user.tags, now) !== undefined) return [];
    const secretName = secretNameOf(user, keys, {
      accountId: inventory.accountId,
      template: secretTemplate,
      isGiven: isSecretGiven,
    });
    return keys.flatMap((key) => {
      const { verdict, reason } = assess(key, policy, now);
      return verdict === 'removable' ? [{ user: user.name, keyId: key.id!, secretName, reason }] : [];
    });
  });
}

/** True for a key that its secret holds, as far as tags tell: whoever reads that would get a dead key. */
function isKept(
  { id, secrets }: InventoryKey,
  { tags }: UserPrincipal,
  keys: readonly InventoryKey[],
): boolean {
  const active = keys.filter(({ status }) => status === 'Active');
  const promoted = parseMark(tags?.get(TAGS.promoted))?.keyIds[0];
  if (active.some((key) => key.id === promoted)) return id === promoted;
  return active.length === 1 && active[0]?.id === id && secrets.length > 0;
}

/** Such a key is replaced by its age and not taken away because nobody uses it. */
function ageOnly(policy: KeyPolicy): KeyPolicy {
  return { ...policy, unusedForMs: undefined };
}

/** Why there is nothing to do yet for the old key of a rotation whose new one is promoted; undefined when there is. */
function waitOf(
  { createdAt, lastUse }: InventoryKey,
  { tags }: UserPrincipal,
  keys: readonly InventoryKey[],
  policy: KeyPolicy,
  now: number,
): { kind: 'waits' | 'in-use'; reason: string } | undefined {
  const promoted = parseMark(tags?.get(TAGS.promoted));
  if (promoted === undefined || createdAt === undefined || tags?.has(TAGS.intent)) return undefined;
  if (!keys.some(({ id, status }) => id === promoted.keyIds[0] && status === 'Active')) return undefined;
  const graceEnd = graceEndOf(promoted.at, createdAt, policy);
  if (graceEnd > now)
    return { kind: 'waits', reason: `its rotation waits until ${new Date(graceEnd).toISOString()}` };
  if (lastUse.state !== 'used' || policy.quietMs === 0 || quietFrom(lastUse.at, policy.quietMs) <= now)
    return undefined;
  return {
    kind: 'in-use',
    reason: `it was replaced and is still in use, last at ${new Date(lastUse.at).toISOString()}`,
  };
}

/** Where a key is kept already is where the next one belongs. */
function secretNameOf(
  { name, path, tags }: UserPrincipal,
  keys: readonly InventoryKey[],
  { accountId, template, isGiven }: { accountId: string; template: string; isGiven: boolean | undefined },
): string {
  const kept = tags?.get(TAGS.secret) ?? keys.flatMap(({ secrets }) => secrets)[0]?.name;
  if (kept !== undefined && isGiven !== true) return kept;
  return secretNameFor(template, { accountId, user: name, path });
}

/** A user's name means the active key, where there is one. Of two, only the key that was replaced already. */
function isMeant(key: InventoryKey, keys: readonly InventoryKey[], begun: string | undefined): boolean {
  if (begun !== undefined) return key.id === begun;
  const active = keys.filter(({ status }) => status === 'Active');
  return active.length === 1 && active[0] === key;
}

/** The old key of a rotation that did not come to its end, by what it left on the user. */
function begunWith({ tags }: UserPrincipal, keys: readonly InventoryKey[]): string | undefined {
  const active = keys.filter(({ status }) => status === 'Active');
  const promoted = parseMark(tags?.get(TAGS.promoted));
  const intent = parseMark(tags?.get(TAGS.intent));
  const isPromoted = promoted !== undefined && active.some(({ id }) => id === promoted.keyIds[0]);
  // An intent after that is of another rotation: what was promoted before is now the key to go.
  if (isPromoted && (intent === undefined || promoted.at >= intent.at))
    return active.find(({ id }) => id !== promoted.keyIds[0])?.id;
  return active.find(({ id }) => intent?.keyIds.includes(id!))?.id;
}

function holdersOf({ keys }: Inventory): Holder[] {
  const holders = new Map<string, Holder>();
  for (const key of keys) {
    if (key.principal.type !== 'user' || key.id === undefined) continue;
    const { name } = key.principal;
    const holder = holders.get(name) ?? { user: key.principal, keys: [] };
    holder.keys.push(key);
    holders.set(name, holder);
  }
  return [...holders.values()];
}

/** What is more than one run may do waits for the next. */
function withinLimits(plan: Plan, policy: KeyPolicy): Plan {
  const most = mostItems(plan.keyCount, policy);
  return laterItems(plan, most, most);
}

/** What all accounts together have is more than one run may do: the last ones wait for the next. */
export function withinRun(plans: readonly Plan[], { limits }: Pick<KeyPolicy, 'limits'>): Plan[] {
  let left = limits.count;
  return plans.map((plan) => {
    const items = plan.items.slice(0, left);
    left -= items.length;
    return items.length === plan.items.length ? plan : laterItems(plan, items.length, limits.count);
  });
}

/** The first `kept` stay; the others are left for the next run. */
function laterItems(plan: Plan, kept: number, most: number): Plan {
  const late = plan.items.slice(kept).map(({ user, keyId, reason }) => {
    return {
      user,
      keyId,
      kind: 'limit' as const,
      reason: `${reason}; more than the ${most} that one run may do, so it is for the next`,
    };
  });
  return { ...plan, items: plan.items.slice(0, kept), skipped: [...plan.skipped, ...late] };
}

/** One is always allowed. */
export function mostItems(keyCount: number, { limits }: Pick<KeyPolicy, 'limits'>): number {
  return Math.min(limits.count, Math.max(1, Math.floor((keyCount * limits.percent) / 100)));
}

const item: Shape<PlanItem> = recordWith<PlanItem>(['action', 'user', 'keyId', 'secretName', 'reason'], {
  action: oneOf('rotate', 'deactivate'),
  user: text,
  keyId: text,
  secretName: text,
  reason: text,
});

const skipped: Shape<SkippedKey> = recordWith<SkippedKey>(['user', 'keyId', 'reason', 'kind'], {
  user: text,
  keyId: text,
  reason: text,
  kind: oneOf(...SKIP_KINDS),
});

const plan: Shape<Plan> = recordWith<Plan>(['schemaVersion', 'accountId', 'keyCount', 'items'], {
  schemaVersion: count(1),
  createdAt: text,
  accountId: text,
  accountName: text,
  keyCount: count(),
  items: listOf(item),
  skipped: listOf(skipped),
});

const unplanned = listOf(
  recordWith<UnplannedAccount>(['accountId', 'reason'], {
    accountId: text,
    accountName: text,
    reason: text,
    hint: text,
  }),
);

const planSet: Shape<PlanSet> = recordWith<PlanSet>(['schemaVersion', 'plans'], {
  schemaVersion: count(1),
  createdAt: text,
  plans: listOf(plan),
  unread: unplanned,
  skipped: unplanned,
});

const planOrSet: Shape<Plan | PlanSet> = (value) =>
  isMap(value.node) && value.node.has('plans') ? planSet(value) : plan(value);

/** A plan, or plans of several accounts. Throws a UsageError that names file, line and column. */
export function parsePlan(content: string, shownAs: string): Plan | PlanSet {
  const read = parseShaped(content, shownAs, planOrSet);
  if (!isPlanSet(read)) return checked(read, shownAs);
  const ids = read.plans.map(({ accountId }) => accountId);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new UsageError(`${shownAs}: there are two plans for account ${twice}`);
  const plans = read.plans.map((one) => checked(one, shownAs));
  return { ...checkedVersion(read, shownAs), plans, unread: read.unread ?? [], skipped: read.skipped ?? [] };
}

export function isPlanSet(read: Plan | PlanSet): read is PlanSet {
  return 'plans' in read;
}

function checked(read: Plan, shownAs: string): Plan {
  return { ...checkedVersion(read, shownAs), skipped: read.skipped ?? [] };
}

function checkedVersion<T extends { schemaVersion: number }>(read: T, shownAs: string): T {
  if (read.schemaVersion === 1) return read;
  throw new UsageError(`${shownAs}: schemaVersion ${read.schemaVersion} is of another version of keyturn`);
}
