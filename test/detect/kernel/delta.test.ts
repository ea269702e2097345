import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../src/detect/kernel/types.ts';
import type { AnchorSet } from '../../../src/detect/types.ts';
import { anchor, bothKernels, Layout } from './kernels.ts';

interface Step {
  /** Offset in the base, or what to insert. */
  from: number | Uint8Array;
  length: number;
}

interface Case {
  base: Uint8Array;
  steps: Step[];
  delta: Buffer;
  target: Buffer;
}

function writeSize(size: number): number[] {
  const bytes = [];
  for (; size >= 128; size = Math.floor(size / 128)) bytes.push((size % 128) | 128);
  return [...bytes, size];
}

function writeCopy(from: number, length: number): number[] {
  const operands = [
    ...[0, 8, 16, 24].map((shift) => (from >>> shift) & 255),
    ...[0, 8, 16].map((shift) => (length >>> shift) & 255),
  ];
  if (length === 0x10000) operands.fill(0, 4);
  const code = operands.reduce((bits, byte, i) => (byte === 0 ? bits : bits | (1 << i)), 0x80);
  return [code, ...operands.filter((byte) => byte !== 0)];
}

function toCase(base: Uint8Array, steps: Step[]): Case {
  const parts = steps.map(({ from, length }) =>
    typeof from === 'number' ? base.subarray(from, from + length) : from,
  );
  const target = Buffer.concat(parts);
  const code = steps.flatMap(({ from, length }) =>
    typeof from === 'number' ? writeCopy(from, length) : [length, ...from],
  );
  return {
    base,
    steps,
    target,
    delta: Buffer.from([...writeSize(base.length), ...writeSize(target.length), ...code]),
  };
}

/** Bases of bytes that are all different within a few hundred, so that a cut in the wrong place shows. */
const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 5000 }).chain((size) => {
  const base = Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8) * 13) & 255);
  const copy = fc
    .tuple(fc.nat(size - 1), fc.nat(size - 1))
    .map(([a, b]) => ({ from: Math.min(a, b), length: Math.abs(a - b) + 1 }));
  const insert = fc
    .uint8Array({ minLength: 1, maxLength: 127 })
    .map((from) => ({ from, length: from.length }));
  return fc.array<Step>(fc.oneof(copy, insert), { maxLength: 12 }).map((steps) => toCase(base, steps));
});

const kernels = bothKernels();

