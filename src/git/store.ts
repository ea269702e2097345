import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync, constants as zlib } from 'node:zlib';
import { KeyturnError } from '../base/errors.ts';
import type { GapEvent } from '../report/result.ts';
import { listFolder, listLooseObjects, loosePath, readLooseHead, readLooseObject } from './loose.ts';
import {
  applyDelta,
  deltaSize,
  emptyHead,
  LONGEST_HEAD,
  PACK_HEADER_BYTES,
  packEntryCount,
  parseEntryHead,
} from './pack.ts';
import { type PackIndex, parsePackIndex } from './pack-index.ts';
import { sortByOffset } from './sort.ts';
import { type ObjectStore, type ObjectType, type Repository, TYPE } from './types.ts';

/** An object's base when it has none, and when its base is nowhere in the store. */
export const BASE = { none: -1, missing: -2 } as const;

export interface PackShare {
  path: string;
  /** Checksum in the index, hex: what a cached result is filed under. */
  checksum: string;
  /** The whole .idx file. */
  index: Uint8Array;
  idStart: number;
  idStride: number;
  /** Its objects are numbered first .. first + count, by their offset in the pack. */
  first: number;
  count: number;
  /** Where the entries end in the file as it is: in front of the trailing checksum. */
  dataEnd: number;
}

/**
 * Everything about a store that threads share: posted to workers as it is, which `attachStore` it and open the files for themselves.
 * Every array stands in shared memory; about 31 bytes an object, 8 to 16 for the table, and the .idx files.
 */
export interface StoreShare {
  hashBytes: 20 | 32;
  packs: PackShare[];
  /** Objects below are packed, those from here on loose. */
  packedCount: number;
  count: number;
  looseDirs: string[];
  looseIds: Uint8Array;
  looseDir: Uint16Array;
  /** For packed objects: byte offset in the pack, position in the index. */
  offset: Float64Array;
  position: Uint32Array;
  /**
   * The other way: a packed object's number by its place. Places count a pack's objects from `first` on as its index does, by their
   * ids; a loose object's place is its number.
   */
  numberAt: Uint32Array;
  /** Of all objects: open-addressed by the first bytes of their ids; place + 1, 0 for an empty slot. */
  table: Int32Array;
  /** 1 for an object stored again: the other copy, found by `find`, is the one that counts. */
  isDuplicate: Uint8Array;
  /** What the pass over the entries' heads fills in: `TYPE` (0 when unreadable), bytes before the zlib stream, inflated size, base. */
  kind: Uint8Array;
  headLength: Uint8Array;
  size: Float64Array;
  base: Int32Array;
}

export interface OpenedStore {
  store: Store;
  share: StoreShare;
  gaps: GapEvent[];
}

/** Indexes every object of a repository. A pack or folder that cannot be used becomes a gap. */
export function openStore(repository: Pick<Repository, 'objectDirs' | 'objectFormat'>): OpenedStore {
  const hashBytes = repository.objectFormat === 'sha1' ? 20 : 32;
  const gaps: GapEvent[] = [];
  const onUnreadable = (path: string) => gaps.push({ reason: 'unreadable-file', example: path });
  const packs = repository.objectDirs
    .flatMap((dir) => openPacks(dir, hashBytes, gaps, onUnreadable))
    // The largest packs last longest and are the likeliest to be in the cache: their copy of an object is the one that counts.
    .sort((one, other) => other.index.count - one.index.count || (one.path < other.path ? -1 : 1));
  const loose = repository.objectDirs.map((dir) => listLooseObjects(dir, hashBytes, onUnreadable));
  const share = buildShare(hashBytes, packs, repository.objectDirs, loose);
  return { store: attachStore(share), share, gaps };
}

/** The store as another thread sees it. */
export function attachStore(share: StoreShare): Store {
  return new Store(share);
}

interface IndexedPack {
  path: string;
  bytes: Uint8Array;
  index: PackIndex;
  dataEnd: number;
}

