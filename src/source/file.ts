import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { Span } from '../detect/types.ts';
import type { GapEvent, GapReason } from '../report/result.ts';
import { type ArchiveLimits, expandArchiveInput, gzipContent, gzipMemberName } from './archive.ts';
import { type ByteInput, fileInput } from './byte-input.ts';
import { isLfsPointer } from './lfs.ts';
import { toFsPath } from './paths.ts';
import type { BlobScan, BlobScanner, Note, SourceHit } from './source.ts';
import { WindowScan } from './window.ts';

/** What reading files needs, one per thread. */
export interface FileReader {
  scanner: BlobScanner;
  /** See `createReadBuffer`. */
  buffer: Uint8Array;
  archive: ArchiveLimits;
  /** Files above are gaps, `too-large`; absent: no limit. */
  maxBytes?: number;
}

/**
 * A symbolic link that took the file's place is not followed, and a FIFO that did must not block: opening one for reading
 * without blocking returns at once. Neither exists on Windows.
 */
const OPEN_FLAGS =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Scans one file of any size within the reader's buffer. `path` is what it is opened by, `name` what gaps call it. Undefined when
 * there is nothing to scan: the file is gone, or something took its place that is no file.
 */
export function scanFile(path: string, name: string, reader: FileReader): BlobScan | undefined {
  let fd: number;
  try {
    fd = openSync(toFsPath(path), OPEN_FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return scanLink(path, name, reader);
    return unreadable(error, name);
  }
  try {
    return scanOpenFile(fd, name, reader);
  } catch (error) {
    return unreadable(error, name);
  } finally {
    closeSync(fd);
  }
}

/** Scans what a symbolic link says, which is the content that git stores for it; it is not followed. */
export function scanLink(path: string, name: string, { scanner }: FileReader): BlobScan | undefined {
  try {
    const bytes = readlinkSync(toFsPath(path), 'buffer');
    return { ...scanner.scan(bytes, undefined, name), notes: [], bytes: bytes.length };
  } catch (error) {
    return unreadable(error, name);
  }
}

// Perf: open, read, read, close and nothing else for the usual file; no stat, no allocation of its size.
function scanOpenFile(fd: number, name: string, reader: FileReader): BlobScan | undefined {
  const { buffer, scanner, maxBytes } = reader;
  const length = fill(fd, buffer);
  const bytes = buffer.subarray(0, length);
  if (needsStreaming(bytes, buffer.length)) return scanInWindows(fd, length, name, reader);
  if (maxBytes !== undefined && length > maxBytes) return gapOnly('too-large', name);
  const { hits, gaps } = scanner.scan(bytes, undefined, name);
  const notes: Note[] = isLfsPointer(bytes) ? [{ reason: 'lfs-pointer', example: name }] : [];
  return { hits, gaps, notes, bytes: length };
}

/** A gzip below this size cannot unpack to more than a member may have. */
const SMALL_GZIP_BYTES = 256 * 1024;

function needsStreaming(bytes: Uint8Array, capacity: number): boolean {
  return (
    bytes.length === capacity || (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes.length > SMALL_GZIP_BYTES)
  );
}

/** The buffer holds the file's first bytes, `length` of them. */
function scanInWindows(fd: number, length: number, name: string, reader: FileReader): BlobScan | undefined {
  const stat = fstatSync(fd);
  if (!stat.isFile()) return undefined;
  if (stat.size > (reader.maxBytes ?? Number.POSITIVE_INFINITY)) return gapOnly('too-large', name);
  const windows = new WindowScan(reader.scanner, name, reader.buffer);
  windows.filled(length);
  for (;;) {
    const read = readSync(fd, windows.room());
    if (read === 0) break;
    windows.filled(read);
  }
  const own = windows.endOfPart();
  const members = scanMembers(fileInput(fd, stat.size), name, reader);
  const hits = own.hits.filter(
    ({ offset }) => !members.spans.some((span) => offset >= span.start && offset < span.end),
  );
  return { ...own, hits: [...hits, ...members.hits], gaps: members.gaps };
}

interface MembersScan {
  hits: SourceHit[];
  gaps: GapEvent[];
  /** Bytes of the archive that are members as they stand, so that their hits are known by the member's name. */
  spans: Span[];
}

/** All of an archive on disk; nothing at all for any other file. */
function scanMembers(input: ByteInput, name: string, reader: FileReader): MembersScan {
  const { scanner, archive } = reader;
  const gaps: GapEvent[] = [];
  const member = gzipMemberName(name);
  const content = gzipContent(input, archive, (reason) =>
    gaps.push({ reason, example: `${name}!${member}` }),
  );
  if (content !== undefined) {
    const scan = scanRuns(content, `${name}!${member}`, reader);
    return { hits: scan.hits.map((hit) => within(member, hit)), gaps: [...scan.gaps, ...gaps], spans: [] };
  }
  const result: MembersScan = { hits: [], gaps, spans: [] };
  for (const item of expandArchiveInput(input, name, archive)) {
    if ('gap' in item) {
      gaps.push(item.gap);
      continue;
    }
    if (item.span !== undefined) result.spans.push(item.span);
    for (const hit of scanner.detect(item.bytes)) result.hits.push({ ...hit, member: item.path });
  }
  return result;
}

/** One gzip member of any size. The buffer is free again: the compressed bytes have been scanned. */
function scanRuns(runs: Iterable<Uint8Array>, name: string, { scanner, buffer }: FileReader): BlobScan {
  const windows = new WindowScan(scanner, name, buffer);
  for (const run of runs) windows.write(run);
  const scan = windows.end();
  if (windows.isLargeArchive) scan.gaps.push({ reason: 'archive-limit', example: name });
  return scan;
}

function within(member: string, hit: SourceHit): SourceHit {
  return { ...hit, member: hit.member === undefined ? member : `${member}!${hit.member}` };
}

/** A read costs the more the larger its target is, whatever comes. */
const FIRST_READ_BYTES = 64 * 1024;

/** Reads until the end of the file or of the buffer. */
function fill(fd: number, buffer: Uint8Array): number {
  let length = 0;
  while (length < buffer.length) {
    const room = length === 0 ? FIRST_READ_BYTES : buffer.length - length;
    const read = readSync(fd, buffer, length, room, null);
    if (read === 0) break;
    length += read;
  }
  return length;
}

/** Gone in the meantime, a directory, a socket, a FIFO with a writer: all no files, and nothing that a scan misses. */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENXIO', 'ENODEV', 'EAGAIN', 'EINVAL', 'ESPIPE']);

function unreadable(error: unknown, name: string): BlobScan | undefined {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return NO_FILE.has(code) ? undefined : gapOnly('unreadable-file', name);
}

function gapOnly(reason: GapReason, name: string): BlobScan {
  return { hits: [], gaps: [{ reason, example: name }], notes: [], bytes: 0 };
}
