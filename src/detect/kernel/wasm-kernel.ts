import { KeyturnError } from '../../base/errors.ts';
import type { AnchorSet, CandidateList } from '../types.ts';
import { checkAnchors } from './anchors.ts';
import { CandidateBuffer } from './candidates.ts';
import { buildTables } from './tables.ts';
import type { Kernel, TreeReader } from './types.ts';
import { WASM_BASE64 } from './wasm.generated.ts';

/** The little of WebAssembly that is used here: Node's types leave it to those of browsers. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** What the module exports: pointers and lengths are byte counts in its memory. */
interface Exports extends TreeReader {
  memory: Memory;
  prepare(): void;
  heapBase(): number;
  tables(): number;
  hits(): number;
  inflate: Kernel['inflate'];
  deltaBaseSize: Kernel['deltaBaseSize'];
  deltaTargetSize: Kernel['deltaTargetSize'];
  applyDelta: Kernel['applyDelta'];
  condense: Kernel['condense'];
  scan(start: number, length: number, from: number, stop: number): number;
  resumeAt(): number;
}

const PAGE = 65_536;
/** The search loads whole vectors, up to this far behind the text's end. */
const SLACK = 64;
/** The module has room for 8192 hits and finds at most some 4000 in one block of 16 bytes. */
const HITS_AT_ONCE = 4096;

let compiled: object | undefined;

/** The kernel in WebAssembly. Throws a KeyturnError where memory runs out. */
export function createWasmKernel(anchors: AnchorSet): Kernel {
  checkAnchors(anchors);
  const tables = buildTables(anchors.anchors);
  const kernel = instantiate(tables);
  // `find` must not touch what its caller keeps in memory, nor make views of it stale: it has a memory of its own.
  let finder: Instance | undefined;

  return {
    ...kernel,
    find(bytes) {
      // Perf: what was read straight into the kernel's memory need not be copied there.
      if (bytes.buffer === kernel.bytes().buffer) return kernel.prefilter(bytes.byteOffset, bytes.length);
      finder ??= instantiate(tables);
      finder.reserve(bytes.length);
      finder.bytes().set(bytes, finder.heapBase);
      return finder.prefilter(finder.heapBase, bytes.length);
    },
  };
}

type Instance = Omit<Kernel, 'find'>;

function instantiate(tables: Uint8Array): Instance {
  compiled ??= new WebAssembly.Module(Buffer.from(WASM_BASE64, 'base64'));
  const exports = new WebAssembly.Instance(compiled).exports as Exports;
  const { memory, scan, resumeAt } = exports;
  const heapBase = (exports.heapBase() + 15) & ~15;
  const hits = exports.hits() >> 2;
  const list = new CandidateBuffer();
  let view = new Uint8Array(memory.buffer);
  let words = new Uint32Array(memory.buffer);

  function reserve(size: number): void {
    const missing = heapBase + size + SLACK - view.length;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      throw new KeyturnError(`not enough memory for ${size} bytes of objects`, {
        code: 'out-of-memory',
        cause,
      });
    }
    view = new Uint8Array(memory.buffer);
    words = new Uint32Array(memory.buffer);
  }

  function prefilter(ptr: number, length: number): CandidateList {
    list.count = 0;
    let count = scan(ptr, length, 0, HITS_AT_ONCE);
    collect(count);
    while (count >= HITS_AT_ONCE) {
      count = scan(ptr, length, resumeAt(), HITS_AT_ONCE);
      collect(count);
    }
    return list;
  }

  function collect(count: number): void {
    for (let hit = hits; hit < hits + 2 * count; hit += 2) list.add(words[hit]!, words[hit + 1]!);
  }

  exports.prepare();
  reserve(0);
  view.set(tables, exports.tables());
  return {
    heapBase,
    reserve,
    bytes: () => view,
    words: () => words,
    inflate: exports.inflate,
    deltaBaseSize: exports.deltaBaseSize,
    deltaTargetSize: exports.deltaTargetSize,
    applyDelta: exports.applyDelta,
    condense: exports.condense,
    condensedBound: (deltaLength, context) => deltaLength * (2 * context + 2),
    prefilter,
    hasCandidate: (ptr, length) => scan(ptr, length, 0, 1) > 0,
    beginTrees: exports.beginTrees,
    tellEveryName: exports.tellEveryName,
    readTree: exports.readTree,
    followTree: exports.followTree,
  };
}
