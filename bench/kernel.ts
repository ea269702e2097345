// What the byte-level kernel costs on real objects: node scripts/run-ts.mjs bench/kernel.ts GIT_DIR [MEGABYTES_OF_PACK]
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { anchorsOf } from '../src/detect/anchors.ts';
import type { Kernel } from '../src/detect/kernel/types.ts';
import { createWasmKernel } from '../src/detect/kernel/wasm-kernel.ts';
import { PATTERNS } from '../src/detect/patterns.generated.ts';
import { STRUCTURAL } from '../src/detect/types.ts';

/** One entry of a pack, in `pack` from `start` to `end`. */
interface Entry {
  start: number;
  end: number;
  size: number;
}

const WINDOWS = 8;
const ROUNDS = 5;
const TREE = 2;
const OFS_DELTA = 6;
const REF_DELTA = 7;

const [gitDir, megabytes = '32'] = process.argv.slice(2);
if (gitDir === undefined) {
  console.error('usage: node scripts/run-ts.mjs bench/kernel.ts GIT_DIR [MEGABYTES_OF_PACK]');
  process.exit(2);
}

const anchors = anchorsOf(PATTERNS);
const started = performance.now();
const kernel = createWasmKernel({ anchors });
console.log(`start: ${(performance.now() - started).toFixed(2)} ms`);
const { pack, entries } = sampleEntries(gitDir, Number(megabytes) * 1e6);
benchmark(kernel);

function benchmark(kernel: Kernel): void {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  kernel.reserve(pack.length + total);
  const packAt = kernel.heapBase;
  kernel.bytes().set(pack, packAt);
  const places: number[] = [];
  let at = packAt + pack.length;
  for (const entry of entries) {
    places.push(at);
    at += entry.size;
  }
  console.log(
    `${entries.length} objects and deltas, ${megabytesOf(pack.length)} MB of pack, ${megabytesOf(total)} MB inflated`,
  );

  const inflated = best(() => {
    for (const [i, { start, end, size }] of entries.entries()) {
      if (kernel.inflate(packAt + start, end - start, places[i]!, size) < 0) throw new Error('corrupt pack');
    }
  });
  console.log(
    `inflate:         ${perObject(inflated)} us/object, ${(total / inflated / 1e3).toFixed(0)} MB/s`,
  );
  const zlib = best(() => {
    for (const { start, end } of entries) inflateSync(pack.subarray(start, end));
  });
  console.log(`zlib.inflateSync: ${perObject(zlib)} us/object, ${(total / zlib / 1e3).toFixed(0)} MB/s`);

  const tags = new Map<number, number>();
  let hit = 0;
  for (const [i, { size }] of entries.entries()) {
    const list = kernel.prefilter(places[i]!, size);
    if (list.count > 0) hit++;
    for (const tag of list.tags.subarray(0, list.count)) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  const searched = best(() => {
    for (const [i, { size }] of entries.entries()) kernel.hasCandidate(places[i]!, size);
  });
  const listed = best(() => {
    for (const [i, { size }] of entries.entries()) kernel.prefilter(places[i]!, size);
  });
  console.log(
    `hasCandidate:    ${(total / searched / 1e3).toFixed(0)} MB/s, ${perObject(searched)} us/object`,
  );
  const inOne = best(() => {
    kernel.prefilter(places[0]!, total);
  });
  console.log(
    `prefilter:       ${(total / listed / 1e3).toFixed(0)} MB/s, all in one call ${(total / inOne / 1e3).toFixed(0)} MB/s`,
  );
  const ofTag = (tag: number) => tags.get(tag) ?? 0;
  console.log(
    `candidates:      in ${hit} objects; ${ofTag(STRUCTURAL.secretRun)} secret runs, ${ofTag(STRUCTURAL.base64Text)} base64, ` +
      `${[...tags].reduce((sum, [tag, count]) => sum + (tag < STRUCTURAL.secretRun ? count : 0), 0)} literals`,
  );
}

function best(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    run();
    least = Math.min(least, performance.now() - from);
  }
  return least;
}

function perObject(milliseconds: number): string {
  return ((milliseconds * 1000) / entries.length).toFixed(2);
}

function megabytesOf(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Entries that are no trees, from windows spread over the largest pack. */
function sampleEntries(gitDir: string, most: number): { pack: Buffer; entries: Entry[] } {
  const folder = join(gitDir, 'objects/pack');
  const name = readdirSync(folder).find((file) => file.endsWith('.pack'));
  if (name === undefined) throw new Error(`no pack in ${folder}`);
  const offsets = readOffsets(join(folder, name.replace(/pack$/, 'idx')));
  const file = openSync(join(folder, name), 'r');
  const types = new Map<number, number>();
  const chunks: Buffer[] = [];
  const entries: Entry[] = [];
  let held = 0;
  for (let window = 0; window < WINDOWS; window++) {
    const first = Math.floor((offsets.length * window) / WINDOWS);
    const limit = offsets[first]! + most / WINDOWS;
    for (let i = first; i + 1 < offsets.length && offsets[i + 1]! < limit; i++) {
      const bytes = read(file, offsets[i]!, offsets[i + 1]! - offsets[i]!);
      const head = readHead(bytes, 0);
      if (typeOf(file, offsets[i]!, types) === TREE || head.type === REF_DELTA) continue;
      chunks.push(bytes);
      entries.push({
        start: held + head.end,
        end: held + bytes.length,
        size: head.size,
      });
      held += bytes.length;
    }
  }
  closeSync(file);
  return { pack: Buffer.concat(chunks), entries };
}

function typeOf(file: number, offset: number, known: Map<number, number>): number {
  const cached = known.get(offset);
  if (cached !== undefined) return cached;
  const head = readHead(read(file, offset, 32), offset);
  const type = head.type === OFS_DELTA ? typeOf(file, head.base, known) : head.type;
  known.set(offset, type);
  return type;
}

function read(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  return bytes;
}

function readHead(bytes: Buffer, offset: number): { type: number; size: number; end: number; base: number } {
  let end = 0;
  let byte = bytes[end++]!;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let unit = 16; byte & 0x80; unit *= 128) {
    byte = bytes[end++]!;
    size += (byte & 0x7f) * unit;
  }
  if (type !== OFS_DELTA) return { type, size, end, base: -1 };
  byte = bytes[end++]!;
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = bytes[end++]!;
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { type, size, end, base: offset - distance };
}

/** Offsets of a version 2 index, ascending. */
function readOffsets(path: string): Float64Array {
  const index = readFileSync(path);
  const count = index.readUInt32BE(8 + 255 * 4);
  const small = 8 + 256 * 4 + count * 24;
  return Float64Array.from({ length: count }, (_, i) => {
    const offset = index.readUInt32BE(small + 4 * i);
    return offset < 0x80000000
      ? offset
      : Number(index.readBigUInt64BE(small + 4 * count + 8 * (offset & 0x7fffffff)));
  }).sort();
}
