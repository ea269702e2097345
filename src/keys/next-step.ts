import { LAST_USE_GRANULARITY_MS } from './policy.ts';
import { TAGS } from './tags.ts';
import {
  type Facts,
  type KeyFacts,
  type LastUse,
  type Mark,
  NO_KEY,
  type Order,
  type RotationRules,
  type Step,
  UNREAD,
  type UnknownUse,
  type VersionFacts,
} from './types.ts';
import { CURRENT, PENDING, versionIdOf } from './vault.ts';

/** Of a user, inactive ones included. AWS does not raise it. */
const MOST_KEYS = 2;

/** How far a key's creation may be from the intent to create it, clocks being what they are. */
const INTENT_WINDOW_MS = 60_000;

/**
 * What a rotation has to do next. Pure: facts in, one step out. Called again after every step and at every start, so that a rotation
 * which was cut off goes on from what AWS holds. docs/ROTATION.md has the table of states.
 */
export function nextStep(facts: Facts, order: Order, rules: RotationRules, settleMs: number): Step {
  if (facts.secret === 'being-deleted') {
    return {
      do: 'stop',
      text: `the secret ${order.secretName} is scheduled for deletion`,
      hint: `Bring it back (aws secretsmanager restore-secret --secret-id ${order.secretName}), or name another one.`,
    };
  }
  if (facts.secret === 'absent' && facts.user.tags.get(TAGS.secret) === order.secretName)
    return {
      do: 'stop',
      text: `the secret ${order.secretName} is gone, or in another region: by its tags, it holds the key of ${order.user}`,
      hint: `Name the region (--region). If it was deleted, take the tag ${TAGS.secret} from the user, and repeat the command.`,
    };
  const { held } = facts.memory;
  if (held !== undefined) return { do: 'store', keyId: held.id };
  const versions = facts.secret === 'absent' ? [] : facts.secret;
  const current = versions.find(({ labels }) => labels.includes(CURRENT));
  const pending = versions.find(({ labels }) => labels.includes(PENDING));
  return (
    ofPending(facts, current, pending, settleMs) ??
    ofOrphans(facts, order, versions, current, settleMs) ??
    ofOldKey(facts, order, rules, current)
  );
}

/** A version that waits to become the current one. */
function ofPending(
  facts: Facts,
  current: VersionFacts | undefined,
  pending: VersionFacts | undefined,
  settleMs: number,
): Step | undefined {
  if (pending === undefined) return undefined;
  const { keyId, id: versionId } = pending;
  if (pending === current) return { do: 'finish', pending: versionId };
  if (keyId === UNREAD) return settle(facts, 'the pending version cannot be read yet');
  if (!isOurs(facts, pending))
    return {
      do: 'stop',
      text: `a version that keyturn did not write is ${PENDING}: ${versionId}`,
      hint: 'Another rotation may be under way; remove the label when it is not.',
    };
  const key = findKey(facts, keyId);
  if (key === undefined) {
    if (isRecent(facts, settleMs)) return settle(facts, `${keyId} is not listed yet`);
    return { do: 'drop-pending', versionId };
  }
  if (key.status !== 'Active' || facts.memory.refused.has(keyId))
    return { do: 'roll-back', keyId, versionId };
  if (!facts.memory.verified.has(keyId)) return { do: 'verify', keyId, versionId };
  return { do: 'promote', keyId, from: current?.id ?? '', to: versionId };
}

