import { isMap } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { count, listOf, oneOf, parseShaped, recordWith, type Shape, text } from '../config/shape.ts';
import { type Inventory, type InventoryKey, SECRETS_GAP, type UserPrincipal } from './inventory.ts';
import { assess, type KeyPolicy } from './policy.ts';
import { parseMark, TAGS } from './tags.ts';
import { secretNameFor } from './vault.ts';

/** What is to be done, as data: to be read, stored, reviewed and applied. Nothing in it is secret. */
export interface Plan {
  schemaVersion: number;
  /** ISO 8601. */
  createdAt: string;
  accountId: string;
  /** In a set of plans, where an organization tells it. */
  accountName?: string;
  /** Keys of the account: what a percentage is of. Absent where users and keys were named, and no others looked at. */
  keyCount?: number;
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
}

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

/** Pure. One item for a user at most: two changes of one user at a time are one too many. */
export function planOf(inventory: Inventory, options: PlanOptions): Plan {
  const plan: Plan = {
    schemaVersion: 1,
    createdAt: new Date(options.now).toISOString(),
    accountId: inventory.accountId,
    ...(options.wanted === undefined && { keyCount: inventory.keys.length }),
    items: [],
    skipped: [],
  };
  const isListed = !inventory.gaps.some(({ what }) => what === SECRETS_GAP);
  for (const holder of holdersOf(inventory)) planHolder(plan, holder, isListed, options);
  return withinLimits(plan, options.policy);
}

function planHolder(
  plan: Plan,
  { user, keys }: Holder,
  isListed: boolean,
  { policy, now, secretTemplate, isSecretGiven, wanted }: PlanOptions,
): void {
  const secretName = secretNameOf(user, keys, {
    accountId: plan.accountId,
    template: secretTemplate,
    isGiven: isSecretGiven,
    isListed,
  });
  const begun = begunWith(user, keys);
  for (const key of keys) {
    const { verdict, reason } = assess(key, policy, now);
    const id = key.id!;
    const about = { user: user.name, keyId: id };
    const isNamed = wanted?.names.some(
      (name) => name === id || (name === user.name && isMeant(key, keys, begun)),
    );
    if (wanted !== undefined && isNamed !== true) continue;
    const skip = (why: string) => plan.skipped.push({ ...about, reason: why });
    const add = (action: PlanItem['action'], why: string) => {
      if (plan.items.some((item) => item.user === user.name)) skip('another key of this user comes first');
      else if (secretName === undefined)
        skip(
          `${why}; but secrets could not be listed, so where its key is kept is not known (--secret NAME tells)`,
        );
      else plan.items.push({ action, ...about, secretName, reason: why });
    };
    if (key.isSigning) skip('keyturn signs with it');
    else if (id === begun) add('rotate', 'a rotation was begun and is not finished');
    else if (isNamed === true && verdict === 'protected') skip(reason);
    else if (isNamed === true) add('rotate', wanted!.reason);
    else if ((verdict === 'overdue' || verdict === 'due') && keys.length > 1)
      skip(`${reason}; both places for keys are taken, so there is no room for a new one`);
    else if (verdict === 'overdue' || verdict === 'due') add('rotate', reason);
    else if (verdict === 'unused') add('deactivate', reason);
    else if (verdict === 'removable') skip(`${reason}: keyturn keys delete ${id}`);
    else if (verdict === 'unknown' || verdict === 'protected') skip(reason);
  }
}

/** Where a key is kept already is where the next one belongs. Undefined when that cannot be told. */
function secretNameOf(
  { name, path, tags }: UserPrincipal,
  keys: readonly InventoryKey[],
  {
    accountId,
    template,
    isGiven,
    isListed,
  }: { accountId: string; template: string; isGiven: boolean | undefined; isListed: boolean },
): string | undefined {
  const kept = tags?.get(TAGS.secret) ?? keys.flatMap(({ secrets }) => secrets)[0]?.name;
  if (isGiven !== true && kept !== undefined) return kept;
  if (isGiven !== true && !isListed) return undefined;
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
  const promoted = parseMark(tags?.get(TAGS.promoted))?.keyIds[0];
  if (active.some(({ id }) => id === promoted)) return active.find(({ id }) => id !== promoted)?.id;
  const before = parseMark(tags?.get(TAGS.intent))?.keyIds ?? [];
  return active.find(({ id }) => before.includes(id!))?.id;
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
  const most = mostItems(plan, policy);
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
      reason: `${reason}; more than the ${most} that one run may do, so it is for the next`,
    };
  });
  return { ...plan, items: plan.items.slice(0, kept), skipped: [...plan.skipped, ...late] };
}

/** One is always allowed. */
export function mostItems(
  { keyCount }: Pick<Plan, 'keyCount'>,
  { limits }: Pick<KeyPolicy, 'limits'>,
): number {
  if (keyCount === undefined) return limits.count;
  return Math.min(limits.count, Math.max(1, Math.floor((keyCount * limits.percent) / 100)));
}

const item: Shape<PlanItem> = recordWith<PlanItem>(['action', 'user', 'keyId', 'secretName', 'reason'], {
  action: oneOf('rotate', 'deactivate'),
  user: text,
  keyId: text,
  secretName: text,
  reason: text,
});

const skipped: Shape<SkippedKey> = recordWith<SkippedKey>(['user', 'keyId', 'reason'], {
  user: text,
  keyId: text,
  reason: text,
});

const plan: Shape<Plan> = recordWith<Plan>(['schemaVersion', 'accountId', 'items'], {
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
