import type { AnchorSet, CandidateList, Prefilter } from '../types.ts';

/**
 * The byte-level operations over linear memory. All pointers are byte offsets into `bytes()`; nothing here allocates per call.
 * Two implementations with identical results: WebAssembly (AssemblyScript, SIMD) and plain TypeScript, the oracle in tests.
 */
export interface Kernel extends Prefilter {
  /** First offset the caller may use; below it the kernel keeps its tables. */
  readonly heapBase: number;
  /** Makes [heapBase, heapBase + size) usable. Views taken before are stale after a growth. */
  reserve(size: number): void;
  /** The whole memory; take it anew after `reserve`. */
  bytes(): Uint8Array;
  /**
   * Inflates one zlib stream (RFC 1950) and checks its Adler-32. Returns the number of input bytes consumed,
   * or a negative `INFLATE_ERROR`. The output must be exactly `dstLength` bytes.
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
   * Writes the target's text with every long copy cut to its edges: what is inserted, and `context` bytes of what is copied
   * on either side of each boundary; a cut is marked by two LF bytes. Copies shorter than twice the context are written whole.
   * The start and the end of the target count as boundaries. Returns the length written, never more than the target's, or -1 if
   * the delta is malformed (`dst` may have been written to all the same). `dst` must have room for `condensedBound(deltaLength, context)` bytes.
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