/** A key that an earlier attempt made and never stored: its secret is lost, and it takes a place. */
function ofOrphans(
  facts: Facts,
  order: Order,
  versions: readonly VersionFacts[],
  current: VersionFacts | undefined,
  settleMs: number,
): Step | undefined {
  const { intent } = facts;
  const stored = new Set(versions.map(({ keyId }) => keyId));
  const suspects = facts.keys.filter(
    ({ id, createdAt }) =>
      id !== order.retire &&
      !stored.has(id) &&
      (facts.created.has(id) || (intent !== undefined && isOfIntent(intent, id, createdAt))),
  );
  const [orphan] = suspects;
  if (orphan === undefined) {
    if (intent === undefined) return undefined;
    const isPromoted =
      current !== undefined && isOurs(facts, current) && !intent.keyIds.includes(current.keyId);
    if (isPromoted && findKey(facts, current.keyId) !== undefined) return { do: 'finish' };
    return isRecent(facts, settleMs) ? settle(facts, 'a key may be on its way') : undefined;
  }
  if (stored.has(UNREAD)) return settle(facts, 'a version cannot be read yet');
  const lastUse = facts.memory.lastUse.get(orphan.id);
  if (lastUse === undefined) return { do: 'ask-last-use', keyId: orphan.id };
  if (typeof lastUse === 'object') return didNotTell(orphan.id, lastUse);
  if (suspects.length === 1 && lastUse === 'never') return { do: 'discard', keyId: orphan.id };
  return {
    do: 'stop',
    text: `cannot tell whether keyturn made ${suspects.map(({ id }) => id).join(' or ')}, whose secret is in no version`,
    hint: 'Find out whose it is; deactivate or delete it, and repeat the command.',
  };
}

function isOfIntent(intent: Mark, id: string, createdAt: number): boolean {
  return !intent.keyIds.includes(id) && Math.abs(createdAt - intent.at) <= INTENT_WINDOW_MS;
}

/** The new key is there, or has to be made. */
function ofOldKey(facts: Facts, order: Order, rules: RotationRules, current: VersionFacts | undefined): Step {
  if (current?.keyId === UNREAD) return settle(facts, 'the current version cannot be read yet');
  const old = findKey(facts, order.retire);
  const holds = current === undefined || current.keyId === NO_KEY ? undefined : findKey(facts, current.keyId);
  if (holds !== undefined && holds.id !== order.retire)
    return ofRetirement(facts, order, rules, current!, holds, old);
  if (old === undefined) return { do: 'stop', text: `${order.user} has no key ${order.retire}` };
  if (old.status !== 'Active')
    return {
      do: 'stop',
      text: `${old.id} is ${old.status.toLowerCase()}: there is nothing to replace`,
      hint: `Delete it (keyturn keys delete ${old.id}) or bring it back (keyturn keys restore ${old.id}).`,
    };
  if (facts.keys.length >= MOST_KEYS) {
    const other = facts.keys.find(({ id }) => id !== old.id);
    return {
      do: 'stop',
      text: `${order.user} has ${facts.keys.length} keys, as many as it may: no room for a new one`,
      hint: `Make room: ${makeRoom(other)}.`,
    };
  }
  return { do: 'create' };
}

function makeRoom(other: KeyFacts | undefined): string {
  const deletion = `keyturn keys delete ${other?.id}`;
  return other?.status === 'Active' ? `keyturn keys deactivate ${other.id}, then ${deletion}` : deletion;
}

