import { readFileSync } from 'node:fs';
import { createDetector } from '../detect/detector.ts';
import type { Kernel } from '../detect/kernel/types.ts';
import { createWasmKernel } from '../detect/kernel/wasm-kernel.ts';
import type { Pattern } from '../detect/pattern.ts';
import { PATTERNS } from '../detect/patterns.generated.ts';
import type { AnchorSet, Detector, Prefilter } from '../detect/types.ts';
import type { ArchiveLimits } from '../source/archive.ts';
import { type BatchScan, type FileBatch, scanBatch } from '../source/batch.ts';
import type { FileReader } from '../source/file.ts';
import { type BlobScanner, READ_BUFFER_BYTES } from '../source/source.ts';
import { createBlobScanner } from './blob.ts';
import { createHistoryJobs, type HistoryJobs, walkAnchors } from './jobs.ts';
import { maskSecrets } from './mask.ts';
import type { ScanPlan } from './plan.ts';
import type { JobHandlers } from './pool.ts';

/** All jobs a thread can do. */
export interface ScanJobs extends HistoryJobs {
  /** Reads and searches some files of a work tree. */
  files: { args: FileBatch; result: BatchScan };
}

/** What a thread needs to know to make its tools: plain data, so that it can be sent. */
export interface WorkerSetup {
  /** The user's own, besides the built-in ones. */
  patterns: Pattern[];
  archive: ArchiveLimits;
  maxBlobBytes?: number;
}

/** Reads the user's pattern files; a mistake in one is an error with its line and column. */
export async function setUpWorkers(plan: ScanPlan): Promise<WorkerSetup> {
  const { patternFiles, archive, maxBlobBytes } = plan;
  const patterns: Pattern[] = [];
  if (patternFiles.length > 0) {
    const { parsePatternFile } = await import('../detect/pattern-file.ts');
    for (const file of patternFiles) patterns.push(...parsePatternFile(readFileSync(file, 'utf8'), file));
  }
  return { patterns, archive, ...(maxBlobBytes === undefined ? {} : { maxBlobBytes }) };
}

/** The tools of one thread. */
export interface ThreadTools {
  detector: Detector;
  scanner: BlobScanner;
  /** Lies in the memory that the scanner searches: what is read into it is not copied. */
  createReadBuffer(): Uint8Array;
  /** The text with every secret in it as stars. */
  maskSecrets(text: string): string;
}

export function createTools({ patterns, archive }: WorkerSetup): ThreadTools {
  let kernel: Kernel | undefined;
  const kernelFor = (anchors: AnchorSet) => (kernel ??= createWasmKernel(anchors));
  const detector = createDetector([...PATTERNS, ...patterns], kernelFor);
  // Perf: a thread that searches nothing, because a cache has the answer or others do the work, makes no kernel.
  const prefilter: Prefilter = { find: (bytes) => kernelFor(detector.anchors).find(bytes) };
  return {
    detector,
    scanner: createBlobScanner(detector, prefilter, archive),
    createReadBuffer() {
      const { reserve, bytes, heapBase } = kernelFor(detector.anchors);
      reserve(READ_BUFFER_BYTES);
      return bytes().subarray(heapBase, heapBase + READ_BUFFER_BYTES);
    },
    maskSecrets: (text) => maskSecrets(text, detector, prefilter),
  };
}

export function createJobs(setup: WorkerSetup, tools = createTools(setup)): JobHandlers<ScanJobs> {
  // Perf: a scan of files needs no kernel for the walk, one of object stores no buffer for files.
  let walking: Kernel | undefined;
  let reader: FileReader | undefined;
  return {
    ...createHistoryJobs({
      scanner: tools.scanner,
      // The walk keeps base objects in its kernel's memory: detecting, which searches what it decodes, has another.
      kernel: () => (walking ??= createWasmKernel(walkAnchors(tools.detector.anchors))),
    }),
    files: (batch) => ({ result: scanBatch(batch, (reader ??= createReader(setup, tools))) }),
  };
}

function createReader({ archive, maxBlobBytes }: WorkerSetup, tools: ThreadTools): FileReader {
  return {
    scanner: tools.scanner,
    buffer: tools.createReadBuffer(),
    archive,
    ...(maxBlobBytes === undefined ? {} : { maxBytes: maxBlobBytes }),
  };
}
