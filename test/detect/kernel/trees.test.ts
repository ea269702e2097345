import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../src/detect/kernel/types.ts';
import { bothKernels, Layout } from './kernels.ts';

interface Entry {
  mode: string;
  name: string;
  /** Two first bytes and the rest of an id, as far as it is not filled up. */
  id: [number, number];
}

interface Tree {
  entries: Entry[];
  /** Bytes missing at the end. */
  cut: number;
  /** Which tree before it is the base; none where that is itself. */
  base: number;
}

const MODES = ['100644', '100755', '40000', '040000', '160000', '120000', '0160000', '4', ''];

function bytesOf({ entries, cut }: Tree, hashBytes: number): Buffer {
  const whole = Buffer.concat(
    entries.map(({ mode, name, id: [slot, rest] }) => {
      const id = Buffer.alloc(hashBytes, rest);
      id.writeUInt16BE(slot, 0);
      return Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), id]);
    }),
  );
  return whole.subarray(0, Math.max(0, whole.length - cut));
}

/** A delta of pieces that are copied where the base has them at the same place or nearby. */
function deltaOf(base: Buffer, target: Buffer, piece: number): Buffer {
  const parts = [sizeOf(base.length), sizeOf(target.length)];
  for (let at = 0; at < target.length; ) {
    let length = Math.min(piece, target.length - at);
    let from = base.indexOf(target.subarray(at, at + length), Math.max(0, at - 100));
    if (from < 0) parts.push(Buffer.from([length]), target.subarray(at, at + length));
    else {
      while (length < 250 && at + length < target.length && base[from + length] === target[at + length])
        length++;
      parts.push(Buffer.from([0x93, from & 255, from >> 8, length]));
      from += length;
    }
    at += length;
  }
  return Buffer.concat(parts);
}

function sizeOf(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([0x80 | (value & 127), ...sizeOf(value >> 7)]);
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a name of 16 byte', 'another name, a bit longer than that', 'c 40000 d', ''),
  fc.integer({ min: 14, max: 66 }).map((length) => 'n'.repeat(length)),
);
const entry = fc.record<Entry>({
  mode: fc.constantFrom(...MODES),
  name,
  id: fc.tuple(fc.constantFrom(0, 1, 256, 65535), fc.constantFrom(0, 1, 0x20, 0x31)),
});
const tree = fc.record<Tree>({
  entries: fc.array(entry, { maxLength: 12 }),
  cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(30)),
  base: fc.nat(7),
});

interface Settings {
  hashBytes: 20 | 32;
  shortestName: number;
  wanted: number[];
  piece: number;
  tellFrom: number;
}

const settings = fc.record<Settings>({
  hashBytes: fc.constantFrom(20 as const, 32 as const),
  shortestName: fc.constantFrom(0, 10, 16, 20, 0xffffffff),
  wanted: fc.subarray([0, 1, 256, 65535]),
  piece: fc.constantFrom(8, 30, 100),
  tellFrom: fc.nat(12),
});