/** The secret holds a live key, and the old one has to go. */
function ofRetirement(
  facts: Facts,
  order: Order,
  rules: RotationRules,
  current: VersionFacts,
  holds: KeyFacts,
  old: KeyFacts | undefined,
): Step {
  if (old === undefined)
    return { do: 'rest', text: `${holds.id} is the only key that is left of this rotation` };
  if (holds.status !== 'Active')
    return {
      do: 'stop',
      text: `${holds.id}, which the secret holds, is ${holds.status.toLowerCase()}: ${old.id} stays`,
      hint: `keyturn keys restore ${holds.id}`,
    };
  if (old.status !== 'Active') return ofRetired(facts, rules, old);
  const sink = facts.sinks.find((name) => !facts.memory.delivered.has(name));
  if (sink !== undefined) return { do: 'deliver', sink, keyId: holds.id, versionId: current.id };
  const deliveredAt = facts.delivered?.keyIds[0] === holds.id ? facts.delivered.at : undefined;
  if (facts.sinks.length > 0 && deliveredAt === undefined) return { do: 'note-delivery', keyId: holds.id };
  const promotedAt = facts.promoted?.keyIds[0] === holds.id ? facts.promoted.at : holds.createdAt;
  const graceEnd = graceEndOf(Math.max(promotedAt, deliveredAt ?? 0), old.createdAt, rules);
  if (facts.now < graceEnd)
    return { do: 'wait', for: 'grace', until: graceEnd, text: `${old.id} stays active for its grace period` };
  if (order.force === undefined && rules.quietMs > 0) {
    const lastUse = facts.memory.lastUse.get(old.id);
    if (lastUse === undefined) return { do: 'ask-last-use', keyId: old.id };
    const busy = whileInUse(old.id, lastUse, rules.quietMs, facts.now);
    if (busy !== undefined) return busy;
  }
  if (facts.memory.refused.has(holds.id))
    return { do: 'stop', text: `AWS does not accept ${holds.id}, which the secret holds: ${old.id} stays` };
  if (!facts.memory.verified.has(holds.id)) return { do: 'verify', keyId: holds.id, versionId: current.id };
  return { do: 'deactivate', keyId: old.id };
}

/** How long an old key stays active next to the one that took its place at `promotedAt`. */
export function graceEndOf(
  promotedAt: number,
  createdAt: number,
  { grace, maxAgeMs }: Pick<RotationRules, 'grace' | 'maxAgeMs'>,
): number {
  return Math.max(promotedAt + grace.periodMs, grace.mode === 'before' ? createdAt + maxAgeMs : 0);
}

function ofRetired(facts: Facts, rules: RotationRules, old: KeyFacts): Step {
  if (!facts.memory.dead.has(old.id)) return { do: 'prove-dead', keyId: old.id };
  const retiredAt = facts.retired?.keyIds[0] === old.id ? facts.retired.at : facts.now;
  const until = retiredAt + rules.retentionMs;
  const text = `${old.id} is dead; it can be deleted: keyturn keys delete ${old.id}`;
  if (facts.now < until)
    return {
      do: 'wait',
      for: 'retention',
      until,
      text: `${old.id} is dead and kept, to be brought back if need be`,
    };
  return { do: 'rest', text };
}

/** Undefined when the key has been quiet for long enough. What AWS did not tell is no reason to go on. */
function whileInUse(keyId: string, lastUse: LastUse, quietMs: number, now: number): Step | undefined {
  if (lastUse === 'never') return undefined;
  if (typeof lastUse !== 'number') return didNotTell(keyId, lastUse);
  const until = quietFrom(lastUse, quietMs);
  if (now >= until) return undefined;
  return {
    do: 'wait',
    for: 'use',
    until,
    text: `${keyId} is still in use, last at ${new Date(lastUse).toISOString()}`,
  };
}

function didNotTell(keyId: string, { why, hint }: UnknownUse): Step {
  const text = `AWS did not tell when ${keyId} was last used: it stays (${why})`;
  return { do: 'stop', text, ...(hint !== undefined && { hint }) };
}

/** When a key counts as unused, going by the last use that AWS recorded. */
export function quietFrom(lastUse: number, quietMs: number): number {
  return lastUse + LAST_USE_GRANULARITY_MS + quietMs;
}

function findKey(facts: Facts, id: string): KeyFacts | undefined {
  return facts.keys.find((key) => key.id === id);
}

/** Version ids follow from the key that is in them. */
function isOurs(facts: Facts, { id, keyId }: VersionFacts): boolean {
  return id === versionIdOf(facts.accountId, facts.user.name, keyId);
}

function isRecent({ intent, now }: Facts, settleMs: number): boolean {
  return intent !== undefined && now < intent.at + settleMs;
}

/** AWS needs a moment to agree with itself. */
function settle({ now }: Facts, text: string): Step {
  return { do: 'wait', for: 'consistency', until: now, text };
}
