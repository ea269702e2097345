import type { Skeleton } from './skeleton.ts';
import { REMOVED } from './trees.ts';

/**
 * Trees cut down to the entries on a way to a hit. Equal ones have equal numbers, so that the two hundred thousand roots of a long history
 * come down to a handful, and "nothing changed for any hit" is a comparison of two integers.
 */
export interface PrunedForest {
  /** Number of the pruned tree of a tree object; `EMPTY` when it leads to no hit, and for what is missing or no tree. */
  of(object: number): number;
  /**
   * Entries as pairs in ascending order of keys: a key as in `TreePart.records` and its value, the number of a pruned tree for a
   * subtree and an object number for anything else. The key `SELF` says that the tree itself is the hit its value names.
   */
  entries(pruned: number): Int32Array;
  /** What the forest was pruned for. */
  isHit(object: number): boolean;
}

export const EMPTY = 0;
export const SELF = -1;

const UNKNOWN = -1;
const OPEN = -2;
const ABSENT = -1;

export function createPrunedForest(skeleton: Skeleton, isHit: (object: number) => boolean): PrunedForest {
  const { record, base, start, edits, isHitName } = skeleton;
  const pruned = new Int32Array(record.length).fill(UNKNOWN);
  const lists: Int32Array[] = [new Int32Array(0)];
  const listsByHash = new Map<number, number[]>();
  /** Trees read from their whole list of subtrees and not from the pruned tree of their base. */
  const whole = new Set<number>();

  function numberOf(list: Int32Array): number {
    if (list.length === 0) return EMPTY;
    const hash = hashOf(list);
    const known = listsByHash.get(hash);
    const same = known?.find((candidate) => equals(lists[candidate]!, list));
    if (same !== undefined) return same;
    const added = lists.push(list) - 1;
    if (known === undefined) listsByHash.set(hash, [added]);
    else known.push(added);
    return added;
  }

  /** What a pruned list says of an edit's key: a value, or ABSENT. */
  function prunedValue(key: number, object: number): number {
    if (object === REMOVED) return ABSENT;
    if ((key & 1) === 0) return object;
    const child = object < 0 ? EMPTY : Math.max(pruned[object]!, EMPTY);
    return child === EMPTY && isHitName[key >> 1] === 0 ? ABSENT : child;
  }

  function changes(list: Int32Array, from: number, to: number): boolean {
    for (let at = from; at < to; at += 2) {
      if (valueIn(list, edits[at]!) !== prunedValue(edits[at]!, edits[at + 1]!)) return true;
    }
    return false;
  }

  function edited(list: Int32Array, changed: Int32Array, object: number): number {
    const entries = new Map<number, number>();
    for (let at = 0; at < list.length; at += 2) entries.set(list[at]!, list[at + 1]!);
    entries.delete(SELF);
    for (let at = 0; at < changed.length; at += 2) {
      if (changed[at + 1] === REMOVED) entries.delete(changed[at]!);
    }
    for (let at = 0; at < changed.length; at += 2) {
      if (changed[at + 1] === REMOVED) continue;
      const value = prunedValue(changed[at]!, changed[at + 1]!);
      if (value === ABSENT) entries.delete(changed[at]!);
      else entries.set(changed[at]!, value);
    }
    if (isHit(object)) entries.set(SELF, object);
    const keys = Int32Array.from(entries.keys()).sort();
    const result = new Int32Array(keys.length * 2);
    keys.forEach((key, index) => {
      result[index * 2] = key;
      result[index * 2 + 1] = entries.get(key)!;
    });
    return numberOf(result);
  }

  function compute(object: number): number {
    if (whole.has(object)) return edited(lists[EMPTY]!, wholeList(object), object);
    const index = record[object]!;
    const from = start[index]!;
    const to = start[index + 1]!;
    const inherited = base[index]! < 0 ? EMPTY : pruned[base[index]!]!;
    const list = lists[inherited]!;
    const keepsSelf = valueIn(list, SELF) === (isHit(object) ? object : ABSENT);
    if (keepsSelf && !changes(list, from, to)) return inherited;
    return edited(list, edits.subarray(from, to), object);
  }

  /** All entries of the skeleton that a tree has, its chain of bases applied from the bottom up. */
  function wholeList(object: number): Int32Array {
    const chain: number[] = [];
    for (let at = object; at >= 0 && record[at]! >= 0; at = base[record[at]!]!) chain.push(record[at]!);
    const entries = new Map<number, number>();
    for (const index of chain.reverse()) {
      const from = start[index]!;
      const to = start[index + 1]!;
      for (let at = from; at < to; at += 2) if (edits[at + 1] === REMOVED) entries.delete(edits[at]!);
      for (let at = from; at < to; at += 2)
        if (edits[at + 1] !== REMOVED) entries.set(edits[at]!, edits[at + 1]!);
    }
    return Int32Array.from([...entries].flat());
  }

  /** Pushes what must be known before `object`; the first of it that is being worked out further down the stack, or -1. */
  function pushMissing(object: number, stack: number[]): number {
    const index = record[object]!;
    const isWhole = whole.has(object);
    const list = isWhole ? wholeList(object) : edits;
    const from = isWhole ? 0 : start[index]!;
    const to = isWhole ? list.length : start[index + 1]!;
    for (let at = from; at < to; at += 2) {
      const child = list[at + 1]!;
      if ((list[at]! & 1) === 0 || child < 0) continue;
      if (pruned[child] === OPEN) return child;
      if (pruned[child] === UNKNOWN) stack.push(child);
    }
    const below = isWhole ? -1 : base[index]!;
    if (below >= 0 && pruned[below] === OPEN) return below;
    if (below >= 0 && pruned[below] === UNKNOWN) stack.push(below);
    return -1;
  }

  /**
   * A tree waits for its base and for its subtrees, and those may wait for it: a subtree can be stored as a delta of a tree that
   * holds it. Such a ring has at least one step from a tree to its base, so those trees are read whole instead, and all on the ring start over.
   */
  function breakRing(stack: number[], first: number): void {
    const at = stack.findIndex((object) => object === first && pruned[object] === OPEN);
    let wasBroken = false;
    for (const object of stack.splice(at)) {
      if (pruned[object] !== OPEN) continue;
      pruned[object] = UNKNOWN;
      const below = base[record[object]!]!;
      if (below >= 0 && !whole.has(object) && pruned[below]! < 0) {
        whole.add(object);
        wasBroken = true;
      }
    }
    // A tree inside itself: only a store that lies about its ids has it.
    if (wasBroken) stack.push(first);
    else pruned[first] = EMPTY;
  }

  function resolve(object: number): number {
    const stack = [object];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (pruned[top]! >= 0) {
        stack.pop();
      } else if (record[top] === -1) {
        pruned[top] = EMPTY;
      } else if (pruned[top] === OPEN) {
        pruned[top] = compute(top);
      } else {
        pruned[top] = OPEN;
        const open = pushMissing(top, stack);
        if (open >= 0) breakRing(stack, open);
      }
    }
    return pruned[object]!;
  }

  return {
    of(object) {
      if (object < 0) return EMPTY;
      const known = pruned[object]!;
      return known >= 0 ? known : resolve(object);
    },
    entries: (number) => lists[number]!,
    isHit,
  };
}

/** The value of a key in a pruned list, or ABSENT. */
function valueIn(list: Int32Array, key: number): number {
  let low = 0;
  let high = list.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle * 2]! < key) low = middle + 1;
    else high = middle;
  }
  return low * 2 < list.length && list[low * 2] === key ? list[low * 2 + 1]! : ABSENT;
}

function hashOf(list: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < list.length; at += 1) hash = Math.imul(hash ^ list[at]!, 0x01000193) ^ (hash >>> 15);
  return hash;
}

function equals(left: Int32Array, right: Int32Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}
