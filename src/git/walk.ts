import { readFileSync, readSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';
import { type Kernel, OVERRUN_BYTES } from '../detect/kernel/types.ts';
import type { CandidateList } from '../detect/types.ts';
import type { GapEvent, GapReason } from '../report/result.ts';
import type { Forest } from './forest.ts';
import { hasId } from './loose.ts';
import { PackWindows } from './pack-windows.ts';
import { type Store, typeName } from './store.ts';
import { entryStarts, type TreeCollector, treeEntries } from './trees.ts';
import { type ObjectType, TYPE } from './types.ts';

/**
 * What a walk tells as it goes. Pointers are into the kernel's memory and, like `bytes`, good only until the call returns.
 * Objects come in the order of their delta trees, each once: of an object stored twice only the copy that counts.
 */
export interface WalkVisitor {
  /** An object the detector has to look at: its content holds a candidate, or is an archive or UTF-16 by its first bytes. */
  onHot: (object: number, type: ObjectType, bytes: Uint8Array, candidates: CandidateList) => void;
  /** An object too large for the kernel's memory, always hot; `bytes` stand outside of that memory, no candidates are known. */
  onLarge: (object: number, type: ObjectType, bytes: Uint8Array) => void;
  /** Every commit. Not the hot ones only: provenance needs their headers. */
  onCommit?: (object: number, bytes: Uint8Array, start: number, length: number) => void;
  /**
   * Every tree, those included that are walked through only because others are based on them; a base comes before what is based on
   * it. Without it trees are searched for candidates like blobs; with it they are not: it sees all names itself.
   */
  onTree?: TreeCollector['visit'];
  onGap: (gap: GapEvent) => void;
}

export interface WalkLimits {
  /** Kernel memory for the contents on the way from a root to the object at hand. */
  arenaBytes: number;
  /** Larger contents are built outside of the kernel's memory. */
  largeBytes: number;
  /** Larger contents are not built at all, but listed as giants. */
  giantBytes: number;
}

const DEFAULT_LIMITS: WalkLimits = { arenaBytes: 96 << 20, largeBytes: 16 << 20, giantBytes: 64 << 20 };

export interface WalkResult {
  /** Distinct objects visited. */
  blobs: number;
  commits: number;
  tags: number;
  trees: number;
  /** Their contents' bytes, after inflating. */
  bytes: number;
  /** Objects to be streamed: they are counted here, but nobody has seen their content. */
  giants: number[];
}

/**
 * Context a condensed delta keeps on both sides of a cut. A candidate and its boundary bytes span at most 256 bytes;
 * the few more let `ustar`, 257 bytes into a tar file, be seen in its condensed text.
 */
const CONTEXT = 264;

/** One object on the way from the root to the object at hand. */
interface Frame {
  object: number;
  /** Where its content stands in kernel memory. */
  content: number;
  length: number;
  /** Its content is to be looked at by the detector; then each child's is searched whole. */
  isHot: boolean;
  /** Where the table of its entries stands, if it is a tree that is collected. */
  table: number;
  /** Children still to visit: forest.children[next .. end). */
  next: number;
  end: number;
  /** Arena top to go back to once they are done. */
  floor: number;
}

/** Thrown inside the walk only: why one object could not be read here. */
class Unreadable extends Error {}
/** The same for one that is fine, but does not fit into the arena. */
class TooBig extends Error {}

/** Walks parts of a forest depth first, so that every entry is inflated once and every base is at hand. */
export class ForestWalker {
  readonly #store: Store;
  readonly #forest: Forest;
  readonly #kernel: Kernel;
  readonly #visitor: WalkVisitor;
  readonly #limits: WalkLimits;
  readonly #windows: PackWindows;
  readonly #arenaStart: number;
  #arenaEnd: number;
  #memory: Uint8Array;
  /** Next free byte of the arena. */
  #top: number;
  readonly #frames: Frame[] = [];
  #depth = -1;
  /** Objects that `Store.read` has to build, with all that is based on them. */
  readonly #postponed: number[] = [];
  #result: WalkResult = emptyResult();

  constructor(
    store: Store,
    forest: Forest,
    kernel: Kernel,
    visitor: WalkVisitor,
    limits: WalkLimits = DEFAULT_LIMITS,
  ) {
    this.#store = store;
    this.#forest = forest;
    this.#kernel = kernel;
    this.#visitor = visitor;
    this.#limits = limits;
    kernel.reserve(PackWindows.bytesNeeded);
    this.#windows = new PackWindows(store, kernel, kernel.heapBase);
    this.#arenaStart = kernel.heapBase + PackWindows.bytesNeeded;
    this.#arenaEnd = this.#arenaStart;
    this.#top = this.#arenaStart;
    this.#memory = kernel.bytes();
  }

  /** Visits the trees of roots[from .. to). Never throws for what is wrong with an object: that is a gap. */
  walk(from: number, to: number): WalkResult {
    this.#result = emptyResult();
    for (let index = from; index < to; index++) {
      this.#enter(this.#forest.roots[index]!, undefined);
      this.#descend();
      while (this.#postponed.length > 0) {
        this.#enterPostponed(this.#postponed.pop()!);
        this.#descend();
      }
    }
    return this.#result;
  }

  #descend(): void {
    const { children } = this.#forest;
    while (this.#depth >= 0) {
      const frame = this.#frames[this.#depth]!;
      if (frame.next === frame.end) {
        this.#top = frame.floor;
        this.#depth--;
      } else {
        this.#enter(children[frame.next++]!, frame);
      }
    }
  }

  /** Visits one object. If others are based on it, its content stays in the arena until they are done. */
  #enter(object: number, parent: Frame | undefined): void {
    const floor = this.#top;
    try {
      if (parent === undefined) this.#visitWhole(object, floor);
      else this.#visitDelta(object, parent, floor);
    } catch (error) {
      if (!(error instanceof Unreadable) && !(error instanceof TooBig)) throw error;
      // The slow way knows other copies of the object, and other ways to build it.
      this.#postponed.push(object);
      this.#top = floor;
    }
  }

  #visitWhole(object: number, floor: number): void {
    const content = this.#store.isPacked(object)
      ? this.#inflatePacked(object, floor)
      : this.#inflateLoose(object, floor);
    this.#look(object, content, this.#store.share.size[object]!, floor);
  }

  /** Everything there is to do with a whole content in the arena, except that it may be a tree with its delta at hand. */
  #look(object: number, content: number, length: number, floor: number): void {
    if (this.#isCollectedTree(object)) {
      this.#visitTree(object, content, length, floor);
      return;
    }
    const isHot = this.#isHot(content, length);
    if (!this.#isQuiet(object)) this.#report(object, content, length, isHot);
    this.#finish(object, content, length, isHot, floor);
  }

  #visitDelta(object: number, parent: Frame, floor: number): void {
    const kernel = this.#kernel;
    const deltaLength = this.#store.share.size[object]!;
    const delta = this.#inflatePacked(object, floor);
    if (kernel.deltaBaseSize(delta, deltaLength) !== parent.length) throw new Unreadable();
    const length = kernel.deltaTargetSize(delta, deltaLength);
    if (length < 0) throw new Unreadable();
    const afterDelta = align(delta + deltaLength);
    if (this.#isCollectedTree(object)) {
      const content = this.#build(parent, delta, deltaLength, afterDelta, length);
      this.#visitTree(object, content, length, floor, parent, delta, deltaLength);
    } else if (
      parent.isHot ||
      this.#isMessage(object) ||
      this.#isAdditionHot(parent, delta, deltaLength, afterDelta, length)
    ) {
      this.#look(object, this.#build(parent, delta, deltaLength, afterDelta, length), length, floor);
    } else if (this.#isLeaf(object)) {
      this.#finish(object, afterDelta, length, false, floor);
    } else {
      const content = this.#build(parent, delta, deltaLength, afterDelta, length);
      this.#finish(object, content, length, false, floor);
    }
  }

  /** A tree whose content is in the arena. Behind that goes the table of its entries, if others are based on it, then what to tell. */
  #visitTree(
    object: number,
    content: number,
    length: number,
    floor: number,
    parent?: Frame,
    delta = 0,
    deltaLength = 0,
  ): void {
    const kernel = this.#kernel;
    const end = align(content + length);
    const told = this.#isLeaf(object) ? end : end + listBytes(length);
    const table = told === end ? 0 : end;
    this.#ensure(told + listBytes(length) + listBytes(parent?.length ?? 0));
    const count =
      parent === undefined
        ? kernel.readTree(content, length, table, told)
        : kernel.followTree(content, length, parent.content, parent.table, delta, deltaLength, table, told);
    const base = parent?.object ?? -1;
    this.#visitor.onTree!(object, this.#memory, content, base, kernel.words(), told >> 2, count);
    this.#finish(object, content, length, false, floor, told, table);
  }

  /** Whether what a delta adds makes its target, `length` bytes, worth building. */
  #isAdditionHot(parent: Frame, delta: number, deltaLength: number, at: number, length: number): boolean {
    const kernel = this.#kernel;
    // No longer than the target either, but for the marks where cuts save less than they take: one per 2 * CONTEXT bytes at most.
    const bound = Math.min(
      kernel.condensedBound(deltaLength, CONTEXT),
      length + Math.ceil(length / CONTEXT) + 2,
    );
    this.#ensure(at + bound);
    const condensed = kernel.condense(parent.content, parent.length, delta, deltaLength, at, CONTEXT);
    if (condensed < 0) throw new Unreadable();
    return this.#isHot(at, condensed);
  }

  #build(parent: Frame, delta: number, deltaLength: number, at: number, length: number): number {
    if (length > this.#limits.largeBytes) throw new TooBig();
    this.#ensure(at + length);
    const status = this.#kernel.applyDelta(parent.content, parent.length, delta, deltaLength, at, length);
    if (status !== 0) throw new Unreadable();
    return at;
  }

  #isHot(content: number, length: number): boolean {
    return isEncoded(this.#memory, content, length) || this.#kernel.hasCandidate(content, length);
  }

  #isQuiet(object: number): boolean {
    return this.#forest.isQuiet[object] === 1;
  }

  #isMessage(object: number): boolean {
    const type = this.#forest.type[object];
    return type === TYPE.commit || type === TYPE.tag;
  }

  #isCollectedTree(object: number): boolean {
    return this.#forest.type[object] === TYPE.tree && this.#visitor.onTree !== undefined;
  }

  #isLeaf(object: number): boolean {
    const { childStart } = this.#forest;
    return childStart[object] === childStart[object + 1];
  }

  #report(object: number, content: number, length: number, isHot: boolean): void {
    const type = this.#forest.type[object]!;
    if (type === TYPE.commit) this.#visitor.onCommit?.(object, this.#memory, content, length);
    if (!isHot) return;
    const candidates = this.#kernel.prefilter(content, length);
    this.#visitor.onHot(object, typeName(type), this.#memory.subarray(content, content + length), candidates);
  }

  /** Counts an object, and keeps its content in the arena, up to `top`, while there are others based on it. */
  #finish(
    object: number,
    content: number,
    length: number,
    isHot: boolean,
    floor: number,
    top = align(content + length),
    table = 0,
  ): void {
    this.#count(object, length);
    const { childStart } = this.#forest;
    const next = childStart[object]!;
    const end = childStart[object + 1]!;
    if (next === end) {
      this.#top = floor;
      return;
    }
    this.#top = top;
    this.#depth++;
    const frame = this.#frames[this.#depth];
    if (frame === undefined) {
      this.#frames.push({ object, content, length, isHot, table, next, end, floor });
      return;
    }
    // Frames are used again: hundreds of thousands of them would otherwise be garbage.
    frame.object = object;
    frame.content = content;
    frame.length = length;
    frame.isHot = isHot;
    frame.table = table;
    frame.next = next;
    frame.end = end;
    frame.floor = floor;
  }

  #count(object: number, length: number): void {
    if (this.#isQuiet(object)) return;
    const result = this.#result;
    const type = this.#forest.type[object];
    result.bytes += length;
    if (type === TYPE.blob) result.blobs++;
    else if (type === TYPE.commit) result.commits++;
    else if (type === TYPE.tree) result.trees++;
    else result.tags++;
  }

  /** Inflates an entry's stream to `at`. */
  #inflatePacked(object: number, at: number): number {
    const store = this.#store;
    const { offset, headLength, size } = store.share;
    const length = size[object]!;
    if (length > this.#limits.largeBytes) throw new TooBig();
    const start = offset[object]! + headLength[object]!;
    const streamLength = store.endOf(object) - start;
    if (streamLength <= 0) throw new Unreadable();
    this.#ensure(at + length);
    const pack = store.packOf(object);
    let stream = this.#windows.locate(pack, start, streamLength);
    if (stream === -1) {
      stream = align(at + length + OVERRUN_BYTES);
      this.#ensure(stream + streamLength);
      if (readSync(store.fileOf(pack), this.#memory, stream, streamLength, start) !== streamLength)
        throw new Unreadable();
    }
    if (this.#kernel.inflate(stream, streamLength, at, length) < 0) throw new Unreadable();
    return at;
  }

  /** Returns where the content starts, behind the head that is part of what is hashed. */
  #inflateLoose(object: number, at: number): number {
    const store = this.#store;
    const headLength = store.share.headLength[object]!;
    const length = headLength + store.share.size[object]!;
    if (length > this.#limits.largeBytes) throw new TooBig();
    const compressed = readLoose(store.looseFile(object));
    const stream = align(at + length + OVERRUN_BYTES);
    this.#ensure(stream + compressed.length);
    this.#memory.set(compressed, stream);
    if (this.#kernel.inflate(stream, compressed.length, at, length) < 0) throw new Unreadable();
    if (!hasId(this.#memory.subarray(at, at + length), store.idOf(object))) throw new Unreadable();
    return at + headLength;
  }

  /** Makes the arena reach up to `end`. */
  #ensure(end: number): void {
    if (end <= this.#arenaEnd) return;
    if (end - this.#arenaStart > this.#limits.arenaBytes) throw new TooBig();
    const size = Math.min(this.#limits.arenaBytes, Math.max(4 << 20, 1.5 * (end - this.#arenaStart)));
    this.#arenaEnd = this.#arenaStart + Math.ceil(size);
    this.#kernel.reserve(this.#arenaEnd - this.#kernel.heapBase);
    this.#memory = this.#kernel.bytes();
  }

  /** Builds one object outside of the arena; what is based on it is walked from there if it fits, else postponed as well. */
  #enterPostponed(object: number): void {
    try {
      if (this.#store.contentSize(object) > this.#limits.giantBytes) {
        this.#count(object, 0);
        if (!this.#isQuiet(object)) this.#result.giants.push(object);
        this.#postponeChildren(object);
        return;
      }
      this.#enterBuilt(object, this.#store.read(object).bytes);
    } catch (error) {
      this.#giveUp(object, error);
    }
  }

  #enterBuilt(object: number, bytes: Uint8Array): void {
    const floor = this.#top;
    const needed = this.#isCollectedTree(object) ? bytes.length + 2 * listBytes(bytes.length) : bytes.length;
    if (bytes.length <= this.#limits.largeBytes && needed <= this.#limits.arenaBytes) {
      this.#ensure(floor + bytes.length);
      this.#memory.set(bytes, floor);
      this.#look(object, floor, bytes.length, floor);
      return;
    }
    this.#count(object, bytes.length);
    if (this.#isCollectedTree(object)) {
      const starts = entryStarts(bytes, this.#store.hashBytes);
      this.#visitor.onTree!(object, bytes, 0, -1, starts, 0, starts.length);
    } else if (!this.#isQuiet(object)) {
      const type = this.#forest.type[object]!;
      if (type === TYPE.commit) this.#visitor.onCommit?.(object, bytes, 0, bytes.length);
      this.#visitor.onLarge(object, typeName(type), bytes);
    }
    this.#postponeChildren(object);
  }

  #postponeChildren(object: number): void {
    const { childStart, children } = this.#forest;
    for (let index = childStart[object]!; index < childStart[object + 1]!; index++) {
      this.#postponed.push(children[index]!);
    }
  }

  /** Nothing that is based on an unreadable object can be read either, unless it is stored twice. */
  #giveUp(object: number, error: unknown): void {
    if (!(error instanceof KeyturnError) && !(error instanceof Error && 'code' in error)) throw error;
    if (!this.#isQuiet(object)) {
      this.#visitor.onGap({ reason: gapReason(error), example: this.#store.idOf(object) });
    }
    this.#postponeChildren(object);
  }
}

function gapReason(error: KeyturnError | (Error & { code?: unknown })): GapReason {
  if (error.code === 'missing-object' || error.code === 'too-large') return error.code;
  return error instanceof KeyturnError ? 'corrupt-object' : 'unreadable-file';
}

function readLoose(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    throw new Unreadable();
  }
}

/** First bytes of what has to be decoded before anything can be seen in it: gzip, zip, tar, UTF-16. */
function isEncoded(memory: Uint8Array, at: number, length: number): boolean {
  if (length < 2) return false;
  const first = memory[at]!;
  const second = memory[at + 1]!;
  if (first === 0x1f) return second === 0x8b;
  if (first === 0xff) return second === 0xfe;
  if (first === 0xfe) return second === 0xff;
  if (first === 0x50 && second === 0x4b && length >= 4) return memory[at + 2] === 3 && memory[at + 3] === 4;
  return length >= 262 && memory[at + 257] === 0x75 && isText(memory, at + 257, 'ustar');
}

function isText(memory: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (memory[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Multiples of 16 keep the kernel's vector loads aligned. */
function align(pointer: number): number {
  return (pointer + 15) & ~15;
}

/** What a list of a tree's entries, `length` bytes, takes at most. */
function listBytes(length: number): number {
  return align(4 * treeEntries(length) + 16);
}

function emptyResult(): WalkResult {
  return { blobs: 0, commits: 0, tags: 0, trees: 0, bytes: 0, giants: [] };
}
