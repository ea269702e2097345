import { constants, deflateRawSync, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../src/detect/kernel/types.ts';
import { INFLATE_ERROR } from '../../../src/detect/kernel/types.ts';
import { makeRandom } from '../../helpers/credentials.ts';
import { bothKernels, Layout } from './kernels.ts';

const kernels = bothKernels();
const [twin, wasm] = kernels.map(({ kernel }) => kernel) as [Kernel, Kernel];

interface Outcome {
  result: number;
  output: Buffer;
  isIntact: boolean;
}

function inflate(kernel: Kernel, stream: Uint8Array, length: number): Outcome {
  const layout = new Layout(kernel, stream.length + length);
  const src = layout.put(stream);
  const dst = layout.room(length);
  const result = kernel.inflate(src, stream.length, dst, length);
  return { result, output: layout.read(dst, length), isIntact: layout.isIntact() };
}

/** Text of words, as compressible as source code. */
function words(length: number, seed: number): Buffer {
  const random = makeRandom(seed);
  const vocabulary = Array.from({ length: 200 }, () =>
    random()
      .toString(36)
      .slice(2, 3 + Math.floor(random() * 9)),
  );
  let text = '';
  while (text.length < length)
    text += vocabulary[Math.floor(random() * random() * 200)] + (random() < 0.1 ? '\n' : ' ');
  return Buffer.from(text.slice(0, length));
}

function noise(length: number, seed: number): Buffer {
  const random = makeRandom(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** Zlib framing around raw deflate bits written by hand. */
function framed(bits: string, checksum = '00000001'): Buffer {
  const bytes = bits.replaceAll(' ', '').match(/.{1,8}/g) ?? [];
  const raw = bytes.map((byte) => Number.parseInt([...byte.padEnd(8, '0')].reverse().join(''), 2));
  return Buffer.concat([Buffer.from([0x78, 0x9c, ...raw]), Buffer.from(checksum, 'hex')]);
}

describe.each(kernels)('inflate ($name)', ({ kernel }) => {
  function expectInflated(stream: Uint8Array, content: Buffer): void {
    const { result, output, isIntact } = inflate(kernel, stream, content.length);
    expect(result).toBe(stream.length);
    expect(output.equals(content)).toBe(true);
    expect(isIntact).toBe(true);
  }

  it('reads streams of every level and strategy', () => {
    const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;
    for (const content of [words(20_000, 1), noise(3000, 2), Buffer.alloc(5000, 'ab'), Buffer.alloc(700)]) {
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
        for (const level of [0, 1, 6, 9]) expectInflated(deflateSync(content, { level, strategy }), content);
      }
    }
  });

  it('reads streams of every small size and of some large ones', () => {
    const text = words(300_000, 3);
    for (let length = 0; length < 330; length++)
      expectInflated(deflateSync(text.subarray(0, length)), text.subarray(0, length));
    for (const length of [1000, 5552, 5553, 32_767, 32_769, 65_536, 300_000]) {
      expectInflated(deflateSync(text.subarray(0, length)), text.subarray(0, length));
    }
  });

  it('reads matches of every distance', () => {
    for (let distance = 1; distance <= 40; distance++) {
      const content = Buffer.concat([noise(distance, distance), Buffer.alloc(600)]);
      for (let i = distance; i < content.length; i++) content[i] = content[i - distance]!;
      expectInflated(deflateSync(content), content);
      expectInflated(deflateSync(content.subarray(0, distance + 11)), content.subarray(0, distance + 11));
    }
    const far = Buffer.concat([words(300, 4), noise(32_468, 5), words(300, 4)]);
    expectInflated(deflateSync(far, { level: 9 }), far);
  });

  it('reads many blocks, empty ones among them', () => {
    const content = words(50_000, 6);
    const parts = [Buffer.from([0x78, 0x9c])];
    for (let at = 0; at < content.length; at += 5000) {
      const finishFlush = at + 5000 < content.length ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
      const strategy = at % 15_000 === 0 ? constants.Z_FIXED : constants.Z_DEFAULT_STRATEGY;
      parts.push(
        deflateRawSync(content.subarray(at, at + 5000), {
          finishFlush,
          strategy,
          level: at % 20_000 === 0 ? 0 : 6,
        }),
      );
    }
    expectInflated(Buffer.concat([...parts, deflateSync(content).subarray(-4)]), content);
  });

  it('stops at the end of the stream and says where', () => {
    const content = words(2000, 7);
    const stream = deflateSync(content);
    const { result } = inflate(kernel, Buffer.concat([stream, noise(500, 8)]), content.length);
    expect(result).toBe(stream.length);
  });

  it('names what is wrong', () => {
    const content = words(2000, 9);
    const stream = deflateSync(content);
    const wrongSum = Buffer.from(stream);
    wrongSum[wrongSum.length - 1]! ^= 1;
    const code = (bytes: Uint8Array, length = content.length) => inflate(kernel, bytes, length).result;
    expect(code(wrongSum)).toBe(INFLATE_ERROR.checksum);
    expect(code(stream, 1999)).toBe(INFLATE_ERROR.wrongLength);
    expect(code(stream, 2001)).toBe(INFLATE_ERROR.wrongLength);
    expect(code(stream.subarray(0, -1))).toBe(INFLATE_ERROR.truncated);
    expect(code(stream.subarray(0, 100))).toBe(INFLATE_ERROR.truncated);
    expect(code(new Uint8Array(0))).toBe(INFLATE_ERROR.truncated);
    expect(code(deflateRawSync(content))).toBe(INFLATE_ERROR.corrupt);
    expect(code(deflateSync(content, { dictionary: content.subarray(0, 100) }))).toBe(INFLATE_ERROR.corrupt);
  });

  it('refuses malformed blocks', () => {
    const code = (bits: string) => inflate(kernel, framed(bits), 0).result;
    expect(code('1 10 0000000')).toBe(framed('1 10 0000000').length);
    expect(code('1 11')).toBe(INFLATE_ERROR.corrupt);
    // Length symbol 286, and distance symbol 30, of the fixed code.
    expect(code('1 10 11000110')).toBe(INFLATE_ERROR.corrupt);
    expect(code('1 10 0000001 11110')).toBe(INFLATE_ERROR.corrupt);
    // A distance that reaches before the start.
    expect(code('1 10 0000001 00000')).toBe(INFLATE_ERROR.corrupt);
    // HLIT of 287, HDIST of 31, an empty precode.
    expect(code(`1 01 01111 00000 0000 ${'100'.repeat(4)}`)).toBe(INFLATE_ERROR.corrupt);
    expect(code(`1 01 00000 01111 0000 ${'100'.repeat(4)}`)).toBe(INFLATE_ERROR.corrupt);
    expect(code(`1 01 00000 00000 0000 ${'000'.repeat(4)}`)).toBe(INFLATE_ERROR.corrupt);
  });

  it('reads and refuses codes of a single codeword as zlib does', () => {
    // A precode of symbols 18 and 1; 256 lengths of zero, then one bit each for the end of the block and for a distance.
    const head = `1 01 00000 00000 0111 ${'000'.repeat(2)} 100 ${'000'.repeat(14)} 100 11111111 11101011 0 0`;
    expect(inflate(kernel, framed(`${head} 0`), 0).result).toBe(framed(`${head} 0`).length);
    expect(inflateSync(framed(`${head} 0`)).length).toBe(0);
    expect(inflate(kernel, framed(`${head} 1`), 0).result).toBe(INFLATE_ERROR.corrupt);
    expect(() => inflateSync(framed(`${head} 1`))).toThrow();
  });
});

describe('inflate, twin against WebAssembly', () => {
  function expectSame(stream: Uint8Array, length: number): void {
    const expected = inflate(twin, stream, length);
    const actual = inflate(wasm, stream, length);
    // One byte too many is found out some bytes later, and the stream's end may come before.
    const { truncated, wrongLength } = INFLATE_ERROR;
    if (expected.result !== wrongLength) expect(actual.result).toBe(expected.result);
    else expect([truncated, wrongLength]).toContain(actual.result);
    expect(actual.isIntact).toBe(true);
    if (expected.result >= 0) expect(actual.output.equals(expected.output)).toBe(true);
  }

  function isGoodForZlib(stream: Uint8Array, length: number): boolean {
    try {
      return inflateSync(stream).length === length;
    } catch {
      return false;
    }
  }

  const contents = [words(3000, 11), noise(400, 12), Buffer.alloc(3000, 'abcab'), words(90, 13)];
  const streams = contents.flatMap((content) =>
    [0, 6, 9].flatMap((level) =>
      [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED].map((strategy) => ({
        stream: deflateSync(content, { level, strategy }),
        length: content.length,
      })),
    ),
  );

  it('agrees on flipped bits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...streams),
        fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        ({ stream, length }, flips) => {
          const broken = Buffer.from(stream);
          // Half of the flips hit the first bytes, where the tables are.
          for (const flip of flips) {
            const bit = flip % (8 * (flip % 2 === 0 ? stream.length : Math.min(stream.length, 90)));
            broken[bit >> 3]! ^= 1 << (bit & 7);
          }
          expectSame(broken, length);
          expect(inflate(wasm, broken, length).result >= 0).toBe(isGoodForZlib(broken, length));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('agrees on truncation and wrong lengths', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...streams),
        fc.nat(),
        fc.integer({ min: -300, max: 300 }),
        ({ stream, length }, cut, more) => {
          expectSame(stream.subarray(0, cut % (stream.length + 1)), length);
          expectSame(stream, Math.max(0, length + more));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('agrees on random bits behind a good head', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 300 }),
        fc.nat(3),
        fc.nat(2000),
        (bytes, head, length) => {
          const start = bytes.length > 0 ? (bytes[0]! & ~7) | (head << 1) | (bytes[0]! & 1) : 0;
          expectSame(Buffer.concat([Buffer.from([0x78, 0x9c, start]), bytes.subarray(1)]), length);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
