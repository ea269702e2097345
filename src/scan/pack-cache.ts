import { createHash } from 'node:crypto';
import { readCache, writeCache } from '../git/cache.ts';
import type { PackShare, Store } from '../git/store.ts';
import { TYPE } from '../git/types.ts';
import type { ObjectScan } from './jobs.ts';

/** What earlier scans found in packs that are still there. Packs never change, so a result holds as long as the patterns do. */
export interface PackCache {
  /** Every object of the store is in a pack whose result is known. */
  readonly isComplete: boolean;
  has(pack: PackShare | undefined): boolean;
  /** What is known: objects with something to tell, and how many distinct objects of each type were searched. */
  read(): CachedResult;
  /** Files the results of packs that had none. `type`: of every object. Only for scans that could read everything. */
  write(objects: readonly ObjectScan[], type: Uint8Array): void;
}

export interface CachedResult {
  objects: ObjectScan[];
  counts: { blobs: number; commits: number; tags: number; trees: number };
}

/** Change it when the entries' shape changes, or what the walk looks at. */
const FORMAT = 1;

interface PackEntry {
  /** Checksums of the packs that were there: where one of them is gone, objects may be missing that were not. */
  beside: string[];
  objects: (Omit<ObjectScan, 'object'> & { id: string })[];
}

interface KnownPack {
  pack: PackShare;
  entry: PackEntry;
  /** `TYPE` of its objects, in the order of their offsets. */
  types: Uint8Array;
}

export function openPackCache(cacheDir: string | undefined, detectorHash: string, store: Store): PackCache {
  const { share } = store;
  const known = new Map<PackShare, KnownPack>();
  const present = new Set(share.packs.map(({ checksum }) => checksum));
  if (cacheDir !== undefined) {
    for (const pack of share.packs) {
      const found = readPack(cacheDir, keyOf(pack, detectorHash, share.hashBytes), pack);
      if (found?.entry.beside.every((checksum) => present.has(checksum))) known.set(pack, found);
    }
  }

  function read(): CachedResult {
    const counts = { blobs: 0, commits: 0, tags: 0, trees: 0 };
    const objects: ObjectScan[] = [];
    for (const { pack, entry, types } of known.values()) {
      for (let index = 0; index < pack.count; index++) {
        if (store.isDuplicate(pack.first + index)) continue;
        const type = types[index];
        if (type === TYPE.blob) counts.blobs++;
        else if (type === TYPE.commit) counts.commits++;
        else if (type === TYPE.tag) counts.tags++;
        else if (type === TYPE.tree) counts.trees++;
      }
      for (const { id, ...scan } of entry.objects) {
        const object = store.find(id);
        if (object !== -1) objects.push({ ...scan, object });
      }
    }
    return { objects: distinctByNumber(objects), counts };
  }

  function write(objects: readonly ObjectScan[], type: Uint8Array): void {
    if (cacheDir === undefined) return;
    for (const pack of share.packs) {
      if (known.has(pack)) continue;
      const entry: PackEntry = { beside: [...present], objects: entriesOf(store, pack, objects) };
      const types = type.slice(pack.first, pack.first + pack.count);
      writeCache(cacheDir, keyOf(pack, detectorHash, share.hashBytes), entry, types);
    }
  }

  return {
    isComplete: share.count === share.packedCount && known.size === share.packs.length,
    has: (pack) => pack !== undefined && known.has(pack),
    read,
    write,
  };
}

/** An object stored twice belongs to the result of each pack it is in: the other one may be gone by the next scan. */
function entriesOf(store: Store, pack: PackShare, objects: readonly ObjectScan[]): PackEntry['objects'] {
  return objects
    .filter(({ object }) =>
      store.copiesOf(object).some((copy) => store.isPacked(copy) && store.packOf(copy) === pack),
    )
    .map(({ object, ...scan }) => ({ id: store.idOf(object), ...scan }));
}

function keyOf(pack: PackShare, detectorHash: string, hashBytes: number): string {
  const key = [FORMAT, pack.checksum, indexChecksum(pack, hashBytes), pack.dataEnd, detectorHash].join('\n');
  return `pack-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}

/** The last bytes of the .idx file: a checksum over all ids and offsets. */
function indexChecksum(pack: PackShare, hashBytes: number): string {
  return Buffer.from(pack.index.slice(-hashBytes)).toString('hex');
}

function readPack(cacheDir: string, key: string, pack: PackShare): KnownPack | undefined {
  const found = readCache(cacheDir, key);
  if (found === undefined || found.bytes.length !== pack.count || !isPackEntry(found.value)) return undefined;
  return { pack, entry: found.value, types: found.bytes };
}

function isPackEntry(value: unknown): value is PackEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { objects, beside } = value as Partial<PackEntry>;
  return Array.isArray(objects) && Array.isArray(beside);
}

function distinctByNumber(objects: readonly ObjectScan[]): ObjectScan[] {
  return [...new Map(objects.map((scan) => [scan.object, scan])).values()];
}