function openPacks(
  objectDir: string,
  hashBytes: number,
  gaps: GapEvent[],
  onUnreadable: (path: string) => void,
): IndexedPack[] {
  const folder = join(objectDir, 'pack');
  const names = listFolder(folder, onUnreadable);
  const packs: IndexedPack[] = [];
  for (const name of names) {
    if (name.endsWith('.pack') && !names.includes(name.replace(/pack$/, 'idx'))) {
      gaps.push({ reason: 'truncated-pack', example: join(folder, name) });
    }
    if (!/^pack-.*\.idx$/.test(name)) continue;
    const pack = openPack(join(folder, name), hashBytes, gaps);
    if (pack !== undefined) packs.push(pack);
  }
  return packs;
}

function openPack(indexPath: string, hashBytes: number, gaps: GapEvent[]): IndexedPack | undefined {
  const path = indexPath.replace(/idx$/, 'pack');
  try {
    const bytes = readShared(indexPath);
    const index = parsePackIndex(bytes, hashBytes);
    return { path, bytes, index, dataEnd: checkPack(path, index, hashBytes, gaps) };
  } catch (error) {
    if (error instanceof KeyturnError) {
      gaps.push({ reason: 'corrupt-object', example: indexPath });
      return undefined;
    }
    const { code, path: file } = error as NodeJS.ErrnoException;
    // A repack that ran meanwhile took the index away, and the pack with it; what it held is in a newer pack.
    if (code === 'ENOENT' && file === indexPath) return undefined;
    gaps.push({ reason: code === 'ENOENT' ? 'truncated-pack' : 'unreadable-file', example: path });
    return undefined;
  }
}

/** Compares a pack's ends with its index; returns where its entries end. What can be read of a damaged pack is still read. */
function checkPack(path: string, index: PackIndex, hashBytes: number, gaps: GapEvent[]): number {
  return withFile(path, (fd) => {
    const { size } = fstatSync(fd);
    const header = readAt(fd, 0, PACK_HEADER_BYTES);
    const trailer = readAt(fd, Math.max(0, size - hashBytes), hashBytes).toString('hex');
    if (trailer !== index.packChecksum) {
      gaps.push({ reason: 'truncated-pack', example: path });
      return size;
    }
    if (packEntryCount(header) !== index.count) {
      gaps.push({ reason: 'corrupt-object', example: path });
    }
    return size - hashBytes;
  });
}

function buildShare(
  hashBytes: 20 | 32,
  packs: IndexedPack[],
  objectDirs: string[],
  loose: string[][],
): StoreShare {
  const packedCount = packs.reduce((sum, pack) => sum + pack.index.count, 0);
  const looseCount = loose.reduce((sum, ids) => sum + ids.length, 0);
  const count = packedCount + looseCount;
  const share: StoreShare = {
    hashBytes,
    packs: [],
    packedCount,
    count,
    looseDirs: objectDirs,
    looseIds: new Uint8Array(new SharedArrayBuffer(looseCount * hashBytes)),
    looseDir: new Uint16Array(new SharedArrayBuffer(looseCount * 2)),
    offset: new Float64Array(new SharedArrayBuffer(packedCount * 8)),
    position: new Uint32Array(new SharedArrayBuffer(packedCount * 4)),
    numberAt: new Uint32Array(new SharedArrayBuffer(packedCount * 4)),
    table: new Int32Array(new SharedArrayBuffer(tableSize(count) * 4)),
    isDuplicate: new Uint8Array(new SharedArrayBuffer(count)),
    kind: new Uint8Array(new SharedArrayBuffer(count)),
    headLength: new Uint8Array(new SharedArrayBuffer(count)),
    size: new Float64Array(new SharedArrayBuffer(count * 8)),
    base: new Int32Array(new SharedArrayBuffer(count * 4)),
  };
  for (const pack of packs) numberPackedObjects(share, pack);
  numberLooseObjects(share, loose);
  return share;
}

function numberPackedObjects(share: StoreShare, { path, bytes, index, dataEnd }: IndexedPack): void {
  const { count, idStart, idStride } = index;
  const last = share.packs.at(-1);
  const first = last === undefined ? 0 : last.first + last.count;
  const offsets = share.offset.subarray(first, first + count);
  const positions = share.position.subarray(first, first + count);
  for (let position = 0; position < count; position++) offsets[position] = index.offsetAt(position);
  const wentTo = sortByOffset(offsets, positions);
  for (let position = 0; position < count; position++)
    share.numberAt[first + position] = first + wentTo[position]!;
  share.packs.push({
    path,
    checksum: index.packChecksum,
    index: bytes,
    idStart,
    idStride,
    first,
    count,
    dataEnd,
  });
  const ids = new IdTable(share);
  // In the order of ids, which is the order of slots: consecutive reads and writes fall on neighbouring memory.
  for (let place = first; place < first + count; place++) ids.insert(place);
}

