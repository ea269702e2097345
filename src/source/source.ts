import type { CandidateList, Hit } from '../detect/types.ts';
import type { GapEvent } from '../report/result.ts';
import { WindowScan } from './window.ts';

/** A hit in a blob, or in a member of the archive that the blob is. */
export interface SourceHit extends Hit {
  /** `inner/file`, or `inner.zip!file` for an archive in an archive; absent for the blob's own bytes. */
  member?: string;
}

/** What sources need of the scanner that the scan room makes; one per thread. */
export interface BlobScanner {
  /** Everything in one blob held in memory, archives included; `name` is what gaps call it. */
  scan(bytes: Uint8Array, candidates: CandidateList | undefined, name: string): ScannedBytes;
  /** What stands in the bytes themselves. For parts of something larger, which must not be taken for archives. */
  detect(bytes: Uint8Array): Hit[];
}

export interface ScannedBytes {
  hits: SourceHit[];
  gaps: GapEvent[];
}

/** Worth knowing and no gap: something that a source cannot hold. */
export interface Note {
  reason: 'lfs-pointer' | 'submodule-not-checked-out';
  /** The path it is about. */
  example: string;
}

export interface BlobScan extends ScannedBytes {
  notes: Note[];
  /** Bytes read, before any unpacking. */
  bytes: number;
}

/** A run of bytes that is read once, from its start; sources yield one after the other and reuse what lies beneath. */
export interface SourceBlob {
  /** For people and reports: `/` between folders, bytes that are no UTF-8 as `\xNN`. */
  path: string;
  /** Git object id, where there is one. */
  id?: string;
  /** Bytes, where known beforehand. */
  size?: number;
  /** Fills (part of) `target` with what comes next and says how much that was; 0 at the end. */
  read(target: Uint8Array): Promise<number>;
}

/** Bytes of a thread's read buffer (a little more than 16 MB, so that reading finds the end of such a file): what is not larger is scanned as a whole, the rest in windows of this size. */
export const READ_BUFFER_BYTES = 16 * 1024 * 1024 + 4096;

/** One per thread, handed to every read. */
export function createReadBuffer(): Uint8Array {
  return new Uint8Array(READ_BUFFER_BYTES);
}

/** Reads and scans a blob of any size within `buffer`. */
export async function scanBlob(
  blob: SourceBlob,
  scanner: BlobScanner,
  buffer: Uint8Array,
): Promise<BlobScan> {
  const windows = new WindowScan(scanner, blob.path, buffer);
  for (;;) {
    const length = await blob.read(windows.room());
    if (length === 0) break;
    windows.filled(length);
  }
  const scan = windows.end();
  if (windows.isLargeArchive) scan.gaps.push({ reason: 'archive-limit', example: blob.path });
  return scan;
}
