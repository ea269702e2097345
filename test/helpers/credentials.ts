import {
  createRandom,
  type Random,
  sampleBase64,
  sampleHex,
  sampleKeyId,
  sampleSecret,
  sampleToken,
} from '../../src/detect/sample.ts';

export type { Random };

/** Credentials of the right shape, made at run time: none is in the repository, none was ever issued to anyone. */
export const makeRandom = createRandom;

export interface KeyIdOptions {
  prefix?: string;
  /** Twelve digits that the ID decodes to. */
  account?: string;
}

export function makeKeyId(random: Random, options: KeyIdOptions = {}): string {
  return sampleKeyId(random, options.prefix, options.account);
}

export function makeSecret(random: Random): string {
  return sampleSecret(random);
}

export function makeToken(random: Random, length?: number): string {
  return sampleToken(random, length);
}

export const makeBase64 = sampleBase64;
export const makeHex = sampleHex;
