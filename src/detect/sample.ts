import { bodyForAccount } from './account.ts';
import { entropy } from './entropy.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SAMPLE_ACCOUNT = '210987654321';

/** A number in [0, 1), as `Math.random`. */
export type Random = () => number;

/** A seeded generator (mulberry32): the same samples on every machine and in every run. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` characters drawn from `alphabet`. */
export function sampleText(random: Random, alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** A key ID of the right shape that decodes to `account`; nobody's key. */
export function sampleKeyId(random: Random, prefix = 'AKIA', account = SAMPLE_ACCOUNT): string {
  return prefix + bodyForAccount(account, () => Math.floor(random() * 32));
}

/** Forty characters such as a secret access key has; the few draws that look like none are drawn again. */
export function sampleSecret(random: Random): string {
  for (;;) {
    const secret = sampleText(random, BASE64, 40);
    if (entropy(secret) > 4.5 && /[A-Z]/.test(secret) && /[a-z]/.test(secret) && /[0-9+/]/.test(secret))
      return secret;
  }
}

/** A session token: the marker that every one since 2020 starts with, then `length` random characters. */
export function sampleToken(random: Random, length = 384): string {
  return `IQoJb3JpZ2luX2Vj${sampleText(random, BASE64, length)}`;
}

export function sampleBase32(random: Random, length: number): string {
  return sampleText(random, BASE32, length);
}

export function sampleBase64(random: Random, length: number): string {
  return sampleText(random, BASE64, length);
}

export function sampleHex(random: Random, length: number): string {
  return sampleText(random, '0123456789abcdef', length);
}
