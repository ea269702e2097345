import type { ByteInput } from './byte-input.ts';
import { decodePath, toDisplayPath } from './paths.ts';

export interface ZipEntry {
  /** As it stands in the archive: hostile text, never a place to write to. */
  name: string;
  /** 0 is stored, 8 deflated; all others cannot be read. */
  method: number;
  isEncrypted: boolean;
  /** Where its data stands; -1 when its header is not where the directory says. */
  start: number;
  /** As stated; absent where the entry says so only after its data, in an archive without a directory. */
  compressedSize?: number;
  size?: number;
}

export interface ZipOutcome {
  /** Set when there is no directory, or it ends early. */
  isDamaged: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const DESCRIPTOR = 0x08074b50;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;

const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;

/** Whether there is a zip at the start, or one at the end behind something else (a script, a program). */
export function isZip(input: ByteInput): boolean {
  if (input.size < END_BYTES) return false;
  const magic = u32(input.view(0, 4), 0);
  if (magic === LOCAL || magic === END) return true;
  const tail = input.view(input.size - END_BYTES, END_BYTES);
  return (
    tail[0] === 0x50 && u32(tail, 0) === END && u16(tail, 20) === 0 && locateDirectory(input) !== undefined
  );
}

/** All entries by the directory at the archive's end; where it is missing, by what stands before each entry's data. */
export function* zipEntries(input: ByteInput, outcome: ZipOutcome): Generator<ZipEntry> {
  const directory = locateDirectory(input);
  if (directory === undefined) {
    outcome.isDamaged = true;
    yield* entriesInSequence(input);
  } else {
    yield* entriesByDirectory(input, directory, outcome);
  }
}

interface Directory {
  start: number;
  end: number;
  /** What stands before the zip, and by which its offsets are too small. */
  shift: number;
}

function locateDirectory(input: ByteInput): Directory | undefined {
  const tailStart = Math.max(0, input.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = input.view(tailStart, input.size - tailStart);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail[at] !== 0x50 || u32(tail, at) !== END) continue;
    const end = tailStart + at;
    const small = directoryAt(input, end, u32(tail, at + 12), u32(tail, at + 16));
    const found = small ?? locateDirectory64(input, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

function locateDirectory64(input: ByteInput, end: number): Directory | undefined {
  const locator = end - 20;
  if (locator < 0) return undefined;
  const bytes = input.view(locator, 20);
  if (u32(bytes, 0) !== END_64_LOCATOR) return undefined;
  const stated = u64(bytes, 8);
  // Behind something else the offset is too small, but the record usually ends where the locator begins.
  for (const position of [stated, locator - 56]) {
    if (position < 0 || position + 56 > input.size) continue;
    const record = input.view(position, 56);
    if (u32(record, 0) !== END_64) continue;
    const found = directoryAt(input, position, u64(record, 40), u64(record, 48));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A directory ends where its end record begins, or (other things in between) it starts where that record says. */
function directoryAt(input: ByteInput, end: number, size: number, offset: number): Directory | undefined {
  if (size === 0 && offset <= end) return { start: end, end, shift: 0 };
  for (const start of [end - size, offset]) {
    if (start < 0 || start + size > input.size || size < CENTRAL_BYTES) continue;
    if (u32(input.view(start, 4), 0) === CENTRAL) return { start, end: start + size, shift: start - offset };
  }
  return undefined;
}

function* entriesByDirectory(
  input: ByteInput,
  directory: Directory,
  outcome: ZipOutcome,
): Generator<ZipEntry> {
  let at = directory.start;
  while (at + CENTRAL_BYTES <= directory.end) {
    const head = input.view(at, CENTRAL_BYTES);
    if (u32(head, 0) !== CENTRAL) break;
    const nameLength = u16(head, 28);
    const extraLength = u16(head, 30);
    const length = CENTRAL_BYTES + nameLength + extraLength + u16(head, 32);
    const record = input.view(at, length);
    if (record.length < length) break;
    const sizes = largeSizes(record, CENTRAL_BYTES + nameLength, extraLength, {
      size: u32(record, 24),
      compressedSize: u32(record, 20),
      offset: u32(record, 42),
    });
    const name = nameOf(record, CENTRAL_BYTES, nameLength);
    const method = u16(record, 10);
    const isEncrypted = (u16(record, 8) & ENCRYPTED) !== 0;
    at += length;
    if (name.endsWith('/') && sizes.size === 0) continue;
    const start = dataStart(input, sizes.offset + directory.shift);
    yield { name, method, isEncrypted, start, compressedSize: sizes.compressedSize, size: sizes.size };
  }
  outcome.isDamaged = at < directory.end;
}

/** The data begins after the local header, whose extra field need not be as long as the directory's. */
function dataStart(input: ByteInput, offset: number): number {
  const header = input.view(offset, LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || u32(header, 0) !== LOCAL) return -1;
  return offset + LOCAL_BYTES + u16(header, 26) + u16(header, 28);
}

/** For an archive that was cut off. Where sizes follow the data, the next header or descriptor must be searched for. */
function* entriesInSequence(input: ByteInput): Generator<ZipEntry> {
  let at = 0;
  for (;;) {
    const head = input.view(at, LOCAL_BYTES);
    if (head.length < LOCAL_BYTES || u32(head, 0) !== LOCAL) return;
    const flags = u16(head, 6);
    const method = u16(head, 8);
    const nameLength = u16(head, 26);
    const extraLength = u16(head, 28);
    const record = input.view(at, LOCAL_BYTES + nameLength + extraLength);
    if (record.length < LOCAL_BYTES + nameLength) return;
    const name = nameOf(record, LOCAL_BYTES, nameLength);
    const sizes = largeSizes(record, LOCAL_BYTES + nameLength, extraLength, {
      size: u32(record, 22),
      compressedSize: u32(record, 18),
      offset: 0,
    });
    const start = at + LOCAL_BYTES + nameLength + extraLength;
    const isEncrypted = (flags & ENCRYPTED) !== 0;
    const isKnown = (flags & SIZES_FOLLOW) === 0 || sizes.compressedSize > 0;
    const next = isKnown ? start + sizes.compressedSize : findNext(input, start);
    if (!name.endsWith('/') || next > start) {
      const known = isKnown ? sizes : { compressedSize: next - start };
      const { compressedSize } = known;
      yield {
        name,
        method,
        isEncrypted,
        start,
        compressedSize,
        ...('size' in known ? { size: known.size } : {}),
      };
    }
    at = isKnown ? next : afterDescriptor(input, next);
  }
}

const SEARCH_BYTES = 64 * 1024;

/** Where the next local header or data descriptor stands; the input's size when there is none. */
function findNext(input: ByteInput, from: number): number {
  for (let position = from; position < input.size; position += SEARCH_BYTES - 3) {
    const bytes = input.view(position, SEARCH_BYTES);
    for (let at = bytes.indexOf(0x50); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(0x50, at + 1)) {
      const magic = u32(bytes, at);
      if (magic === DESCRIPTOR || magic === LOCAL) return position + at;
    }
  }
  return input.size;
}

/** A descriptor has 16 bytes, or 24 with large sizes. */
function afterDescriptor(input: ByteInput, position: number): number {
  if (u32(input.view(position, 4), 0) !== DESCRIPTOR) return position;
  return u32(input.view(position + 24, 4), 0) === LOCAL ? position + 24 : position + 16;
}

interface Sizes {
  size: number;
  compressedSize: number;
  offset: number;
}

const LARGE = 0xffffffff;
const ZIP64_EXTRA = 1;

/** Numbers that do not fit stand in an extra field, in this order, each only if its own field is full of ones. */
function largeSizes(record: Uint8Array, from: number, length: number, sizes: Sizes): Sizes {
  const end = Math.min(record.length, from + length);
  for (let at = from; at + 4 <= end; at += 4 + u16(record, at + 2)) {
    if (u16(record, at) !== ZIP64_EXTRA) continue;
    const fieldEnd = Math.min(end, at + 4 + u16(record, at + 2));
    let next = at + 4;
    const large = (value: number): number => {
      if (value !== LARGE || next + 8 > fieldEnd) return value;
      next += 8;
      return u64(record, next - 8);
    };
    return {
      size: large(sizes.size),
      compressedSize: large(sizes.compressedSize),
      offset: large(sizes.offset),
    };
  }
  return sizes;
}

function nameOf(record: Uint8Array, at: number, length: number): string {
  return toDisplayPath(decodePath(record.subarray(at, at + length)));
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}

/** Exact up to 2^53, which no file reaches. */
function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 0x1_0000_0000;
}
