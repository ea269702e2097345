import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../src/detect/kernel/types.ts';
import { createPrunedForest, EMPTY } from '../../src/git/pruned.ts';
import { joinSkeleton } from '../../src/git/skeleton.ts';
import {
  createTreeCollector,
  entryStarts,
  REMOVED,
  type TreeCollector,
  treeEntries,
} from '../../src/git/trees.ts';
import { bothKernels } from '../detect/kernel/kernels.ts';

const ID_BYTES = 20;
const OBJECTS = 200;

/** Ids that hold their object number, twice, between bytes that look like the start of an entry. */
function idOf(object: number): Buffer {
  const id = Buffer.from('\0\0\0\x0040000 x\x0040000 x'.slice(0, ID_BYTES).padEnd(ID_BYTES, '\0'), 'latin1');
  id.writeUInt16BE(object, 0);
  id.writeUInt16BE(object, 18);
  return id;
}

const store = {
  hashBytes: ID_BYTES,
  count: OBJECTS,
  idOf: (object: number) => idOf(object).toString('hex'),
  findBytes: (bytes: Uint8Array, at: number) => (bytes[at]! << 8) | bytes[at + 1]!,
  has: () => true,
} as const;

interface Entry {
  mode: string;
  name: string;
  object: number;
}

function treeOf(entries: readonly Entry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, object }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), idOf(object)]),
  );
}

/** Hands trees to a collector as a walk would: each in the kernel's memory behind those it may be based on. */
class Visits {
  readonly #kernel: Kernel;
  readonly #collector: TreeCollector;
  readonly #places = new Map<number, { tree: number; length: number; table: number }>();
  #end: number;

  constructor(kernel: Kernel, collector: TreeCollector) {
    this.#kernel = kernel;
    this.#collector = collector;
    this.#end = kernel.heapBase;
  }

  visit(object: number, content: Buffer, base = -1, delta: Buffer = Buffer.alloc(0)): void {
    const kernel = this.#kernel;
    const parent = this.#places.get(base);
    const deltaAt = this.#end + 7;
    const tree = deltaAt + delta.length;
    const table = (tree + content.length + 3) & ~3;
    const room = 4 * treeEntries(content.length) + 16;
    const told = table + room;
    this.#end = told + room + 4 * treeEntries(parent?.length ?? 0);
    kernel.reserve(this.#end - kernel.heapBase);
    kernel.bytes().set(delta, deltaAt);
    kernel.bytes().set(content, tree);
    const count =
      parent === undefined
        ? kernel.readTree(tree, content.length, table, told)
        : kernel.followTree(
            tree,
            content.length,
            parent.tree,
            parent.table,
            deltaAt,
            delta.length,
            table,
            told,
          );
    this.#places.set(object, { tree, length: content.length, table });
    this.#collector.visit(
      object,
      kernel.bytes(),
      tree,
      parent === undefined ? -1 : base,
      kernel.words(),
      told >> 2,
      count,
    );
  }
}

/** A delta that says the same in one of very many ways: `cuts` decide where to look for something to copy. */
function deltaOf(base: Buffer, target: Buffer, cuts: readonly number[]): Buffer {
  const parts = [size(base.length), size(target.length)];
  for (let at = 0, turn = 0; at < target.length; turn += 1) {
    const length = Math.min(target.length - at, 1 + (cuts[turn % cuts.length]! % 120));
    const piece = target.subarray(at, at + length);
    const offset = turn % 5 === 4 ? -1 : base.indexOf(piece, Math.max(0, at - 60));
    parts.push(offset >= 0 ? copy(offset, length) : Buffer.concat([Buffer.from([length]), piece]));
    at += length;
  }
  return Buffer.concat(parts);
}

function size(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([0x80 | (value & 0x7f), ...size(value >> 7)]);
}

function copy(offset: number, length: number): Buffer {
  return Buffer.from([0x80 | 0x03 | 0x10, offset & 0xff, offset >> 8, length]);
}

const HITS = [3, 5, 7];

/** What the collector is to keep of a tree: subtrees and hits, by key. */
function kept(entries: readonly Entry[]): Map<string, number> {
  const relevant = entries.filter(
    ({ mode, object }) => mode === '40000' || (mode !== '160000' && HITS.includes(object)),
  );
  return new Map(relevant.map(({ mode, name, object }) => [mode === '40000' ? `${name}/` : name, object]));
}

function told(collector: TreeCollector): Map<number, Map<string, number>> {
  const { record, base, start, edits, names } = joinSkeleton([collector.finish()], OBJECTS);
  const trees = new Map<number, Map<string, number>>();
  const nameOf = (key: number) => names[key >> 1]! + ((key & 1) === 1 ? '/' : '');
  const objects = [...record.keys()].filter((object) => record[object]! >= 0);
  for (const object of objects.sort((left, right) => record[left]! - record[right]!)) {
    const index = record[object]!;
    const entries = new Map(base[index]! < 0 ? [] : trees.get(base[index]!));
    const own = [...edits.subarray(start[index], start[index + 1])];
    const pairs = own.flatMap((key, at) => (at % 2 === 0 ? [[key, own[at + 1]!] as const] : []));
    for (const [key, value] of pairs) if (value === REMOVED) entries.delete(nameOf(key));
    for (const [key, value] of pairs) if (value !== REMOVED) entries.set(nameOf(key), value);
    trees.set(object, entries);
  }
  return trees;
}

