import type { ByteStream } from './byte-stream.ts';
import { decodePath, toDisplayPath } from './paths.ts';

export interface TarEntry {
  /** As it stands in the archive: hostile text, never a place to write to. */
  name: string;
  /** Where its content stands in the stream. */
  start: number;
  size: number;
  /** The first bytes of the content; call it at most once, before the next entry is asked for. */
  read(limit: number): Uint8Array;
}

export interface TarOutcome {
  /** Set when the archive ends early or where no header can be read. */
  isDamaged: boolean;
}

const BLOCK = 512;
const CHECKSUM_AT = 148;
/** The longest name or pax header that is read; what is longer is passed over. */
const MAX_META_BYTES = 1024 * 1024;

/** Whether `block` starts with a tar header, of whatever dialect: the checksum is what they have in common. */
export function isTarHeader(block: Uint8Array): boolean {
  // A digit of the checksum and what ends it settle it for nearly every file.
  if (block.length < BLOCK || !isOctalDigit(block[CHECKSUM_AT + 4]!)) return false;
  const last = block[CHECKSUM_AT + 7]!;
  return (last === 0 || last === 0x20) && block[0] !== 0 && hasChecksum(block);
}

/**
 * The entries that have content: files, and whatever is not known to be without. Long names of GNU tar and of pax are used.
 * Ends at the end of the stream and not at the end mark, after which another archive may follow.
 */
export function* tarEntries(stream: ByteStream, outcome: TarOutcome): Generator<TarEntry> {
  let hasEnded = false;
  let meta: Meta = {};
  for (;;) {
    const block = stream.take(BLOCK);
    if (block.length < BLOCK) {
      outcome.isDamaged = block.length > 0 && !hasEnded;
      return;
    }
    if (isZero(block)) {
      hasEnded = true;
      continue;
    }
    if (!hasChecksum(block)) {
      outcome.isDamaged = !hasEnded;
      return;
    }
    hasEnded = false;
    const header = parseHeader(block);
    const padding = (BLOCK - (header.size % BLOCK)) % BLOCK;
    if (header.isExtendedSparse) skipSparseMaps(stream);

    if (META_TYPES.has(header.type)) {
      const bytes = stream.take(Math.min(header.size, MAX_META_BYTES));
      if (header.type !== 'g') meta = { ...meta, ...parseMeta(header.type, bytes) };
      if (!stream.skip(header.size - bytes.length + padding)) return void (outcome.isDamaged = true);
      continue;
    }
    const size = meta.size ?? header.size;
    const name = meta.name ?? header.name;
    meta = {};
    if (WITHOUT_CONTENT.has(header.type) || size === 0) continue;

    const start = stream.position;
    let taken = 0;
    yield {
      name,
      start,
      size,
      read(limit) {
        const bytes = stream.take(Math.min(size, limit));
        taken = bytes.length;
        return bytes;
      },
    };
    if (!stream.skip(size - taken + ((BLOCK - (size % BLOCK)) % BLOCK))) {
      // Some writers leave out the padding at the very end.
      outcome.isDamaged = stream.position < start + size;
      return;
    }
  }
}

interface Header {
  name: string;
  size: number;
  type: string;
  isExtendedSparse: boolean;
}

/** What headers before an entry say about it. */
interface Meta {
  name?: string;
  size?: number;
}

/** L, K: GNU long name and long link; x, g: pax, for one entry and for all that follow. */
const META_TYPES = new Set(['L', 'K', 'x', 'g', 'X']);
/** Hard link, symbolic link, character device, block device, directory, FIFO. */
const WITHOUT_CONTENT = new Set(['1', '2', '3', '4', '5', '6']);

function parseHeader(block: Uint8Array): Header {
  const type = String.fromCharCode(block[156]!);
  const isGnu = text(block, 257, 8) === 'ustar  ';
  const prefix = isGnu || text(block, 257, 5) !== 'ustar' ? '' : pathText(block, 345, 155);
  const name = pathText(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: parseNumber(block, 124, 12),
    type,
    isExtendedSparse: type === 'S' && isGnu && block[482] === 1,
  };
}

function parseMeta(type: string, bytes: Uint8Array): Meta {
  if (type === 'L') return { name: pathText(bytes, 0, bytes.length) };
  if (type === 'K') return {};
  const records = paxRecords(bytes);
  const name = records.get('GNU.sparse.name') ?? records.get('path');
  const size = Number(records.get('size'));
  return {
    ...(name === undefined ? {} : { name }),
    ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
  };
}

/** Records are `length key=value\n`, the length in decimal and counting itself. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const length = Number.parseInt(text(bytes, at, 20), 10);
    if (!(length > 0) || at + length > bytes.length) break;
    const record = bytes.subarray(at, at + length - 1);
    const space = record.indexOf(0x20);
    const equals = record.indexOf(0x3d, space);
    if (space < 0 || equals < 0) break;
    records.set(text(record, space + 1, equals - space - 1), decoded(record.subarray(equals + 1)));
    at += length;
  }
  return records;
}

/** Old GNU sparse files may have more blocks of maps between header and content. */
function skipSparseMaps(stream: ByteStream): void {
  let block: Uint8Array;
  do block = stream.take(BLOCK);
  while (block.length === BLOCK && block[504] === 1);
}

/** Octal digits, or, with the top bit set, a big-endian binary number. */
function parseNumber(block: Uint8Array, at: number, length: number): number {
  if ((block[at]! & 0x80) !== 0) {
    let value = block[at]! & 0x7f;
    for (let index = at + 1; index < at + length; index++) value = value * 256 + block[index]!;
    return Math.min(value, Number.MAX_SAFE_INTEGER);
  }
  const digits = text(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : 0;
}

/** The sum of all bytes, its own field counting as spaces; some old writers summed signed bytes. */
function hasChecksum(block: Uint8Array): boolean {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let at = 0; at < BLOCK; at++) {
    if (at >= CHECKSUM_AT && at < CHECKSUM_AT + 8) continue;
    unsigned += block[at]!;
    signed += (block[at]! << 24) >> 24;
  }
  const stated = parseNumber(block, CHECKSUM_AT, 8);
  return stated === unsigned || stated === signed;
}

function isOctalDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** ASCII up to the first NUL. */
function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(untilNul(bytes, at, length)).toString('latin1');
}

function pathText(bytes: Uint8Array, at: number, length: number): string {
  return decoded(untilNul(bytes, at, length));
}

function decoded(bytes: Uint8Array): string {
  return toDisplayPath(decodePath(bytes));
}

function untilNul(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}
