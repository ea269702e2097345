import { createTwinKernel } from '../../../src/detect/kernel/twin.ts';
import { type Kernel, OVERRUN_BYTES } from '../../../src/detect/kernel/types.ts';
import { createWasmKernel } from '../../../src/detect/kernel/wasm-kernel.ts';
import type { Anchor, AnchorSet, CandidateList } from '../../../src/detect/types.ts';

export const NO_ANCHORS: AnchorSet = { anchors: [] };

/** Both kernels, to be held against each other. */
export function bothKernels(anchors: AnchorSet = NO_ANCHORS): { name: string; kernel: Kernel }[] {
  return [
    { name: 'twin', kernel: createTwinKernel(anchors) },
    { name: 'wasm', kernel: createWasmKernel(anchors) },
  ];
}

export function anchor(text: string, tag: number, tail?: Anchor['tail']): Anchor {
  return { bytes: Buffer.from(text, 'latin1'), tag, ...(tail && { tail }) };
}

/** A list as plain `[offset, tag]` pairs. */
export function pairsOf(list: CandidateList): [number, number][] {
  return Array.from({ length: list.count }, (_, i) => [list.offsets[i]!, list.tags[i]!]);
}

const GUARD = 64;
const GUARD_BYTE = 0xa5;

/** Lays byte strings out in a kernel's memory, with guard bytes around each. */
export class Layout {
  readonly kernel: Kernel;
  private next: number;
  private readonly guards: number[] = [];

  /** `size` bytes of content in at most `parts` strings. */
  constructor(kernel: Kernel, size: number, parts = 4) {
    this.kernel = kernel;
    kernel.reserve(size + parts * OVERRUN_BYTES + (parts + 1) * GUARD);
    this.next = kernel.heapBase;
    this.guard();
  }

  put(bytes: Uint8Array): number {
    const at = this.take(bytes.length);
    this.kernel.bytes().set(bytes, at);
    return at;
  }

  /** For output, with what may be written behind it. */
  room(length: number): number {
    return this.take(length + OVERRUN_BYTES);
  }

  read(at: number, length: number): Buffer {
    return Buffer.from(this.kernel.bytes().subarray(at, at + length));
  }

  /** Whether nobody wrote between the strings. */
  isIntact(): boolean {
    const memory = this.kernel.bytes();
    return this.guards.every((at) => memory.subarray(at, at + GUARD).every((byte) => byte === GUARD_BYTE));
  }

  private take(length: number): number {
    const at = this.next;
    this.next += length;
    this.guard();
    return at;
  }

  private guard(): void {
    this.kernel.bytes().fill(GUARD_BYTE, this.next, this.next + GUARD);
    this.guards.push(this.next);
    this.next += GUARD;
  }
}
