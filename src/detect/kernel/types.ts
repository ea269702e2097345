import type { AnchorSet, CandidateList, Prefilter } from '../types.ts';

/**
 * Reads git trees by what differs between them: most of a tree's entries are those of the tree it is a delta of, most of the others
 * name an object that a neighbour has named before. Told of are, in this order of checks,
 *
 * - subtrees;
 * - files whose id is another than the last one with the same first two bytes, or whose first two bytes are wanted;
 * - whatever has a name of at least `shortestName` bytes that has not been told of lately;
 *
 * and of the base's entries that are gone or told anew, those that may have been told of for another reason than being new.
 * The list is of addresses: of entries of the tree and, below it in memory, of entries of its base that are gone.
 */
export interface TreeReader {
  /** Forgets all that was told. Returns where the table of 65,536 wanted pairs of first bytes starts: set 1 for those. */
  beginTrees(hashBytes: number, shortestName: number): number;
  /** From here on every name of at least `shortestName` bytes is told of, and all entries that are gone. */
  tellEveryName(): void;
  /**
   * Lists what to tell of tree[0, length) at `told`, and returns how many addresses those are. `table`, unless 0, receives where the
   * entries start. Both must be aligned to 4 and have room for `treeEntries(length)` numbers each, and 16 bytes behind them.
   */
  readTree(tree: number, length: number, table: number, told: number): number;
  /**
   * The same for a tree that `delta` made of `base`, whose table is known and which stands below it. `delta` must have been applied
   * successfully before. `told` must have room for the entries of both.
   */
  followTree(
    tree: number,
    length: number,
    base: number,
    baseTable: number,
    delta: number,
    deltaLength: number,
    table: number,
    told: number,
  ): number;
}

/**
 * What `inflate`, `applyDelta` and `condense` may write behind their output: whole vectors, where single bytes would cost more than all
 * else. Nothing that is needed may stand there.
 */
export const OVERRUN_BYTES = 32;

/**
 * The byte-level operations over linear memory. All pointers are byte offsets into `bytes()`; nothing here allocates per call.
 * Two implementations with identical results: WebAssembly (AssemblyScript, SIMD) and plain TypeScript, the oracle in tests.
 */
export interface Kernel extends Prefilter, TreeReader {
  /** First offset the caller may use; below it the kernel keeps its tables. */
  readonly heapBase: number;
  /** Makes [heapBase, heapBase + size) usable. Views taken before are stale after a growth. */
  reserve(size: number): void;
  /** The whole memory; take it anew after `reserve`. */
  bytes(): Uint8Array;
  /** The same memory in words of four bytes. */
  words(): Uint32Array;
  /**
   * Inflates one zlib stream (RFC 1950), which does not overlap the output and what may be written behind it, and checks its Adler-32. Returns the number of input bytes consumed,
   * or a negative `INFLATE_ERROR`; of a stream that is truncated as well as too long, either. The output must be exactly `dstLength` bytes.
   */
  inflate(src: number, srcLength: number, dst: number, dstLength: number): number;
  /** Size of a delta's base and target: -1 if malformed. Both are read from the delta's head. */
  deltaBaseSize(delta: number, deltaLength: number): number;
  deltaTargetSize(delta: number, deltaLength: number): number;
  /** Applies a git delta. 0, or -1 if it is malformed, reads outside its base or does not fill `dstLength`. */
  applyDelta(
    base: number,
    baseLength: number,
    delta: number,
    deltaLength: number,
    dst: number,
    dstLength: number,
  ): number;
  /**
   * Writes the target's text with every long copy cut to its edges, so that it has a candidate if the target has one that the base does
   * not have. An edge is what a candidate across it can reach: 40 bytes, and the run of letters, digits and `+/-_%\\` that it may go on
   * with, `context` bytes at most; a cut is marked by two LF bytes. The first `context` bytes are all there, as they tell what kind of
   * file it is. Returns the length written, or -1 if the delta is malformed (`dst` may have been written to all the same). `dst` must have
   * room for `condensedBound(deltaLength, context)` bytes.
   */
  condense(
    base: number,
    baseLength: number,
    delta: number,
    deltaLength: number,
    dst: number,
    context: number,
  ): number;
  condensedBound(deltaLength: number, context: number): number;
  /** The prefilter over memory that is already inside: fills and returns `candidates` (offsets relative to `ptr`). */
  prefilter(ptr: number, length: number): CandidateList;
  /** True as soon as there is one candidate; cheaper than listing them. */
  hasCandidate(ptr: number, length: number): boolean;
}

export const INFLATE_ERROR = { truncated: -1, corrupt: -2, wrongLength: -3, checksum: -4 } as const;

export type KernelFactory = (anchors: AnchorSet) => Kernel;
