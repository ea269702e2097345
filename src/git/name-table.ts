/** Byte strings numbered in the order of their first sight; exact, without a string per look-up. */
export interface NameTable {
  readonly count: number;
  /** The number of bytes[start, end); a new one if it was never seen. */
  intern(bytes: Uint8Array, start: number, end: number): number;
  /** All names in order, each followed by a NUL (no file name holds one). */
  joined(): Uint8Array;
}

const FIRST_SLOTS = 1 << 12;
const FIRST_BYTES = 1 << 16;

export function createNameTable(): NameTable {
  let slots = new Int32Array(FIRST_SLOTS).fill(-1);
  let hashes = new Int32Array(FIRST_SLOTS);
  /** Name n is text[ends[n - 1] + 1 .. ends[n]). */
  let ends = new Int32Array(FIRST_SLOTS);
  let text = new Uint8Array(FIRST_BYTES);
  let used = 0;
  let count = 0;

  function equals(name: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = name === 0 ? 0 : ends[name - 1]! + 1;
    const length = end - start;
    if (ends[name]! - at !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (text[at + index] !== bytes[start + index]) return false;
    }
    return true;
  }

  function add(bytes: Uint8Array, start: number, end: number, hash: number): void {
    const length = end - start;
    if (count === ends.length) {
      ends = grownInts(ends);
      hashes = grownInts(hashes);
    }
    if (used + length + 1 > text.length) {
      const grown = new Uint8Array(Math.max(text.length * 2, used + length + 1));
      grown.set(text);
      text = grown;
    }
    for (let index = 0; index < length; index += 1) text[used + index] = bytes[start + index]!;
    used += length;
    text[used] = 0;
    ends[count] = used;
    used += 1;
    hashes[count] = hash;
    count += 1;
  }

  /** Kept at most half full. */
  function rehash(): void {
    slots = new Int32Array(slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let name = 0; name < count; name += 1) {
      let slot = hashes[name]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = name;
    }
  }

  return {
    get count() {
      return count;
    },
    intern(bytes, start, end) {
      const hash = hashOf(bytes, start, end);
      const mask = slots.length - 1;
      let slot = hash & mask;
      for (let name = slots[slot]!; name !== -1; name = slots[slot]!) {
        if (hashes[name] === hash && equals(name, bytes, start, end)) return name;
        slot = (slot + 1) & mask;
      }
      slots[slot] = count;
      add(bytes, start, end, hash);
      if (count * 2 > slots.length) rehash();
      return count - 1;
    },
    joined: () => text.slice(0, used),
  };
}

/** FNV-1a with its low bits mixed, as only they choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function grownInts(ints: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(ints.length * 2);
  grown.set(ints);
  return grown;
}