describe.each(kernels)('deltas ($name)', ({ kernel }) => {
  function apply(
    { base, delta }: Pick<Case, 'base' | 'delta'>,
    length: number,
  ): { result: number; output: Buffer; isIntact: boolean } {
    const layout = new Layout(kernel, base.length + delta.length + length);
    const [at, deltaAt, dst] = [layout.put(base), layout.put(delta), layout.room(length)];
    const result = kernel.applyDelta(at, base.length, deltaAt, delta.length, dst, length);
    return { result, output: layout.read(dst, length), isIntact: layout.isIntact() };
  }

  function condense(
    { base, delta }: Pick<Case, 'base' | 'delta'>,
    context: number,
  ): { result: number; text: Buffer; isIntact: boolean } {
    const bound = kernel.condensedBound(delta.length, context);
    const layout = new Layout(kernel, base.length + delta.length + bound);
    const [at, deltaAt, dst] = [layout.put(base), layout.put(delta), layout.room(bound)];
    const result = kernel.condense(at, base.length, deltaAt, delta.length, dst, context);
    return { result, text: layout.read(dst, Math.max(result, 0)), isIntact: layout.isIntact() };
  }

  function sizes(delta: Uint8Array): [number, number] {
    const layout = new Layout(kernel, delta.length);
    const at = layout.put(delta);
    return [kernel.deltaBaseSize(at, delta.length), kernel.deltaTargetSize(at, delta.length)];
  }

  it('reads sizes', () => {
    expect(sizes(Buffer.from([...writeSize(5), ...writeSize(300)]))).toEqual([5, 300]);
    expect(sizes(Buffer.from([...writeSize(0x7fffffff), ...writeSize(0)]))).toEqual([0x7fffffff, 0]);
    expect(sizes(Buffer.from([...writeSize(5), ...writeSize(0x80000000)]))).toEqual([-1, -1]);
    expect(sizes(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0, 1]))).toEqual([-1, -1]);
    expect(sizes(Buffer.from([5]))).toEqual([-1, -1]);
    expect(sizes(Buffer.from([0x85]))).toEqual([-1, -1]);
  });

  it('makes the target', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { result, output, isIntact } = apply(one, one.target.length);
        expect(result).toBe(0);
        expect(output.equals(one.target)).toBe(true);
        expect(isIntact).toBe(true);
      }),
    );
  });

  it('copies 64 KiB where no length is given, and runs of any length', () => {
    const base = Uint8Array.from({ length: 0x1_2345 }, (_, i) => (i * 31 + (i >> 7)) & 255);
    const one = toCase(base, [
      { from: 0x1234, length: 0x10000 },
      ...Array.from({ length: 300 }, (_, i) => ({ from: i, length: i + 1 })),
    ]);
    expect(apply(one, one.target.length).output.equals(one.target)).toBe(true);
  });

  it('condenses to all that is new, and to what a candidate across a boundary can reach', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(40, 256), (one, context) => {
        const { result, text, isIntact } = condense(one, context);
        expect(isIntact).toBe(true);
        expect(result).toBeLessThanOrEqual(one.target.length);
        expect(text.includes(one.target.subarray(0, context))).toBe(true);
        let at = 0;
        for (const { from, length } of one.steps) {
          // Every string of 40 bytes that holds an inserted byte, or the bytes on both sides of a boundary.
          const last = typeof from === 'number' ? at : at + length - 1;
          for (let touched = at; touched <= last; touched++) {
            for (const start of [touched - 39, touched - 20, touched - 1, touched]) {
              const string = one.target.subarray(Math.max(0, start), Math.max(0, start) + 40);
              expect(text.includes(string)).toBe(true);
            }
          }
          at += length;
        }
        expect(text.includes(one.target.subarray(-40))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps runs, and the literals before them, across a boundary', () => {
    const text = (length: number) => '. '.repeat(length / 2);
    const literal = '"a: literal with 32 characters" ';
    for (const [before, inserted, after] of [
      [`${literal}${'x'.repeat(120)}`, 'y', `${'z'.repeat(90)}!end`],
      [literal.slice(0, 1), literal.slice(1, 2), `${literal.slice(2)}${'t'.repeat(190)}`],
      [`${literal}${'%2f\\u002f-_+/'.repeat(7)}`, '1', '='],
    ] as const) {
      const base = Buffer.from(text(400) + before + after + text(400));
      const middle = 400 + before.length;
      const one = toCase(base, [
        { from: 0, length: middle },
        { from: Buffer.from(inserted), length: inserted.length },
        { from: middle, length: base.length - middle },
      ]);
      const condensed = condense(one, 264).text.toString();
      expect(condensed).toContain(before + inserted + after);
      expect(condensed.length).toBeLessThan(one.target.length - 100);
    }
  });

  it('has a candidate where the target has one that the base does not have', () => {
    const anchors: AnchorSet = {
      anchors: [
        anchor('AKIA', 1, { alphabet: 'upper', min: 16 }),
        anchor('a secret, with 32 characters: ->', 2, { alphabet: 'base64', min: 200 }),
        anchor('=key', 3),
      ],
    };
    const searching = bothKernels(anchors);
    const piece = fc.constantFrom(
      `AKIA${'Q7'.repeat(8)}`,
      `a secret, with 32 characters: ->${'w_-9'.repeat(50)}`,
      '=key',
      'wJalrXUtnFEMI%2FK7MDENG\\u002fbPxRfiCYEXAMPLEKEY',
      'aGVsbG8gd29ybGQhIGhlbGxv',
      ...[' ', '\n', '=', 'w_-9'.repeat(50), '.'.repeat(50)],
    );
    const text = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((pieces) => Buffer.from(pieces.join('')));
    // So that neither the head of the text nor copies too short to be cut hide what is wrong.
    const filler = Buffer.from('. '.repeat(200));
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 1, max: 40 }), fc.nat(3), (middle, at, length, gone) => {
        const start = filler.length + (at % middle.length);
        const target = Buffer.concat([filler, middle, filler]);
        const inserted = target.subarray(start, start + length);
        const base = Buffer.concat([
          target.subarray(0, start),
          Buffer.alloc(gone, '~'),
          target.subarray(start + length),
        ]);
        const one = toCase(base, [
          { from: 0, length: start },
          { from: inserted, length },
          { from: start + gone, length: base.length - start - gone },
        ]);
        for (const { kernel: searcher } of searching) {
          const isHot = (bytes: Uint8Array) => searcher.find(bytes).count > 0;
          if (isHot(one.base) || !isHot(one.target)) continue;
          expect(isHot(condense(one, 264).text)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('cuts a long copy to its edges', () => {
    const base = Buffer.from('. '.repeat(500));
    const cut = (length: number) => condense(toCase(base, [{ from: 0, length }]), 256).text;
    expect(cut(1000).toString()).toBe(`${'. '.repeat(128)}\n\n${'. '.repeat(20)}`);
    expect(cut(299).length).toBe(298);
    expect(cut(298).equals(base.subarray(0, 298))).toBe(true);
  });

  it('refuses what is malformed', () => {
    const base = Buffer.alloc(100);
    const refuses = (steps: number[], targetSize = 10, baseSize = 100) => {
      const delta = Buffer.from([...writeSize(baseSize), ...writeSize(targetSize), ...steps]);
      const applied = apply({ base, delta }, targetSize);
      const condensed = condense({ base, delta }, 16);
      expect([applied.result, condensed.result]).toEqual([-1, -1]);
      expect(applied.isIntact && condensed.isIntact).toBe(true);
    };
    refuses([0]);
    refuses([11, ...Buffer.alloc(11)]);
    refuses([9, ...Buffer.alloc(9)]);
    refuses([10, ...Buffer.alloc(9)]);
    refuses([...writeCopy(95, 10)]);
    refuses([0x8f, 255, 255, 255, 255, 10]);
    refuses([0x91, 5]);
    refuses([0x90]);
    refuses([...writeCopy(0, 10)], 10, 99);
    expect(apply(toCase(base, [{ from: 0, length: 10 }]), 11).result).toBe(-1);
  });
});

describe('deltas, twin against WebAssembly', () => {
  it('agrees on damaged deltas', () => {
    const [twin, wasm] = kernels.map(({ kernel }) => kernel) as [Kernel, Kernel];
    fc.assert(
      fc.property(
        cases,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
        fc.nat(3),
        ({ base, delta, target }, edits, cut) => {
          const damaged = Buffer.from(delta.subarray(0, delta.length - cut));
          for (const [at, byte] of edits) damaged[at % damaged.length] = byte;
          const outcomes = [twin, wasm].map((kernel) => {
            const bound = kernel.condensedBound(damaged.length, 16);
            const layout = new Layout(kernel, base.length + damaged.length + target.length + bound);
            const [at, deltaAt] = [layout.put(base), layout.put(damaged)];
            const [dst, text] = [layout.room(target.length), layout.room(bound)];
            const applied = kernel.applyDelta(at, base.length, deltaAt, damaged.length, dst, target.length);
            const condensed = kernel.condense(at, base.length, deltaAt, damaged.length, text, 16);
            return {
              applied,
              condensed,
              output: applied === 0 && layout.read(dst, target.length).toString('hex'),
              text: condensed > 0 && layout.read(text, condensed).toString('hex'),
              isIntact: layout.isIntact(),
            };
          });
          expect(outcomes[1]).toEqual(outcomes[0]);
          expect(outcomes[1]!.isIntact).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