/** Names and ids that look like entries themselves, so that a parser that is one byte off still finds some. */
const entry = fc.record<Entry>({
  mode: fc.constantFrom('100644', '40000', '160000', '120000'),
  name: fc.constantFrom('a', 'b', 'c 40000 d', 'd', 'c 40000 e', 'e', '100644 f', 'f', 'g'.repeat(90), 'h'),
  object: fc.integer({ min: 3, max: 6 }),
});
const entries = fc.uniqueArray(entry, { maxLength: 10, selector: ({ name }) => name });

describe.each(bothKernels())('createTreeCollector ($name)', ({ kernel }) => {
  it('tells trees stored as deltas like those stored whole', () => {
    const chain = fc.array(
      fc.record({ entries, parent: fc.nat(), cuts: fc.array(fc.nat(), { minLength: 1 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(chain, (trees) => {
        const collector = createTreeCollector({ store, kernel, hits: HITS });
        const visits = new Visits(kernel, collector);
        for (const [index, tree] of trees.entries()) {
          const content = treeOf(tree.entries);
          const parent = index === 0 ? -1 : tree.parent % index;
          const delta = parent < 0 ? undefined : deltaOf(treeOf(trees[parent]!.entries), content, tree.cuts);
          visits.visit(100 + index, content, parent < 0 ? -1 : 100 + parent, delta);
        }
        const actual = told(collector);
        trees.forEach((tree, index) => {
          expect(Object.fromEntries(actual.get(100 + index)!)).toEqual(
            Object.fromEntries(kept(tree.entries)),
          );
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('reads a delta of a malformed base as far as the target is sound', () => {
    const sound: Entry[] = [
      { mode: '40000', name: 'a', object: 1 },
      { mode: '40000', name: 'b', object: 2 },
    ];
    const target = treeOf(sound);
    const base = target.subarray(0, target.length - 3);
    const collector = createTreeCollector({ store, kernel, hits: HITS });
    const visits = new Visits(kernel, collector);
    visits.visit(100, base);
    const delta = Buffer.concat([
      size(base.length),
      size(target.length),
      copy(0, base.length),
      Buffer.from([3]),
      target.subarray(-3),
    ]);
    visits.visit(101, target, 100, delta);
    expect(told(collector)).toEqual(
      new Map([
        [100, new Map([['a/', 1]])],
        [101, new Map(Object.entries({ 'a/': 1, 'b/': 2 }))],
      ]),
    );
  });

  it('asks once for each distinct name', () => {
    const asked: string[] = [];
    const collector = createTreeCollector({
      store,
      kernel,
      hits: [],
      isHitName: (bytes, start, end) => asked.push(Buffer.from(bytes.subarray(start, end)).toString()) < 0,
    });
    const visits = new Visits(kernel, collector);
    const tree = treeOf(['one', 'two'].map((name) => ({ mode: '100644', name, object: 1 })));
    visits.visit(100, tree);
    visits.visit(101, tree);
    expect(asked).toEqual(['one', 'two']);
  });
});

describe('entryStarts', () => {
  it('lists what a kernel to which all is new tells', () => {
    fc.assert(
      fc.property(entries, fc.nat(30), (tree, cut) => {
        const whole = treeOf(tree.map((entry) => ({ ...entry, mode: '40000' })));
        const content = whole.subarray(0, Math.max(0, whole.length - cut));
        const told: number[] = [];
        const { kernel } = bothKernels()[0]!;
        const collector: TreeCollector = {
          visit(_object, _bytes, start, _base, words, from, count) {
            told.push(...[...words.subarray(from, from + count)].map((at) => at - start));
          },
          finish: () => expect.fail('nobody asks'),
        };
        new Visits(kernel, collector).visit(100, content);
        expect([...entryStarts(content, ID_BYTES)]).toEqual(told);
      }),
    );
  });
});

describe('createPrunedForest', () => {
  const { kernel } = bothKernels()[1]!;

  it('comes out of a ring of bases and subtrees', () => {
    // `top` holds `inner`; `other` is a delta of `top`, and `inner` one of `other`.
    const [top, other, inner, hit] = [100, 101, 102, 3];
    const topTree = treeOf([{ mode: '40000', name: 'dir', object: inner }]);
    const otherTree = treeOf([
      { mode: '40000', name: 'dir', object: inner },
      { mode: '100644', name: 'x', object: 9 },
    ]);
    const innerTree = treeOf([
      { mode: '100644', name: 'leak', object: hit },
      { mode: '100644', name: 'x', object: 9 },
    ]);
    for (const first of [top, other, inner]) {
      const collector = createTreeCollector({ store, kernel, hits: HITS });
      const visits = new Visits(kernel, collector);
      visits.visit(top, topTree);
      visits.visit(other, otherTree, top, deltaOf(topTree, otherTree, [20]));
      visits.visit(inner, innerTree, other, deltaOf(otherTree, innerTree, [20]));
      const forest = createPrunedForest(joinSkeleton([collector.finish()], OBJECTS), (object) =>
        HITS.includes(object),
      );
      forest.of(first);
      expect([...forest.entries(forest.of(inner))].at(-1)).toBe(hit);
      expect([...forest.entries(forest.of(top))].at(-1)).toBe(forest.of(inner));
      expect(forest.of(other)).toBe(forest.of(top));
    }
  });

  it('survives a tree that claims to hold itself', () => {
    const collector = createTreeCollector({ store, kernel, hits: HITS });
    const visits = new Visits(kernel, collector);
    visits.visit(100, treeOf([{ mode: '40000', name: 'self', object: 100 }]));
    const forest = createPrunedForest(joinSkeleton([collector.finish()], OBJECTS), (object) =>
      HITS.includes(object),
    );
    expect(forest.of(100)).toBe(EMPTY);
    expect(forest.of(-1)).toBe(EMPTY);
    expect(forest.of(50)).toBe(EMPTY);
  });
});