function numberLooseObjects(share: StoreShare, loose: string[][]): void {
  let at = 0;
  const ids = new IdTable(share);
  for (const [dir, names] of loose.entries()) {
    for (const id of names) {
      share.looseIds.set(Buffer.from(id, 'hex'), at * share.hashBytes);
      share.looseDir[at] = dir;
      ids.insert(share.packedCount + at);
      at++;
    }
  }
}

/** At most half full. */
function tableSize(count: number): number {
  let size = 16;
  while (size < count * 2) size *= 2;
  return size;
}

/** Where ids stand in memory, and the hash table over them. Ids are hashes already: their first bits are the slot. */
class IdTable {
  readonly #share: StoreShare;
  readonly #shift: number;
  readonly #mask: number;
  #pack: PackShare | undefined;
  /** Where `locate` found the id. */
  bytes: Uint8Array = new Uint8Array();
  at = 0;

  constructor(share: StoreShare) {
    this.#share = share;
    this.#mask = share.table.length - 1;
    this.#shift = 32 - Math.log2(share.table.length);
    this.#pack = share.packs[0];
  }

  locate(object: number): void {
    this.#locatePlace(this.#placeOf(object));
  }

  #locatePlace(place: number): void {
    const share = this.#share;
    if (place >= share.packedCount) {
      this.bytes = share.looseIds;
      this.at = (place - share.packedCount) * share.hashBytes;
      return;
    }
    const pack = this.packOf(place);
    this.bytes = pack.index;
    this.at = pack.idStart + (place - pack.first) * pack.idStride;
  }

  #placeOf(object: number): number {
    const { packedCount, position } = this.#share;
    return object >= packedCount ? object : this.packOf(object).first + position[object]!;
  }

  #numberAt(place: number): number {
    const { packedCount, numberAt } = this.#share;
    return place >= packedCount ? place : numberAt[place]!;
  }

  /** Of an object, or a place: a pack's places are its objects' numbers in another order. */
  packOf(object: number): PackShare {
    let pack = this.#pack!;
    if (object >= pack.first && object < pack.first + pack.count) return pack;
    const { packs } = this.#share;
    let low = 0;
    let high = packs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (packs[middle]!.first <= object) low = middle;
      else high = middle - 1;
    }
    // An empty pack shares its first number with the one after it, which the search prefers.
    pack = packs[low]!;
    this.#pack = pack;
    return pack;
  }

  insert(place: number): void {
    const { table, isDuplicate } = this.#share;
    this.#locatePlace(place);
    const { bytes, at } = this;
    let slot = this.#slotOf(bytes, at);
    for (; table[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#isId(table[slot]! - 1, bytes, at)) isDuplicate[this.#numberAt(place)] = 1;
    }
    table[slot] = place + 1;
  }

  has(bytes: Uint8Array, at: number): boolean {
    const { table } = this.#share;
    for (let slot = this.#slotOf(bytes, at); table[slot] !== 0; slot = (slot + 1) & this.#mask)
      if (this.#isId(table[slot]! - 1, bytes, at)) return true;
    return false;
  }

  /** The copy of an id that was inserted first, or the first after `previous`; -1 if there is none. */
  find(bytes: Uint8Array, at: number, previous = -1): number {
    const { table } = this.#share;
    let isPast = previous === -1;
    for (let slot = this.#slotOf(bytes, at); table[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const place = table[slot]! - 1;
      if (isPast && this.#isId(place, bytes, at)) return this.#numberAt(place);
      if (this.#numberAt(place) === previous) isPast = true;
    }
    return -1;
  }

  /** Exchanges two copies of one id. */
  swap(one: number, other: number): void {
    const { table } = this.#share;
    const oneSlot = this.#slotHolding(one);
    const otherSlot = this.#slotHolding(other);
    [table[oneSlot], table[otherSlot]] = [table[otherSlot]!, table[oneSlot]!];
  }

  #slotHolding(object: number): number {
    this.locate(object);
    let slot = this.#slotOf(this.bytes, this.at);
    const place = this.#placeOf(object);
    while (this.#share.table[slot] !== place + 1) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #slotOf(bytes: Uint8Array, at: number): number {
    const head = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return head >>> this.#shift;
  }

  #isId(place: number, bytes: Uint8Array, at: number): boolean {
    this.#locatePlace(place);
    const own = this.bytes;
    const start = this.at;
    for (let index = 0; index < this.#share.hashBytes; index++) {
      if (own[start + index] !== bytes[at + index]) return false;
    }
    return true;
  }
}

/** Beyond it an object is only ever streamed. */
const LARGEST_READ = 512 << 20;
/** Bases that `read` keeps for the next object of the same family. */
const KEPT_BASES_BYTES = 32 << 20;

/** An object as its entry holds it: whole, or a delta against another object. */
interface Entry {
  kind: number;
  base: number;
  bytes: Uint8Array;
}

export class Store implements ObjectStore {
  readonly share: StoreShare;
  readonly hashBytes: 20 | 32;
  readonly count: number;
  readonly #ids: IdTable;
  readonly #files = new Map<string, number>();
  readonly #head = emptyHead();
  readonly #kept = new Map<number, { type: number; bytes: Uint8Array }>();
  #keptBytes = 0;

  constructor(share: StoreShare) {
    this.share = share;
    this.hashBytes = share.hashBytes;
    this.count = share.count;
    this.#ids = new IdTable(share);
  }

  idOf(object: number): string {
    this.#ids.locate(object);
    const { bytes, at } = this.#ids;
    return Buffer.from(bytes.buffer, bytes.byteOffset + at, this.hashBytes).toString('hex');
  }

  find(id: string): number {
    if (id.length !== 2 * this.hashBytes) return -1;
    const bytes = Buffer.from(id, 'hex');
    return bytes.length === this.hashBytes ? this.#ids.find(bytes, 0) : -1;
  }

  findBytes(bytes: Uint8Array, at: number): number {
    return this.#ids.find(bytes, at);
  }

  has(bytes: Uint8Array, at: number): boolean {
    return this.#ids.has(bytes, at);
  }

  isDuplicate(object: number): boolean {
    return this.share.isDuplicate[object] === 1;
  }

  /** Makes `copy` the number that counts for its id, instead of `former`. Before any other thread looks ids up. */
  prefer(copy: number, former: number): void {
    this.#ids.swap(copy, former);
    this.share.isDuplicate[copy] = 0;
    this.share.isDuplicate[former] = 1;
  }

  /** All numbers an object's id has, the one that counts first. */
  copiesOf(object: number): number[] {
    const id = Buffer.from(this.idOf(object), 'hex');
    const copies: number[] = [];
    for (let copy = this.#ids.find(id, 0); copy !== -1; copy = this.#ids.find(id, 0, copy)) copies.push(copy);
    return copies;
  }

  isPacked(object: number): boolean {
    return object < this.share.packedCount;
  }

  packOf(object: number): PackShare {
    return this.#ids.packOf(object);
  }

  /** Where a packed object's entry ends at the latest: where the next one starts. */
  endOf(object: number): number {
    const pack = this.packOf(object);
    const isLast = object === pack.first + pack.count - 1;
    return isLast ? pack.dataEnd : Math.min(this.share.offset[object + 1]!, pack.dataEnd);
  }

  /** Hex id of the base that a packed ref delta names. */
  baseIdOf(object: number): string {
    const raw = readAt(this.fileOf(this.packOf(object)), this.share.offset[object]!, LONGEST_HEAD);
    parseEntryHead(raw, 0, raw.length, this.hashBytes, this.#head);
    return raw.toString('hex', this.#head.baseIdAt, this.#head.baseIdAt + this.hashBytes);
  }

  looseFile(object: number): string {
    const dir = this.share.looseDirs[this.share.looseDir[object - this.share.packedCount]!]!;
    return loosePath(dir, this.idOf(object));
  }

  /** Throws what `fs` throws. */
  fileOf(pack: PackShare): number {
    let fd = this.#files.get(pack.path);
    if (fd === undefined) {
      fd = openSync(pack.path, 'r');
      this.#files.set(pack.path, fd);
    }
    return fd;
  }

  close(): void {
    for (const fd of this.#files.values()) closeSync(fd);
    this.#files.clear();
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  read(object: number): { type: ObjectType; bytes: Uint8Array } {
    let failure: unknown;
    for (const copy of this.copiesOf(object)) {
      try {
        const { type, bytes } = this.#resolve(copy);
        return { type: typeName(type), bytes };
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  /** Size of an object's content, without building it. Throws like `read`. */
  contentSize(object: number): number {
    if (!this.isPacked(object)) return readLooseHead(this.looseFile(object))?.size ?? 0;
    const start = this.share.offset[object]!;
    const { kind, size, stream } = this.#rawEntry(
      object,
      Math.min(this.endOf(object), start + DELTA_HEAD_BYTES),
    );
    if (!isDelta(kind)) return size;
    const delta = inflateBeginning(stream);
    const target = delta && targetSizeOf(delta);
    if (target === undefined) throw this.#corrupt(object);
    return target;
  }

  /** Fills in kind, size, base of the objects numbered `from` .. `to`. Any order, any thread, each range once. */
  readHeads(from: number, to: number): void {
    const packedEnd = Math.min(to, this.share.packedCount);
    for (let object = from; object < packedEnd; ) {
      const pack = this.packOf(object);
      const end = Math.min(packedEnd, pack.first + pack.count);
      this.#readPackedHeads(pack, object, end);
      object = end;
    }
    for (let object = Math.max(from, packedEnd); object < to; object++) this.#readLooseHead(object);
  }

  #readPackedHeads(pack: PackShare, from: number, to: number): void {
    const { offset } = this.share;
    let fd: number;
    try {
      fd = this.fileOf(pack);
    } catch {
      return;
    }
    const window = Buffer.allocUnsafe(HEADS_WINDOW_BYTES);
    let start = 0;
    let length = 0;
    for (let object = from; object < to; object++) {
      const at = offset[object]!;
      const needed = Math.min(at + LONGEST_HEAD, pack.dataEnd);
      if (at < start || needed > start + length) {
        start = at;
        length =
          at < pack.dataEnd ? readSync(fd, window, 0, Math.min(window.length, pack.dataEnd - at), at) : 0;
      }
      parseEntryHead(window, at - start, length, this.hashBytes, this.#head);
      this.#recordHead(pack, object, window);
    }
  }

  #recordHead(pack: PackShare, object: number, bytes: Uint8Array): void {
    const { kind, headLength, size, base } = this.share;
    const head = this.#head;
    kind[object] = head.kind;
    headLength[object] = head.length;
    size[object] = head.size;
    base[object] = isDelta(head.kind) ? this.#baseOf(pack, object, bytes) : BASE.none;
  }

  #readLooseHead(object: number): void {
    const { kind, headLength, size, base } = this.share;
    const head = readLooseHead(this.looseFile(object));
    base[object] = BASE.none;
    if (head === undefined) return;
    kind[object] = head.type;
    headLength[object] = head.length;
    size[object] = head.size;
  }

  /** The number of the base that `#head` names. */
  #baseOf(pack: PackShare, object: number, bytes: Uint8Array): number {
    if (this.#head.kind === TYPE.ofsDelta) {
      return this.#numberAtOffset(pack, object, this.share.offset[object]! - this.#head.baseDistance);
    }
    const base = this.#ids.find(bytes, this.#head.baseIdAt);
    return base === -1 ? BASE.missing : base;
  }

  /** Bases stand shortly in front of their deltas: gallop back from `object`, then halve. */
  #numberAtOffset(pack: PackShare, object: number, wanted: number): number {
    const { offset } = this.share;
    let step = 1;
    let high = object;
    let low = object - 1;
    while (low > pack.first && offset[low]! > wanted) {
      high = low;
      step *= 2;
      low = Math.max(pack.first, low - step);
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offset[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low >= pack.first && low < object && offset[low] === wanted ? low : BASE.missing;
  }

  #resolve(object: number): { type: number; bytes: Uint8Array } {
    const deltas: { object: number; bytes: Uint8Array }[] = [];
    const seen = new Set<number>();
    let at = object;
    let base = this.#kept.get(at);
    while (base === undefined) {
      if (seen.has(at)) throw this.#corrupt(object);
      seen.add(at);
      const entry = this.#entry(at);
      if (!isDelta(entry.kind)) {
        base = { type: entry.kind, bytes: entry.bytes };
        this.#keep(at, base);
        break;
      }
      if (entry.base === BASE.missing) {
        throw new KeyturnError(`object ${this.idOf(object)} needs one that is not there`, {
          code: 'missing-object',
        });
      }
      deltas.push({ object: at, bytes: entry.bytes });
      at = entry.base;
      base = this.#kept.get(at);
    }
    for (const delta of deltas.reverse()) {
      if ((targetSizeOf(delta.bytes) ?? 0) > LARGEST_READ) throw tooLarge(this.idOf(delta.object));
      const bytes = applyDelta(base.bytes, delta.bytes);
      if (bytes === undefined) throw this.#corrupt(delta.object);
      base = { type: base.type, bytes };
      this.#keep(delta.object, base);
    }
    return base;
  }

  /** One entry, inflated. */
  #entry(object: number): Entry {
    if (!this.isPacked(object)) {
      const { type, bytes } = readLooseObject(this.looseFile(object), this.idOf(object));
      return { kind: type, base: BASE.none, bytes };
    }
    const { kind, size, base, stream } = this.#rawEntry(object, this.endOf(object));
    if (size > LARGEST_READ) throw tooLarge(this.idOf(object));
    const bytes = inflateExactly(stream, size);
    if (bytes === undefined) throw this.#corrupt(object);
    return { kind, base, bytes };
  }

  /** A packed entry as it stands in front of `end`. */
  #rawEntry(object: number, end: number) {
    const pack = this.packOf(object);
    const start = this.share.offset[object]!;
    if (end - start > LARGEST_READ) throw tooLarge(this.idOf(object));
    const raw = readAt(this.fileOf(pack), start, Math.max(0, end - start));
    const head = this.#head;
    parseEntryHead(raw, 0, raw.length, this.hashBytes, head);
    if (head.kind === 0) throw this.#corrupt(object);
    const base = isDelta(head.kind) ? this.#baseOf(pack, object, raw) : BASE.none;
    return { kind: head.kind, size: head.size, base, stream: raw.subarray(head.length) };
  }

  #keep(object: number, content: { type: number; bytes: Uint8Array }): void {
    this.#kept.set(object, content);
    this.#keptBytes += content.bytes.length;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BASES_BYTES || oldest === object) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes.length;
    }
  }

  #corrupt(object: number): KeyturnError {
    return new KeyturnError(`object ${this.idOf(object)} is corrupt`, { code: 'corrupt-object' });
  }
}

/** Larger than a core's first-level cache is of no use, smaller costs system calls. */
const HEADS_WINDOW_BYTES = 256 << 10;
/** Compressed bytes that hold an entry's head, the Huffman tables, and the two sizes a delta begins with. */
const DELTA_HEAD_BYTES = 512;

export function isDelta(kind: number): boolean {
  return kind === TYPE.ofsDelta || kind === TYPE.refDelta;
}

export function typeName(type: number): ObjectType {
  return type === TYPE.commit ? 'commit' : type === TYPE.tree ? 'tree' : type === TYPE.blob ? 'blob' : 'tag';
}

function targetSizeOf(delta: Uint8Array): number | undefined {
  const baseSize = deltaSize(delta, 0);
  return baseSize && deltaSize(delta, baseSize.end)?.value;
}

function tooLarge(id: string): KeyturnError {
  return new KeyturnError(`object ${id} is too large to be held in memory`, { code: 'too-large' });
}

/** The first `length` bytes of a zlib stream; undefined when it is corrupt or its length is another. */
function inflateExactly(stream: Uint8Array, length: number): Uint8Array | undefined {
  try {
    const bytes = inflateSync(stream, { maxOutputLength: Math.max(1, length) });
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** What the beginning of a zlib stream inflates to. */
function inflateBeginning(stream: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(stream, { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

function withFile<Result>(path: string, use: (fd: number) => Result): Result {
  const fd = openSync(path, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** What there is of the bytes asked for. */
function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readFully(fd, bytes, at));
}

/** `read` may stop early, at 2 GB at the latest. Returns how many bytes there were. */
function readFully(fd: number, into: Uint8Array, at: number): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, Math.min(into.length - done, 1 << 30), at + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** A whole file in memory that threads share. */
function readShared(path: string): Uint8Array {
  return withFile(path, (fd) => {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(fd).size));
    readFully(fd, bytes, 0);
    return bytes;
  });
}
