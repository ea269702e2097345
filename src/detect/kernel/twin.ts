import type { AnchorSet, CandidateList } from '../types.ts';
import { checkAnchors } from './anchors.ts';
import { CandidateBuffer } from './candidates.ts';
import { applySteps, condenseSteps, readHead, readSteps } from './twin-delta.ts';
import { inflateSlowly } from './twin-inflate.ts';
import { findAll } from './twin-prefilter.ts';
import { createTreeTwin } from './twin-trees.ts';
import type { Kernel } from './types.ts';

const WANTED_AT = 1024;
/** The table of wanted ids stands in front of it. Not 0 either, so that a caller that forgets `heapBase` is found out. */
const HEAP_BASE = WANTED_AT + 0x10000;

/** The kernel in plain TypeScript: slow, simple, and what the WebAssembly one has to agree with to the byte. */
export function createTwinKernel(anchors: AnchorSet): Kernel {
  checkAnchors(anchors);
  let memory = new Uint8Array(HEAP_BASE);
  let words = new Uint32Array(memory.buffer);

  function reserve(size: number): void {
    if (HEAP_BASE + size <= memory.length) return;
    const grown = new Uint8Array((HEAP_BASE + size + 3) & ~3);
    grown.set(memory);
    memory = grown;
    words = new Uint32Array(memory.buffer);
  }

  function view(start: number, length: number): Uint8Array {
    return memory.subarray(start, start + length);
  }

  function write(parts: Uint8Array[] | undefined, dst: number): number {
    if (parts === undefined) return -1;
    let at = dst;
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
    return at - dst;
  }

  function search(text: Uint8Array): CandidateList {
    const list = new CandidateBuffer();
    for (const { offset, tag } of findAll(text, anchors.anchors)) list.add(offset, tag);
    return list;
  }

  return {
    heapBase: HEAP_BASE,
    reserve,
    bytes: () => memory,
    words: () => words,
    inflate: (src, srcLength, dst, dstLength) => inflateSlowly(view(src, srcLength), view(dst, dstLength)),
    deltaBaseSize: (delta, deltaLength) => readHead(view(delta, deltaLength))?.baseSize ?? -1,
    deltaTargetSize: (delta, deltaLength) => readHead(view(delta, deltaLength))?.targetSize ?? -1,
    applyDelta(base, baseLength, delta, deltaLength, dst, dstLength) {
      const text = view(delta, deltaLength);
      const steps = readHead(text)?.targetSize === dstLength ? readSteps(text, baseLength) : undefined;
      return write(steps && applySteps(steps, view(base, baseLength), text), dst) < 0 ? -1 : 0;
    },
    condense(base, baseLength, delta, deltaLength, dst, context) {
      const text = view(delta, deltaLength);
      const steps = readSteps(text, baseLength);
      return write(steps && condenseSteps(steps, view(base, baseLength), text, context), dst);
    },
    condensedBound: (deltaLength, context) => deltaLength * (2 * context + 2),
    prefilter: (ptr, length) => search(view(ptr, length)),
    hasCandidate: (ptr, length) => search(view(ptr, length)).count > 0,
    find: search,
    ...createTreeTwin(WANTED_AT, () => ({ memory, words })),
  };
}
