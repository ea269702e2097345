import type { TreePart } from './trees.ts';

/** All trees of a store as far as provenance needs them: the parts of all workers, with one numbering of names. */
export interface Skeleton {
  /** Record of each object number, or -1 when the object is no tree that was seen. */
  record: Int32Array;
  /** Of each record: object number of the base or -1, and its edits, which are edits[start[r] .. start[r + 1]) in pairs. */
  base: Int32Array;
  start: Int32Array;
  /** See `TreePart.records`. */
  edits: Int32Array;
  /** Bytes as latin1 text, by name number. */
  names: string[];
  /** By name number: 1 when the name itself holds a hit. */
  isHitName: Uint8Array;
}

export function joinSkeleton(parts: readonly TreePart[], objectCount: number): Skeleton {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const hitNames = new Set<number>();
  const renamed = parts.map((part) => {
    const map = Int32Array.from(namesOf(part), (name) => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, names.length);
      return names.push(name) - 1;
    });
    for (const name of part.hitNames) hitNames.add(map[name]!);
    return map;
  });

  const size = countRecords(parts);
  const skeleton: Skeleton = {
    record: new Int32Array(objectCount).fill(-1),
    base: new Int32Array(size.records),
    start: new Int32Array(size.records + 1),
    edits: new Int32Array(size.edits * 2),
    names,
    isHitName: Uint8Array.from(names, (_, name) => (hitNames.has(name) ? 1 : 0)),
  };
  let record = 0;
  let editsEnd = 0;
  parts.forEach(({ records }, part) => {
    const rename = renamed[part]!;
    for (let at = 0; at < records.length; ) {
      const end = at + 3 + records[at + 2]! * 2;
      skeleton.record[records[at]!] = record;
      skeleton.base[record] = records[at + 1]!;
      for (at += 3; at < end; at += 2) {
        const key = records[at]!;
        skeleton.edits[editsEnd] = rename[key >> 1]! * 2 + (key & 1);
        skeleton.edits[editsEnd + 1] = records[at + 1]!;
        editsEnd += 2;
      }
      record += 1;
      skeleton.start[record] = editsEnd;
    }
  });
  return skeleton;
}

function namesOf(part: TreePart): string[] {
  const text = Buffer.from(part.names.buffer, part.names.byteOffset, part.names.length).toString('latin1');
  return text.split('\0').slice(0, -1);
}

function countRecords(parts: readonly TreePart[]): { records: number; edits: number } {
  const size = { records: 0, edits: 0 };
  for (const { records } of parts) {
    for (let at = 0; at < records.length; at += 3 + records[at + 2]! * 2) {
      size.records += 1;
      size.edits += records[at + 2]!;
    }
  }
  return size;
}
