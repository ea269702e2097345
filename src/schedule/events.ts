import { durationText, formatDays } from '../base/duration.ts';
import type { Inventory, InventoryKey } from '../keys/inventory.ts';
import { graceEndOf } from '../keys/next-step.ts';
import type { Done } from '../keys/perform.ts';
import type { Plan, PlanItem } from '../keys/plan.ts';
import { assess, type KeyPolicy } from '../keys/policy.ts';
import { parseMark, TAGS } from '../keys/tags.ts';
import type { NotifyEvent, NotifyKind } from '../notify/types.ts';

/** What owners are told. Pure: the same account, policy and time give the same events, with the same keys for telling them once. */
export interface EventContext {
  inventory: Inventory;
  policy: KeyPolicy;
  now: number;
}

/** How often an owner hears of the same trouble. */
const REMIND_MS = 7 * 86_400_000;
const RECENT_USE_MS = 86_400_000;
const LATELY_MS = 2 * 86_400_000;

/** Owners of keys that will be replaced within the longest of `warnMs`, each told once for each of them. */
export function dueSoon({ inventory, policy, now }: EventContext, warnMs: readonly number[]): NotifyEvent[] {
  return inventory.keys.flatMap((key) => {
    const { verdict, dueAt } = assess(key, policy, now);
    if (dueAt === undefined || (verdict !== 'ok' && verdict !== 'unknown')) return [];
    const from = dueAt - policy.grace.periodMs;
    const warning = warnMs.filter((before) => from - now <= before).at(-1);
    if (warning === undefined) return [];
    return toEvent('key-due', key, { inventory, policy, now }, durationText(warning), {
      text: `${key.id} will be replaced from ${dayOf(from)} on, and stops working from ${dayOf(dueAt)} on once nobody uses it`,
      dueAt,
      command: `keyturn keys rotate ${userOf(key)} --apply`,
    });
  });
}

/** What a plan leaves alone and a person has to look at. */
export function blocked(plan: Plan, context: EventContext): NotifyEvent[] {
  const { now, inventory } = context;
  const keys = byId(inventory);
  const week = Math.floor(now / REMIND_MS);
  return plan.skipped.flatMap(({ keyId, kind, reason, user }) => {
    const key = keys.get(keyId);
    if (key === undefined) return [];
    if (kind === 'blocked')
      return toEvent('key-blocked', key, context, `${week}`, {
        text: `${keyId} is not replaced: ${reason}`,
        command: `keyturn keys status ${user}`,
      });
    // In the days after its grace, a last use may be one from before the change.
    const { lastUse } = key;
    if (kind !== 'in-use' || lastUse.state !== 'used' || now - lastUse.at > RECENT_USE_MS) return [];
    return toEvent('key-blocked', key, context, `in-use ${week}`, {
      text: `${keyId} was replaced and is still used, last on ${dayOf(lastUse.at)}: take the key that the secret holds`,
      command: `keyturn keys status ${user}`,
    });
  });
}

/** What was done in the last days: a runner that was killed right after it has told nobody. */
export function lately(plan: Plan, context: EventContext): NotifyEvent[] {
  const { inventory, now } = context;
  const waiting = new Set(plan.skipped.filter(({ kind }) => kind === 'waits').map(({ keyId }) => keyId));
  return inventory.keys.flatMap((key) => {
    const tags = key.principal.type === 'user' ? key.principal.tags : undefined;
    const promoted = parseMark(tags?.get(TAGS.promoted));
    const retired = parseMark(tags?.get(TAGS.retired));
    if (waiting.has(key.id!) && promoted !== undefined && now - promoted.at < LATELY_MS) {
      const until = graceEndOf(promoted.at, key.createdAt ?? now, context.policy);
      return rotated(key, context, tags?.get(TAGS.secret) ?? 'its secret', until);
    }
    const isRetired = key.status === 'Inactive' && retired?.keyIds[0] === key.id;
    return isRetired && now - retired!.at < LATELY_MS ? deactivated(key, context) : [];
  });
}

function rotated(key: InventoryKey, context: EventContext, secretName: string, until: number): NotifyEvent[] {
  return toEvent('key-rotated', key, context, '', {
    text: `${key.id} was replaced; the new key is in ${secretName}, and the old one works until ${dayOf(until)} at least`,
    command: `keyturn keys status ${userOf(key)}`,
  });
}

function deactivated(key: InventoryKey, context: EventContext): NotifyEvent[] {
  return toEvent('key-deactivated', key, context, '', {
    text: `${key.id} is inactive`,
    command: `keyturn keys restore ${key.id} --apply`,
  });
}

/** What became of one key of a plan. */
export function ofDone(item: PlanItem, done: Done, context: EventContext): NotifyEvent[] {
  const key = byId(context.inventory).get(item.keyId);
  if (key === undefined) return [];
  const { user, secretName } = item;
  const { state } = done;
  if (state === 'waiting' && done.for !== 'retention')
    return rotated(key, context, secretName, Date.parse(done.until!));
  if (state === 'done' || state === 'waiting') return deactivated(key, context);
  // What AWS or another runner was in the way of goes on by itself.
  if (state === 'interrupted' || (state === 'failed' && !isRefused(done))) return [];
  const week = Math.floor(context.now / REMIND_MS);
  const hint = done.hint === undefined ? '' : `. ${done.hint}`;
  return toEvent('key-blocked', key, context, `${week}`, {
    text: `${done.text}${hint}`,
    command: `keyturn keys status ${user}`,
  });
}

/** By a guard: only a person changes that. */
export function isRefused({ code = '' }: Done): boolean {
  return code.startsWith('guard-');
}

export function ofDeleted(done: Done, context: EventContext): NotifyEvent[] {
  const { keyId, user, state, text } = done;
  const key = byId(context.inventory).get(keyId);
  if (key === undefined || (state !== 'done' && !isRefused(done))) return [];
  if (state === 'done')
    return toEvent('key-deleted', key, context, '', {
      text: `${keyId} was deleted, ${formatDays(context.policy.retentionMs)} after it was deactivated`,
    });
  return toEvent('key-blocked', key, context, `delete ${Math.floor(context.now / REMIND_MS)}`, {
    text: `${keyId} is not deleted: ${text}`,
    command: `keyturn keys status ${user}`,
  });
}

function toEvent(
  kind: NotifyKind,
  key: InventoryKey,
  { inventory, policy, now }: EventContext,
  stage: string,
  { text, command, dueAt }: { text: string; command?: string; dueAt?: number },
): NotifyEvent[] {
  const { owner, dueAt: due = dueAt } = assess(key, policy, now);
  const { accountId } = inventory;
  return [
    {
      kind,
      ...(owner !== undefined && { owner }),
      account: accountId,
      subject: `${userOf(key)} ${masked(key.id ?? '')}`,
      at: new Date(now),
      ...(due !== undefined && { dueAt: new Date(due) }),
      text,
      ...(command !== undefined && { command }),
      dedupeKey: `${kind} ${accountId} ${key.id} ${stage}`.trimEnd(),
    },
  ];
}

function byId({ keys }: Inventory): ReadonlyMap<string | undefined, InventoryKey> {
  return new Map(keys.map((key) => [key.id, key]));
}

function userOf({ principal }: InventoryKey): string {
  return principal.type === 'user' ? principal.name : 'root';
}

function masked(keyId: string): string {
  return `${keyId.slice(0, 4)}...${keyId.slice(-4)}`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
