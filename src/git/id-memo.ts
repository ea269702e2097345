import type { ObjectStore } from './types.ts';

/** Slots, one for each pair of first bytes: with their ids some 1.5 MB, which stays in a processor's cache. */
const SLOTS = 1 << 16;

/**
 * Looks ids up in a store and remembers the last one of each slot. Perf: neighbouring trees name the same objects over and
 * over (seven look-ups an object in git's own history), and a store's table is too large to be near.
 */
export function createIdMemo({ hashBytes, findBytes }: Pick<ObjectStore, 'hashBytes' | 'findBytes'>) {
  const ids = new Uint8Array(SLOTS * hashBytes);
  const objects = new Int32Array(SLOTS);
  const isFilled = new Uint8Array(SLOTS);

  return function find(bytes: Uint8Array, at: number): number {
    const slot = (bytes[at]! << 8) | bytes[at + 1]!;
    const own = slot * hashBytes;
    let same = isFilled[slot] === 1 ? 2 : hashBytes + 1;
    while (same < hashBytes && ids[own + same] === bytes[at + same]) same++;
    if (same === hashBytes) return objects[slot]!;
    const object = findBytes(bytes, at);
    for (let index = 0; index < hashBytes; index++) ids[own + index] = bytes[at + index]!;
    objects[slot] = object;
    isFilled[slot] = 1;
    return object;
  };
}
