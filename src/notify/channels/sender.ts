import type { SnsPort } from '../../aws/sns.ts';
import type { Digest } from '../digest.ts';
import type { Environment } from '../secret-source.ts';

/** One channel, ready to send. */
export interface Sender {
  /** Events in one message at most. */
  capacity: number;
  /** What is sent, as a person reads it. */
  render(digest: Digest, to: readonly string[]): string;
  /** Done when the other side took it. Throws a DeliveryError, or a UsageError when its secret cannot be read any more. */
  send(digest: Digest, to: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** What senders need of the world. */
export interface SenderTools {
  env: Environment;
  /** Milliseconds since the epoch, of the world outside: receivers compare it with their own clock. */
  now: () => number;
  /** For one attempt, in milliseconds. */
  timeoutMs: number;
  connectSns: (region: string) => Promise<SnsPort>;
}
