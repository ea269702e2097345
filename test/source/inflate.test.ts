import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteInput, memoryInput } from '../../src/source/byte-input.ts';
import { createInflater } from '../../src/source/inflate.ts';

function inflate(input: ByteInput, position = 0) {
  const inflater = createInflater();
  inflater.open(input, position);
  const runs: Buffer[] = [];
  for (let run = inflater.next(); run !== undefined; run = inflater.next()) runs.push(Buffer.from(run));
  return { bytes: Buffer.concat(runs), problem: inflater.problem, position: inflater.position };
}

/** Long enough for several blocks and for distances up to the limit, with text, noise and runs. */
function sample(): Buffer {
  const parts: Buffer[] = [];
  let seed = 7;
  const next = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
  for (let part = 0; part < 60; part++) {
    const noise = Buffer.from(Array.from({ length: 3000 }, next));
    parts.push(noise, Buffer.from(`line ${part} of some text\n`.repeat(200)), Buffer.alloc(5000, part));
    if (part > 5) parts.push(parts[part * 3 - 9]!);
  }
  return Buffer.concat(parts);
}

describe('the inflater', () => {
  test.each([
    [0, 0],
    [1, 0],
    [6, 0],
    [9, 0],
    [6, 1],
    [6, 2],
    [6, 3],
    [6, 4],
  ])('agrees with zlib at level %i with strategy %i', (level, strategy) => {
    const data = sample();
    const packed = deflateRawSync(data, { level, strategy });
    const result = inflate(memoryInput(packed));
    expect(result.problem).toBeUndefined();
    expect(result.bytes.equals(data)).toBe(true);
    expect(result.position).toBe(packed.length);
  });

  test('agrees with zlib on whatever is deflated, and stops where the stream does', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.string().map((text) => Buffer.from(text.repeat(9))),
          ),
        ),
        fc.integer({ min: 0, max: 9 }),
        fc.uint8Array({ maxLength: 20 }),
        (parts, level, tail) => {
          const data = Buffer.concat(parts);
          const packed = deflateRawSync(data, { level });
          const result = inflate(memoryInput(Buffer.concat([Buffer.from('head'), packed, tail])), 4);
          expect(result).toEqual({ bytes: data, problem: undefined, position: 4 + packed.length });
        },
      ),
    );
  });

  test('never fails on damage, and gives what stands before it', () => {
    const data = sample();
    const packed = deflateRawSync(data);
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(packed);
        damaged[at]! ^= flip;
        const result = inflate(memoryInput(damaged));
        let isValid = true;
        try {
          expect(inflateRawSync(damaged).equals(result.bytes)).toBe(true);
        } catch (error) {
          if (!('code' in (error as Error))) throw error;
          isValid = false;
        }
        expect(result.problem === undefined).toBe(isValid);
      }),
      { numRuns: 60 },
    );
  });

  test('gives all of a stream that is cut off, and nothing else', () => {
    const data = sample();
    const packed = deflateRawSync(data);
    for (let length = 0; length < packed.length; length += 997) {
      const result = inflate(memoryInput(packed.subarray(0, length)));
      expect(result.problem).toBe('truncated');
      const asZlib = inflateRawSync(packed.subarray(0, length), { finishFlush: 2 });
      expect(result.bytes.equals(asZlib)).toBe(true);
    }
  });

  test('reads input that comes in small views', () => {
    const data = sample();
    const packed = deflateRawSync(data);
    const whole = memoryInput(packed);
    const views: number[] = [];
    const input = {
      size: packed.length,
      view(position: number, length: number) {
        views.push(length);
        return whole.view(position, length).slice();
      },
    };
    expect(inflate(input).bytes.equals(data)).toBe(true);
    expect(Math.max(...views)).toBeLessThanOrEqual(64 * 1024);
  });
});
