import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import type { Hit } from './types.ts';

/**
 * Published on purpose (docs/FINGERPRINTS.md): everybody computes the same fingerprint, and no plain digest of a
 * secret, which other tools keep tables of, appears anywhere.
 */
const FINGERPRINT_KEY = 'keyturn fingerprint 1';
const STRETCH_SALT = 'keyturn stretch 1';
const STRETCH_COST = { N: 2048, r: 8, p: 1 };

/** Hex characters of a fingerprint and of a secret's id: 128 bits. */
const FINGERPRINT_LENGTH = 32;

/**
 * A value shorter than this may be a password that can be guessed: it is stretched. Twenty-four random base64
 * characters hold 144 bits.
 */
const SAFE_LENGTH = 24;

const STRETCHED_KEPT = 10_000;
const stretched = new Map<string, string>();
const memoKey = randomBytes(32);

/** Identity of a secret value: the same for a lone secret and for the pair it belongs to. */
export function secretIdOf(secret: string): string {
  return hmac('secret', secret.length < SAFE_LENGTH ? stretch(secret) : secret);
}

/**
 * Identity of a credential, from what is known without its secret. A lone key ID is stretched: once its account is
 * known only some forty bits of it are unknown.
 */
export function fingerprintOf(hit: Pick<Hit, 'kind' | 'keyId' | 'secretId'>): string {
  const { kind, keyId = '', secretId } = hit;
  return secretId === undefined ? hmac(kind, stretch(keyId)) : hmac(kind, keyId, secretId);
}

function hmac(...parts: string[]): string {
  return createHmac('sha256', FINGERPRINT_KEY)
    .update(parts.join('\0'))
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH);
}

/**
 * Makes one guess cost some five milliseconds. Remembered under a key of this process, so that no secret is held in
 * clear.
 */
function stretch(value: string): string {
  const memo = createHmac('sha256', memoKey).update(value).digest('base64');
  const known = stretched.get(memo);
  if (known !== undefined) return known;
  const result = scryptSync(value, STRETCH_SALT, 32, STRETCH_COST).toString('hex');
  if (stretched.size >= STRETCHED_KEPT) stretched.clear();
  stretched.set(memo, result);
  return result;
}
