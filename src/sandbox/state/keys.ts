import type { AccessKey, Account, LastUse, Root, Settings, User } from './model.ts';

/** IAM records at most one use of a key in this time. */
const LAST_USE_GRANULARITY_MS = 15 * 60_000;

/** Whose a key is: a user, or root when `userName` is undefined. */
export function holderOf(account: Account, userName: string | undefined): User | Root | undefined {
  return userName === undefined ? account.root : account.users.get(userName);
}

/** Keys that exist, oldest first. */
export function keysOf(account: Account, userName: string | undefined): AccessKey[] {
  return [...(holderOf(account, userName)?.keyIds ?? [])].map((id) => account.keys.get(id)!);
}

/** It is gone from every list at once, and dead a while later. */
export function deleteKey(account: Account, key: AccessKey, now: number, settings: Settings): void {
  changeStatus(key, 'Deleted', now, settings);
  holderOf(account, key.userName)?.keyIds.delete(key.id);
}

/** What the API says changes at once; where signatures are checked, it takes a while. */
export function changeStatus(
  key: AccessKey,
  status: AccessKey['status'],
  now: number,
  settings: Settings,
): void {
  const wasUsable = isUsable(key, now, settings);
  key.status = status;
  key.changedAt = now;
  const spreads = settings.keyLiveDelayMs + settings.keyDeadDelayMs + settings.flapMs > 0;
  key.change = spreads ? { at: now, wasUsable, seen: 0 } : undefined;
}

/**
 * Whether a request signed with `key` passes now. While a change spreads, the old answer stands; then, for `flapMs`, old and new
 * take turns, beginning with the new: what was seen once need not be true the next time.
 */
export function isUsable(key: AccessKey, now: number, settings: Settings): boolean {
  const is = key.status === 'Active';
  const { change } = key;
  if (change === undefined || change.wasUsable === is) return is;
  const delay = is ? settings.keyLiveDelayMs : settings.keyDeadDelayMs;
  const age = now - change.at;
  if (age < delay) return change.wasUsable;
  if (age >= delay + settings.flapMs) return is;
  return change.seen++ % 2 === 0 ? is : change.wasUsable;
}

export function recordUse(key: AccessKey, use: LastUse): void {
  if (key.lastUsed !== undefined && use.at - key.lastUsed.at < LAST_USE_GRANULARITY_MS) return;
  key.lastUsed = use;
}
