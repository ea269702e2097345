import { KeyturnError } from '../base/errors.ts';

/**
 * Where things stand in a pack's .idx file, version 1 or 2 (gitformat-pack(5)). Ids are in ascending order; the position of
 * an id in that order is what the offsets are listed by.
 */
export interface PackIndex {
  count: number;
  /** The id at a position starts at `idStart + position * idStride`. */
  idStart: number;
  idStride: number;
  /** Byte offset in the pack of the entry at a position. */
  offsetAt: (position: number) => number;
  /** Checksum of the pack this index belongs to, hex: the last bytes of the .pack file. */
  packChecksum: string;
}

const MAGIC = 0xff744f63;
const FANOUT_BYTES = 256 * 4;
const HAS_LARGE_OFFSET = 0x80000000;

/** Throws a KeyturnError (`corrupt-pack-index`) when the file cannot be what it says it is. */
export function parsePackIndex(bytes: Uint8Array, hashBytes: number): PackIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isVersion1 = bytes.length < 8 || view.getUint32(0) !== MAGIC;
  if (!isVersion1 && view.getUint32(4) !== 2) throw corrupt(`version ${view.getUint32(4)} is not known`);
  const fanout = isVersion1 ? 0 : 8;
  const tables = fanout + FANOUT_BYTES;
  if (bytes.length < tables + 2 * hashBytes) throw corrupt('it is too short');
  const count = checkedFanout(view, fanout);
  const index = isVersion1
    ? version1(view, tables, count, hashBytes)
    : version2(view, tables, count, hashBytes);
  checkIdsMatchFanout(bytes, view, fanout, index);
  return { ...index, packChecksum: packChecksum(bytes, hashBytes) };
}

type Layout = Omit<PackIndex, 'packChecksum'>;

/** Entries of a four-byte offset and an id. */
function version1(view: DataView, tables: number, count: number, hashBytes: number): Layout {
  const stride = 4 + hashBytes;
  if (view.byteLength !== tables + count * stride + 2 * hashBytes)
    throw corrupt('its length does not fit its count');
  return {
    count,
    idStart: tables + 4,
    idStride: stride,
    offsetAt: (position) => view.getUint32(tables + position * stride),
  };
}

/** Tables of ids, checksums and four-byte offsets; an offset with its highest bit set is a row of the table of eight-byte offsets. */
function version2(view: DataView, tables: number, count: number, hashBytes: number): Layout {
  const offsets = tables + count * (hashBytes + 4);
  const largeOffsets = offsets + count * 4;
  const largeBytes = view.byteLength - 2 * hashBytes - largeOffsets;
  if (largeBytes < 0 || largeBytes % 8 !== 0) throw corrupt('its length does not fit its count');
  function offsetAt(position: number): number {
    const offset = view.getUint32(offsets + position * 4);
    if (offset < HAS_LARGE_OFFSET) return offset;
    const row = offset - HAS_LARGE_OFFSET;
    if (row * 8 >= largeBytes) throw corrupt('an offset is missing');
    return Number(view.getBigUint64(largeOffsets + row * 8));
  }
  return { count, idStart: tables, idStride: hashBytes, offsetAt };
}

function checkedFanout(view: DataView, fanout: number): number {
  let count = 0;
  for (let byte = 0; byte < 256; byte++) {
    const upTo = view.getUint32(fanout + byte * 4);
    if (upTo < count) throw corrupt('its fan-out table goes backwards');
    count = upTo;
  }
  return count;
}

/** Cheap enough for every run, and it catches tables that are shifted or overwritten. */
function checkIdsMatchFanout(bytes: Uint8Array, view: DataView, fanout: number, layout: Layout): void {
  let from = 0;
  for (let byte = 0; byte < 256; byte++) {
    const to = view.getUint32(fanout + byte * 4);
    if (to > from) {
      const first = bytes[layout.idStart + from * layout.idStride];
      const last = bytes[layout.idStart + (to - 1) * layout.idStride];
      if (first !== byte || last !== byte) throw corrupt('its ids do not fit its fan-out table');
    }
    from = to;
  }
}

function packChecksum(bytes: Uint8Array, hashBytes: number): string {
  return Buffer.from(bytes.slice(-2 * hashBytes, -hashBytes)).toString('hex');
}

function corrupt(why: string): KeyturnError {
  return new KeyturnError(`pack index is corrupt: ${why}`, { code: 'corrupt-pack-index' });
}
