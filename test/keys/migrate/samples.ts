import { makeKeyId, makeRandom, makeSecret } from '../../helpers/credentials.ts';

/** A key of the right shape, the same for the same seed. */
export function makeKey(seed: number): { id: string; secret: string } {
  const random = makeRandom(seed);
  return { id: makeKeyId(random), secret: makeSecret(random) };
}

/** Text as a file holds it and as the room reads it: one character a byte. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
