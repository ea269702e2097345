import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';

/**
 * Signatures as in the Standard Webhooks specification (standardwebhooks.com), which libraries of many languages check:
 * HMAC-SHA256 over `id.timestamp.body`, in base64. A secret that begins with `whsec_` is base64 behind that; any other is taken as it is.
 */
export const HEADERS = {
  /** The same for every attempt at one message. */
  id: 'webhook-id',
  /** Seconds since the epoch, of this attempt. */
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** Shorter ones could be guessed. */
export const SHORTEST_SECRET_BYTES = 16;
const PREFIX = 'whsec_';

export interface SignedParts {
  id: string;
  /** Seconds since the epoch, as in the header. */
  timestamp: string;
  body: string;
}

/** The value of the header `webhook-signature`. */
export function sign({ id, timestamp, body }: SignedParts, secret: Secret): string {
  const mac = createHmac('sha256', secretBytes(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${mac}`;
}

export function secretBytes(secret: Secret): Buffer {
  const text = secret.reveal();
  return text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), 'base64') : Buffer.from(text);
}

/**
 * What a receiver does. `signature` may hold several, with spaces between, while a secret is being replaced; one that is right will
 * do. A message from more than `toleranceMs` ago (or ahead) is refused: someone may have recorded it and be playing it again.
 */
export function verify(
  parts: SignedParts,
  signature: string,
  secret: Secret,
  { now, toleranceMs = 300_000 }: { now: number; toleranceMs?: number },
): boolean {
  const sentAt = Number(parts.timestamp) * 1000;
  if (!/^\d+$/.test(parts.timestamp) || Math.abs(now - sentAt) > toleranceMs) return false;
  const expected = Buffer.from(sign(parts, secret));
  return signature.split(' ').some((each) => {
    const given = Buffer.from(each);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
