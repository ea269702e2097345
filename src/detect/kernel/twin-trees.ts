import { readSteps } from './twin-delta.ts';
import type { TreeReader } from './types.ts';

/** One entry of a tree, by addresses. */
interface Entry {
  start: number;
  name: Uint8Array;
  id: Uint8Array;
  end: number;
  isTree: boolean;
  isLink: boolean;
}

const SPACE = 0x20;
const LONGEST_KEPT_NAME = 63;
const SHORTEST_KEPT_NAME = 16;
const NAME_SLOT_BITS = 12;
const NAME_FACTOR = 0x9e3779b1;

/** `wantedAt` is where the table of wanted ids stands. */
export function createTreeTwin(
  wantedAt: number,
  at: () => { memory: Uint8Array; words: Uint32Array },
): TreeReader {
  let hashBytes = 20;
  let shortestName = 0;
  let isEveryNameTold = false;
  const ids = new Map<number, string>();
  const names = new Map<number, string>();

  function readEntry(start: number, treeEnd: number): Entry | undefined {
    const { memory } = at();
    const space = memory.subarray(start, treeEnd).indexOf(SPACE);
    const name = space < 0 ? treeEnd : start + space + 1;
    const nul = memory.subarray(name, treeEnd).indexOf(0);
    const end = name + nul + 1 + hashBytes;
    if (nul < 0 || end > treeEnd) return undefined;
    const mode = memory[start] === 0x30 ? start + 1 : start;
    return {
      start,
      name: memory.subarray(name, name + nul),
      id: memory.subarray(end - hashBytes, end),
      end,
      isTree: memory[mode] === 0x34,
      isLink: memory[mode] === 0x31 && memory[mode + 1] === 0x36,
    };
  }

  /** All entries between two addresses. */
  function readEntries(start: number, end: number): Entry[] {
    const entries: Entry[] = [];
    for (let entry = readEntry(start, end); entry !== undefined; entry = readEntry(entry.end, end)) {
      entries.push(entry);
    }
    return entries;
  }

  function isWanted({ id }: Entry): boolean {
    return at().memory[wantedAt + slotOfId(id)] !== 0;
  }

  function isTold(entry: Entry): boolean {
    if (entry.isTree) return true;
    const hasNewName = isNewName(entry.name);
    if (entry.isLink) return hasNewName;
    return replace(ids, slotOfId(entry.id), entry.id) || isWanted(entry) || hasNewName;
  }

  function isNewName(name: Uint8Array): boolean {
    if (name.length < shortestName) return false;
    if (isEveryNameTold || name.length < SHORTEST_KEPT_NAME || name.length > LONGEST_KEPT_NAME) return true;
    return replace(names, slotOfName(name), name);
  }

  function isGoneTold(entry: Entry): boolean {
    return isEveryNameTold || entry.isTree || (!entry.isLink && isWanted(entry));
  }

  function finish(tree: number, entries: Entry[], soundEnd: number, table: number): void {
    if (table === 0) return;
    const starts = [...entries.map(({ start }) => start), soundEnd];
    at().words.set([entries.length, ...starts.map((start) => start - tree)], table >> 2);
  }

  function list(told: number, addresses: number[]): number {
    at().words.set(addresses, told >> 2);
    return addresses.length;
  }

  return {
    beginTrees(bytes, shortest) {
      hashBytes = bytes;
      shortestName = shortest;
      isEveryNameTold = false;
      ids.clear();
      names.clear();
      at().memory.fill(0, wantedAt, wantedAt + 0x10000);
      return wantedAt;
    },
    tellEveryName() {
      isEveryNameTold = true;
    },
    readTree(tree, length, table, told) {
      const entries = readEntries(tree, tree + length);
      finish(tree, entries, entries.at(-1)?.end ?? tree, table);
      const addresses = entries.filter(isTold).map(({ start }) => start);
      return list(told, addresses);
    },
    followTree(tree, length, base, baseTable, delta, deltaLength, table, told) {
      const { memory, words } = at();
      const count = words[baseTable >> 2]!;
      const starts = words.slice((baseTable >> 2) + 1, (baseTable >> 2) + 2 + count);
      const baseEnd = base + starts[count]!;
      const entries = readEntries(tree, tree + length);
      const soundEnd = entries.at(-1)?.end ?? tree;
      const steps = readSteps(memory.subarray(delta, delta + deltaLength), sizeOfBase(memory, delta)) ?? [];
      const addresses: number[] = [];
      let pending = 0;
      let next = 0;
      let target = tree;
      const tellNext = () => {
        if (isTold(entries[next]!)) addresses.push(entries[next]!.start);
        next++;
      };
      const remove = (stop: number) => {
        for (; pending < stop; pending++) {
          const gone = readEntry(base + starts[pending]!, baseEnd)!;
          if (isGoneTold(gone)) addresses.push(gone.start);
        }
      };
      for (const { isCopy, from, length: stepLength } of steps) {
        const stop = target + stepLength;
        while (next < entries.length && entries[next]!.start < stop) {
          const inBase = entries[next]!.start - target + from;
          const same = isCopy ? starts.indexOf(inBase, pending) : -1;
          const behind = same < 0 ? same : starts.findLastIndex((start) => start <= from + stepLength);
          if (behind > same) {
            remove(same);
            pending = behind;
            next += behind - same;
          } else tellNext();
        }
        target = stop;
      }
      while (next < entries.length) tellNext();
      remove(count);
      finish(tree, entries, soundEnd, table);
      return list(told, addresses);
    },
  };
}

/** False when the slot holds the value already. */
function replace(slots: Map<number, string>, slot: number, value: Uint8Array): boolean {
  const text = Buffer.from(value).toString('latin1');
  if (slots.get(slot) === text) return false;
  slots.set(slot, text);
  return true;
}

function slotOfId(id: Uint8Array): number {
  return (id[0]! << 8) | id[1]!;
}

/** Of a name that is kept. */
function slotOfName(name: Uint8Array): number {
  const view = new DataView(name.buffer, name.byteOffset, name.length);
  const word = (offset: number) => view.getUint32(offset, true);
  const end = name.length;
  const mixed = (Math.imul(Math.imul(word(4), 31) + word(end - 8), 31) + word(end - 4) + end) | 0;
  return Math.imul(mixed, NAME_FACTOR) >>> (32 - NAME_SLOT_BITS);
}

/** A delta's first number; it has been applied, so that it is well-formed. */
function sizeOfBase(memory: Uint8Array, delta: number): number {
  let size = 0;
  for (let at = delta, unit = 1; ; at++, unit *= 128) {
    size += (memory[at]! & 0x7f) * unit;
    if (memory[at]! < 0x80) return size;
  }
}
