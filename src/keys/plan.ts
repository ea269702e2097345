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
  const late = plan.items.slice(most).map(({ user, keyId, reason }) => {
    return {
      user,
      keyId,
      reason: `${reason}; more than the ${most} that one run may do, so it is for the next`,
    };
  });
  return { ...plan, items: plan.items.slice(0, most), skipped: [...plan.skipped, ...late] };
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
  keyCount: count(),
  items: listOf(item),
  skipped: listOf(skipped),
});

/** Throws a UsageError that names file, line and column. */
export function parsePlan(content: string, shownAs: string): Plan {
  const read = parseShaped(content, shownAs, plan);
  if (read.schemaVersion !== 1)
    throw new UsageError(`${shownAs}: schemaVersion ${read.schemaVersion} is of another version of keyturn`);
  return { ...read, skipped: read.skipped ?? [] };
}
