import type { Aws, Identity, NewKey, Receipt } from '../aws/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Entry, Journal } from './journal.ts';
import type { Sink } from './sinks/sink.ts';
import type { LastUse, Memory, Order, Pace, RotationRules } from './types.ts';

/** What every step of one order works with. */
export interface Session {
  aws: Aws;
  clock: Clock;
  journal: Journal;
  /** Who signs. */
  self: Identity & { keyId: string };
  order: Order;
  rules: RotationRules;
  pace: Pace;
  signal?: AbortSignal;
  /** Where the new key is delivered to, besides its secret. */
  sinks: readonly Sink[];
  memory: LiveMemory;
}

export interface LiveMemory extends Memory {
  held: NewKey | undefined;
  verified: Set<string>;
  refused: Set<string>;
  dead: Set<string>;
  delivered: Set<string>;
  lastUse: Map<string, LastUse>;
  /** Values of versions never change: which key each holds. */
  keyOfVersion: Map<string, string>;
}

export function newMemory(): LiveMemory {
  return {
    held: undefined,
    verified: new Set(),
    refused: new Set(),
    dead: new Set(),
    delivered: new Set(),
    lastUse: new Map(),
    keyOfVersion: new Map(),
  };
}

type About = Pick<Entry, 'keyId' | 'secretName' | 'text'>;

/**
 * The only way a step changes anything: the intent is on disk before the call is sent, its outcome after.
 * `keyOf` names the key that the call itself made.
 */
export async function mutate<T extends Receipt>(
  { journal, order }: Session,
  action: string,
  about: About,
  call: () => Promise<T>,
  keyOf: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const { user, reason, force } = order;
  const entry = { action, user, reason, ...(force !== undefined && { force }), ...about };
  journal.write({ ...entry, event: 'intent' });
  const result = await call().catch((error: Error & { requestId?: string }) => {
    const { requestId, message } = error;
    journal.write({
      ...entry,
      event: 'failed',
      text: message,
      ...(requestId !== undefined && { requestId }),
    });
    throw error;
  });
  const { requestId } = result;
  const keyId = keyOf(result) ?? about.keyId;
  journal.write({ ...entry, event: 'done', requestId, ...(keyId !== undefined && { keyId }) });
  return result;
}
