import { createHash } from 'node:crypto';
import { DAY_MS } from '../base/duration.ts';
import { isUrgent } from './digest.ts';
import { type NotifyPlan, type Recipient, recipientKey, recipientsOf } from './plan.ts';
import type { Box, NotifyState, Outgoing } from './state-file.ts';
import type { NotifyEvent } from './types.ts';

/**
 * The rules of the outbox, as changes of its state. An event is accepted once for each recipient, waits in its box, becomes part of
 * the one outgoing message of the box, and is gone when that was taken or given up.
 */

/** An attempt that takes longer is dead: its process was killed. Longer than all tries of one `deliver` together. */
const LEASE_MS = 120_000;
/** After each failed attempt; the last for all that follow. */
const BACKOFF_MS = [60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000];
/** A message is given up when it is this old and was tried this often: a runner that was off for long tries some more. */
const GIVE_UP_AFTER_MS = 7 * DAY_MS;
const LEAST_ATTEMPTS = 3;
/** What was told is remembered for longer than any key lives. */
const REMEMBER_MS = 800 * DAY_MS;
const MOST_TOLD = 100_000;
const MOST_HELD = 5_000;

export interface Accepted {
  recipient: Recipient;
  fresh: number;
  known: number;
  /** Put out of a box that was full. */
  lost: number;
}

/** Puts events into the boxes of their recipients, those that were told before left out. */
export function accept(
  state: NotifyState,
  plan: NotifyPlan,
  events: readonly NotifyEvent[],
  now: number,
): Accepted[] {
  const results = new Map<string, Accepted>();
  for (const event of events) {
    for (const recipient of recipientsOf(plan, event)) {
      const key = recipientKey(recipient);
      const result = results.get(key) ?? { recipient, fresh: 0, known: 0, lost: 0 };
      results.set(key, result);
      const thing = hashOf(key, event.dedupeKey);
      if (state.told.has(thing)) {
        result.known++;
        continue;
      }
      state.told.set(thing, now);
      result.fresh++;
      const box = boxOf(state, key, recipient);
      box.held.push(event);
      if (box.held.length > MOST_HELD) {
        box.held.shift();
        result.lost++;
      }
    }
  }
  forget(state, now);
  return [...results.values()];
}

function boxOf({ boxes }: NotifyState, key: string, { channel, to }: Recipient): Box {
  const box = boxes.get(key) ?? { channel: channel.name, to, held: [] };
  boxes.set(key, box);
  return box;
}

/** Maps keep the order of insertion, and so of time, unless the clock was turned. */
function forget({ told }: NotifyState, now: number): void {
  for (const [thing, at] of told) if (told.size > MOST_TOLD || now - at > REMEMBER_MS) told.delete(thing);
}

/** Names of the channels for which something waits, due or not. */
export function waitingChannels({ boxes }: NotifyState): Set<string> {
  const busy = [...boxes.values()].filter(({ held, outgoing }) => held.length > 0 || outgoing !== undefined);
  return new Set(busy.map(({ channel }) => channel));
}

export interface Job {
  key: string;
  recipient: Recipient;
  outgoing: Outgoing;
}

/**
 * Takes what is due for sending: nobody else will, until the lease is over. `capacityOf` a channel is undefined when it cannot send:
 * its boxes stay as they are, as do those of channels that are not in the plan any more.
 */
export function claim(
  state: NotifyState,
  plan: NotifyPlan,
  capacityOf: (channel: string) => number | undefined,
  now: number,
): Job[] {
  return [...state.boxes].flatMap(([key, box]) => {
    const channel = plan.channels.find(({ name }) => name === box.channel);
    const capacity = capacityOf(box.channel);
    if (channel === undefined || capacity === undefined) return [];
    const outgoing = box.outgoing ?? nextMessage(key, box, channel.digestMs, capacity, now);
    if (outgoing === undefined || !isDue(outgoing, now)) return [];
    box.outgoing = outgoing;
    outgoing.attempts++;
    outgoing.notBefore = now + LEASE_MS;
    return [{ key, recipient: { channel, to: box.to }, outgoing: { ...outgoing } }];
  });
}

function nextMessage(
  key: string,
  box: Box,
  digestMs: number,
  capacity: number,
  now: number,
): Outgoing | undefined {
  const { held, sentAt } = box;
  if (held.length === 0) return undefined;
  // A clock that was ahead must not silence a channel until then.
  const isEarly = sentAt !== undefined && sentAt <= now && now - sentAt < digestMs;
  if (isEarly && !held.some(isUrgent)) return undefined;
  const events = held.splice(0, capacity);
  const id = `msg_${hashOf(key, ...events.map(({ dedupeKey }) => dedupeKey), String(now))}`;
  return { id, events, hasMore: held.length > 0, since: now, attempts: 0, notBefore: now };
}

/** Nothing is ever put off for longer than the longest wait: if it seems so, the clock was turned back. */
function isDue({ notBefore }: Outgoing, now: number): boolean {
  return notBefore <= now || notBefore - now > BACKOFF_MS.at(-1)! + LEASE_MS;
}

/** The message of a job was taken. What had no room in it belongs to the same digest, and follows at once. */
export function settle({ boxes }: NotifyState, { key, outgoing }: Job, now: number): void {
  const box = boxes.get(key);
  if (box?.outgoing?.id !== outgoing.id) return;
  delete box.outgoing;
  if (!outgoing.hasMore) box.sentAt = now;
}

/** It was not. Returns whether that was the last try. `retryAfterMs` is what the other side asked for. */
export function putOff(
  { boxes }: NotifyState,
  { key, outgoing: { id } }: Job,
  now: number,
  failure: { error: string; retryAfterMs?: number | undefined },
): 'queued' | 'dropped' {
  const box = boxes.get(key);
  if (box?.outgoing?.id !== id) return 'queued';
  const { outgoing } = box;
  if (outgoing.attempts >= LEAST_ATTEMPTS && now - outgoing.since >= GIVE_UP_AFTER_MS) {
    delete box.outgoing;
    return 'dropped';
  }
  const backoff = BACKOFF_MS[Math.min(outgoing.attempts, BACKOFF_MS.length) - 1]!;
  outgoing.notBefore = now + Math.max(backoff, failure.retryAfterMs ?? 0);
  outgoing.error = failure.error;
  return 'queued';
}

/** It was not even tried: as if it had not been claimed. */
export function release({ boxes }: NotifyState, { key, outgoing: { id } }: Job, now: number): void {
  const box = boxes.get(key);
  if (box?.outgoing?.id !== id) return;
  box.outgoing.attempts--;
  box.outgoing.notBefore = now;
}

/** Boxes of nobody: nothing waits in them, and no digest is due. Keeps the file from growing with every owner there ever was. */
export function sweep({ boxes }: NotifyState, now: number): void {
  for (const [key, { held, outgoing, sentAt }] of boxes)
    if (held.length === 0 && outgoing === undefined && (sentAt === undefined || now - sentAt > 60 * DAY_MS))
      boxes.delete(key);
}

function hashOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
