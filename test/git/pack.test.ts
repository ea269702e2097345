import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta, deltaSize, emptyHead, packEntryCount, parseEntryHead } from '../../src/git/pack.ts';
import { TYPE } from '../../src/git/types.ts';

/** The other direction, straight from gitformat-pack(5). */
function entryHead(kind: number, size: number, base: number[] = []): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((kind << 4) | (size % 16) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    const next = Math.floor(rest / 128);
    bytes.push((rest % 128) | (next > 0 ? 0x80 : 0));
    rest = next;
  }
  return Buffer.from([...bytes, ...base]);
}

function offsetDistance(distance: number): number[] {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(0x80 | (rest % 128));
  return [...bytes, rest];
}

/** Beyond 2^46 a size is refused: nothing of that size exists, and numbers stop being exact soon after. */
const sizes = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 46 - 1 }));

describe('an entry head', () => {
  it('is read back, whatever its size and base', () => {
    const head = emptyHead();
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 2 ** 45 }), fc.nat(9), (size, distance, before) => {
        const padding = Buffer.alloc(before, 0xff);
        for (const kind of [TYPE.commit, TYPE.tree, TYPE.blob, TYPE.tag]) {
          const bytes = Buffer.concat([padding, entryHead(kind, size)]);
          parseEntryHead(bytes, before, bytes.length, 20, head);
          expect(head).toMatchObject({ kind, size, length: bytes.length - before });
        }
        const bytes = Buffer.concat([padding, entryHead(TYPE.ofsDelta, size, offsetDistance(distance))]);
        parseEntryHead(bytes, before, bytes.length, 20, head);
        expect(head).toMatchObject({
          kind: TYPE.ofsDelta,
          size,
          baseDistance: distance,
          length: bytes.length - before,
        });
      }),
    );
  });

  it('of a ref delta holds its base’s id', () => {
    for (const hashBytes of [20, 32]) {
      const bytes = entryHead(
        TYPE.refDelta,
        1000,
        Array.from({ length: hashBytes }, (_, index) => index),
      );
      const head = emptyHead();
      parseEntryHead(bytes, 0, bytes.length, hashBytes, head);
      expect(head).toMatchObject({
        kind: TYPE.refDelta,
        size: 1000,
        length: bytes.length,
        baseIdAt: bytes.length - hashBytes,
      });
    }
  });

  it('that is cut off, of no type, or of an impossible size is none', () => {
    const head = emptyHead();
    for (const whole of [
      entryHead(TYPE.blob, 5000),
      entryHead(TYPE.ofsDelta, 5000, offsetDistance(70_000)),
      entryHead(TYPE.refDelta, 5000, [...Buffer.alloc(20)]),
    ]) {
      for (let end = 0; end < whole.length; end++) {
        parseEntryHead(whole, 0, end, 20, head);
        expect(head.kind).toBe(0);
      }
    }
    for (const bytes of [
      [0x05],
      [0x55],
      Array(40).fill(0xff),
      [TYPE.ofsDelta << 4, ...Array(40).fill(0xff)],
    ]) {
      parseEntryHead(Buffer.from(bytes), 0, bytes.length, 20, head);
      expect(head.kind).toBe(0);
    }
  });
});

describe('a pack header', () => {
  const header = (version: number) => Buffer.from([...Buffer.from('PACK'), 0, 0, 0, version, 0, 0, 1, 2]);
  it('tells how many entries there are', () => {
    expect(packEntryCount(header(2))).toBe(258);
    expect(packEntryCount(header(3))).toBe(258);
  });
  it('of another format tells nothing', () => {
    expect(packEntryCount(header(4))).toBe(-1);
    expect(packEntryCount(Buffer.from('PICK00000000'))).toBe(-1);
    expect(packEntryCount(Buffer.from('PACK'))).toBe(-1);
  });
});

describe('a delta', () => {
  const insert = (text: string) => [text.length, ...Buffer.from(text)];
  const delta = (base: string, target: number, ...ops: number[][]) =>
    Buffer.from([...varint(base.length), ...varint(target), ...ops.flat()]);

  it('copies and inserts', () => {
    const base = 'one two three';
    const bytes = delta(base, 13, [0x91, 4, 4], insert('and '), [0x91, 8, 5]);
    expect(Buffer.from(applyDelta(Buffer.from(base), bytes)!).toString()).toBe('two and three');
  });

  it('copies 65,536 bytes where no size is given', () => {
    const base = Buffer.alloc(70_000, 'x');
    const bytes = Buffer.from([...varint(base.length), ...varint(0x10000), 0x80]);
    expect(applyDelta(base, bytes)?.length).toBe(0x10000);
  });

  it.each([
    ['for another base', delta('other', 3, insert('abc'))],
    ['with a size that is not reached', delta('base', 4, insert('abc'))],
    ['with more than its size', delta('base', 2, insert('abc'))],
    ['with the reserved instruction', delta('base', 3, [0])],
    ['that copies from behind the base', delta('base', 4, [0x91, 2, 4])],
    ['that is cut off in an insert', delta('base', 3, [3, 97])],
    ['that is cut off in a copy', delta('base', 3, [0x91, 0])],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is refused', (_, bytes) => {
    expect(applyDelta(Buffer.from('base'), bytes)).toBeUndefined();
  });

  it('with any bytes at all is applied or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (base, ops) => {
        const bytes = Buffer.from([...varint(base.length), ...varint(10), ...ops]);
        const target = applyDelta(base, bytes);
        expect(target === undefined || target.length === 10).toBe(true);
      }),
    );
  });

  it('sizes are read back', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        expect(deltaSize(Buffer.from(varint(size)), 0)?.value).toBe(size);
      }),
    );
    expect(deltaSize(Buffer.alloc(20, 0xff), 0)).toBeUndefined();
  });
});
