import type { CommitTable, ObjectStore } from './types.ts';

/** Commits as one worker met them; the arrays may be transferred. */
export interface CommitRows {
  object: Int32Array<ArrayBuffer>;
  tree: Int32Array<ArrayBuffer>;
  time: Float64Array<ArrayBuffer>;
  parentCount: Int32Array<ArrayBuffer>;
  parents: Int32Array<ArrayBuffer>;
  /** What the store does not hold: ids of trees, and of parents with the commit that names them. */
  missingTrees: string[];
  missingParents: { object: number; id: string }[];
}

const LF = 0x0a;
const GREATER = 0x3e;
/** By two characters of hex, the byte that they write; -1 for all others. */
const BYTES = hexBytes();

/** Collects what provenance needs of every commit's header. */
export class CommitCollector {
  readonly #store: Pick<ObjectStore, 'hashBytes' | 'findBytes'>;
  readonly #id: Uint8Array;
  #count = 0;
  #parentCount = 0;
  #object = new Int32Array(1024);
  #tree = new Int32Array(1024);
  #time = new Float64Array(1024);
  #parentsOf = new Int32Array(1024);
  #parents = new Int32Array(1024);
  readonly #missingTrees: string[] = [];
  readonly #missingParents: CommitRows['missingParents'] = [];

  constructor(store: Pick<ObjectStore, 'hashBytes' | 'findBytes'>) {
    this.#store = store;
    this.#id = new Uint8Array(store.hashBytes);
  }

  /** A malformed header yields a commit without what could not be read. */
  add(object: number, bytes: Uint8Array, start: number, length: number): void {
    if (this.#count === this.#object.length) this.#growRows();
    const row = this.#count++;
    const end = start + length;
    let at = start;
    this.#object[row] = object;
    this.#tree[row] = -1;
    this.#time[row] = 0;
    if (startsWith(bytes, at, end, 'tree ')) {
      this.#tree[row] = this.#objectAt(bytes, at + 5, end);
      if (this.#tree[row] === -1) this.#missingTrees.push(this.#idAt(bytes, at + 5));
      at = this.#afterId(bytes, at, 5, this.#tree[row]!, end);
    }
    const firstParent = this.#parentCount;
    while (startsWith(bytes, at, end, 'parent ')) {
      if (this.#parentCount === this.#parents.length) this.#parents = grown(this.#parents);
      const parent = this.#objectAt(bytes, at + 7, end);
      this.#parents[this.#parentCount++] = parent;
      if (parent === -1) this.#missingParents.push({ object, id: this.#idAt(bytes, at + 7) });
      at = this.#afterId(bytes, at, 7, parent, end);
    }
    this.#parentsOf[row] = this.#parentCount - firstParent;
    // The author's line may be malformed in any way, a header line it remains.
    while (at < end && bytes[at] !== LF && !startsWith(bytes, at, end, 'committer '))
      at = nextLine(bytes, at, end);
    if (startsWith(bytes, at, end, 'committer ')) this.#time[row] = timeOf(bytes, at, end);
  }

  finish(): CommitRows {
    return {
      object: this.#object.slice(0, this.#count),
      tree: this.#tree.slice(0, this.#count),
      time: this.#time.slice(0, this.#count),
      parentCount: this.#parentsOf.slice(0, this.#count),
      parents: this.#parents.slice(0, this.#parentCount),
      missingTrees: this.#missingTrees,
      missingParents: this.#missingParents,
    };
  }

  /** Number of the object whose hex id stands at `at`; -1 when it is missing or no id. */
  #objectAt(bytes: Uint8Array, at: number, end: number): number {
    const id = this.#id;
    if (at + 2 * id.length > end) return -1;
    let all = 0;
    for (let index = 0, from = at; index < id.length; index++, from += 2) {
      const byte = BYTES[(bytes[from]! << 8) | bytes[from + 1]!]!;
      all |= byte;
      id[index] = byte;
    }
    return all < 0 ? -1 : this.#store.findBytes(id, 0);
  }

  /** The line behind that of an id, which stands `before` bytes from its start; what was found is known to be one. */
  #afterId(bytes: Uint8Array, at: number, before: number, object: number, end: number): number {
    return nextLine(bytes, object === -1 ? at : at + before + 2 * this.#id.length, end);
  }

  /** As written, whatever it is. */
  #idAt(bytes: Uint8Array, at: number): string {
    return Buffer.from(bytes.slice(at, at + 2 * this.#id.length)).toString('latin1');
  }

  #growRows(): void {
    this.#object = grown(this.#object);
    this.#tree = grown(this.#tree);
    this.#parentsOf = grown(this.#parentsOf);
    const time = new Float64Array(this.#time.length * 2);
    time.set(this.#time);
    this.#time = time;
  }
}

/** One table of all that the workers met. */
export function joinCommitRows(parts: readonly CommitRows[]): CommitTable {
  const count = parts.reduce((sum, part) => sum + part.object.length, 0);
  const table: CommitTable = {
    count,
    object: new Int32Array(count),
    tree: new Int32Array(count),
    time: new Float64Array(count),
    parentStart: new Int32Array(count + 1),
    parents: new Int32Array(parts.reduce((sum, part) => sum + part.parents.length, 0)),
  };
  let row = 0;
  let parent = 0;
  for (const part of parts) {
    table.object.set(part.object, row);
    table.tree.set(part.tree, row);
    table.time.set(part.time, row);
    table.parents.set(part.parents, parent);
    for (const parents of part.parentCount) {
      table.parentStart[row++] = parent;
      parent += parents;
    }
  }
  table.parentStart[count] = parent;
  return table;
}

/** Seconds since 1970 at the end of a `committer Name <email> 1700000000 +0100` line; 0 when there are none. */
function timeOf(bytes: Uint8Array, start: number, end: number): number {
  const lineEnd = nextLine(bytes, start, end);
  let at = lineEnd - 1;
  while (at > start && bytes[at] !== GREATER) at--;
  at += 2;
  let time = 0;
  for (; at < lineEnd; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    time = time * 10 + digit;
  }
  return Number.isSafeInteger(time) ? time : 0;
}

function startsWith(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length > end) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function nextLine(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== LF) at++;
  return Math.min(at + 1, end);
}

function grown(ints: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(ints.length * 2);
  result.set(ints);
  return result;
}

function hexBytes(): Int16Array {
  const bytes = new Int16Array(0x10000).fill(-1);
  for (let value = 0; value < 256; value++) {
    const text = Buffer.from(value.toString(16).padStart(2, '0'));
    bytes[text.readUInt16BE(0)] = value;
  }
  return bytes;
}
