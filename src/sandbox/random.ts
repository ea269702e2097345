import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import {
  type Random,
  sampleBase32,
  sampleKeyId,
  sampleSecret,
  sampleText,
  sampleToken,
} from '../detect/sample.ts';

const BYTES_OF_NUMBER = 6;

/** Numbers nobody can predict: a key of the sandbox is worth nothing outside of it, but it is a key. */
const random = createUnpredictable();

/** Draws from the system a page at a time: a seed of thousands of keys asks for a million numbers. */
function createUnpredictable(): Random {
  let page = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at === page.length) {
      page = randomBytes(BYTES_OF_NUMBER * 1024);
      at = 0;
    }
    at += BYTES_OF_NUMBER;
    return page.readUIntBE(at - BYTES_OF_NUMBER, BYTES_OF_NUMBER) / 2 ** (8 * BYTES_OF_NUMBER);
  };
}

/** `AKIA` for a user's or root's key, `ASIA` for a session; it decodes to the account, as those of AWS do. */
export function newKeyId(account: string, prefix: 'AKIA' | 'ASIA' = 'AKIA'): string {
  return sampleKeyId(random, prefix, account);
}

export function newSecretKey(): Secret {
  return new Secret(sampleSecret(random));
}

export function newSessionToken(): Secret {
  return new Secret(sampleToken(random));
}

/** `AIDA` users, `AROA` roles, `AGPA` groups, `ANPA` managed policies. */
export function newUniqueId(prefix: 'AIDA' | 'AROA' | 'AGPA' | 'ANPA'): string {
  return prefix + sampleBase32(random, 17);
}

/** Six characters, as at the end of a secret's ARN. */
export function newArnSuffix(): string {
  return sampleText(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 6);
}

/** `length` characters out of a to z and 0 to 9. */
export function newLowerId(length: number): string {
  return sampleText(random, 'abcdefghijklmnopqrstuvwxyz0123456789', length);
}

export const newUuid: () => string = randomUUID;