/** What a kernel tells of trees, each in its own terms: addresses relative to the tree, and to the base as negative numbers. */
function tell(kernel: Kernel, trees: readonly Tree[], settings: Settings) {
  const { hashBytes, shortestName, wanted, piece, tellFrom } = settings;
  const contents = trees.map((one) => bytesOf(one, hashBytes));
  const layout = new Layout(
    kernel,
    contents.reduce((sum, bytes) => sum + 12 * bytes.length + 500, 64),
    200,
  );
  const wantedAt = kernel.beginTrees(hashBytes, shortestName);
  for (const slot of wanted) kernel.bytes()[wantedAt + slot] = 1;
  const places: { at: number; table: number }[] = [];
  const told = contents.map((content, index) => {
    if (index === tellFrom) kernel.tellEveryName();
    const base = trees[index]!.base < index ? trees[index]!.base : undefined;
    const delta = base === undefined ? Buffer.alloc(0) : deltaOf(contents[base]!, content, piece);
    const deltaAt = layout.put(delta);
    const at = layout.put(content);
    const numbers = Math.ceil(content.length / 16) + 2;
    const table = wordsIn(layout, numbers);
    const list = wordsIn(layout, numbers + Math.ceil((contents[base ?? index]!.length ?? 0) / 16));
    const count =
      base === undefined
        ? kernel.readTree(at, content.length, table, list)
        : kernel.followTree(
            at,
            content.length,
            places[base]!.at,
            places[base]!.table,
            deltaAt,
            delta.length,
            table,
            list,
          );
    places.push({ at, table });
    const words = kernel.words();
    const entries = words[table >> 2]!;
    return {
      told: [...words.subarray(list >> 2, (list >> 2) + count)].map((address) =>
        address >= at ? address - at : address - places[base!]!.at - 1e9,
      ),
      starts: [...words.subarray((table >> 2) + 1, (table >> 2) + entries + 2)],
    };
  });
  return { told, isIntact: layout.isIntact() };
}

/** The address of some words, which must be aligned, unlike all else here. */
function wordsIn(layout: Layout, count: number): number {
  return (layout.room(4 * count + 20) + 3) & ~3;
}

describe('trees, twin against WebAssembly', () => {
  it('agrees on what to tell, and on where entries start', () => {
    const [twin, wasm] = bothKernels().map(({ kernel }) => kernel) as [Kernel, Kernel];
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 8 }), settings, (trees, chosen) => {
        const [expected, actual] = [twin, wasm].map((kernel) => tell(kernel, trees, chosen));
        expect(actual).toEqual(expected);
        expect(actual!.isIntact).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe.each(bothKernels())('trees ($name)', ({ kernel }) => {
  const file = (name: string, slot: number, rest = 0): Entry => ({ mode: '100644', name, id: [slot, rest] });
  const whole = (...entries: Entry[]): Tree => ({ entries, cut: 0, base: 99 });
  const quiet: Settings = {
    hashBytes: 20,
    shortestName: 0xffffffff,
    wanted: [],
    piece: 8,
    tellFrom: 99,
  };
  const namesTold = (trees: Tree[], settings: Partial<Settings> = {}) =>
    tell(kernel, trees, { ...quiet, ...settings }).told.map(({ told }) => told.length);

  it('tells of an id once while no other takes its place', () => {
    const one = whole(file('a', 1), file('b', 2));
    expect(namesTold([one, one, whole(file('c', 1, 7)), one])).toEqual([2, 0, 1, 1]);
  });

  it('tells of an id of zeros', () => {
    expect(namesTold([whole(file('a', 0))])).toEqual([1]);
  });

  it('always tells of subtrees and of wanted ids', () => {
    const one = whole(file('a', 1), { mode: '40000', name: 'd', id: [5, 5] });
    expect(namesTold([one, one], { wanted: [1] })).toEqual([2, 2]);
    expect(namesTold([one, one])).toEqual([2, 1]);
  });

  it('tells of a long name once, of all once every name is asked for', () => {
    const link = whole({ mode: '160000', name: 'a submodule with a name', id: [1, 1] });
    expect(namesTold([link, link], { shortestName: 16 })).toEqual([1, 0]);
    expect(namesTold([link, link, link], { shortestName: 16, tellFrom: 1 })).toEqual([1, 1, 1]);
    expect(namesTold([link], { shortestName: 40 })).toEqual([0]);
  });

  it('tells of what is gone only if it could have mattered', () => {
    const before = whole(file('a', 1), file('b', 2), { mode: '40000', name: 'd', id: [3, 3] });
    const after = { ...whole(file('b', 2)), base: 0 };
    expect(tell(kernel, [before, after], { ...quiet, wanted: [1] }).told[1]!.told).toHaveLength(2 + 0);
    expect(tell(kernel, [before, after], quiet).told[1]!.told).toHaveLength(1);
  });
});
