import { createNameTable } from './name-table.ts';

/** A set of raw object ids, in a few tens of bytes each: a partial clone may lack millions. */
export interface IdSet {
  /** The id at bytes[at]; adding it again does nothing. */
  add(bytes: Uint8Array, at: number): void;
  readonly count: number;
  /** All ids, one after the other, in the order they came. */
  joined(): Uint8Array<ArrayBuffer>;
}

export function createIdSet(hashBytes: number): IdSet {
  const table = createNameTable();
  return {
    add: (bytes, at) => void table.intern(bytes, at, at + hashBytes),
    get count() {
      return table.count;
    },
    joined() {
      const ids = new Uint8Array(table.count * hashBytes);
      // The table ends each entry with a NUL.
      const entries = table.joined();
      for (let index = 0; index < table.count; index++) {
        const start = index * (hashBytes + 1);
        ids.set(entries.subarray(start, start + hashBytes), index * hashBytes);
      }
      return ids;
    },
  };
}
