import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../src/detect/kernel/types.ts';
import { type Anchor, type AnchorSet, STRUCTURAL } from '../../../src/detect/types.ts';
import { makeKeyId, makeRandom, makeSecret } from '../../helpers/credentials.ts';
import { anchor, bothKernels, Layout, NO_ANCHORS, pairsOf } from './kernels.ts';

const KEY_ID = 1;
const LABEL = 2;
const HEX = 3;

const ANCHORS: AnchorSet = {
  anchors: [
    ...['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'].map((text) =>
      anchor(text, KEY_ID, { alphabet: 'upper', min: 16 }),
    ),
    ...['aws_secret', 'AWS_SECRET', 'awsSecret', 'secretAccessKey', 'SecretAccessKey'].map((text) =>
      anchor(text, LABEL),
    ),
    anchor('aws', 4),
    anchor('aws', 5, { alphabet: 'base64', min: 3 }),
    anchor('414b', HEX, { alphabet: 'hex', min: 4 }),
    anchor('\0A\0K\0', 6),
    anchor('x'.repeat(32), 7),
  ],
};

const random = makeRandom(1);
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe.each(bothKernels())('the structural candidates ($name)', ({ kernel }) => {
  const find = (text: string) => pairsOf(kernel.find(Buffer.from(text, 'latin1')));
  const secretAt = (offset: number) => [[offset, STRUCTURAL.secretRun]];
  const textAt = (offset: number) => [[offset, STRUCTURAL.base64Text]];

  it('finds a secret wherever values stand', () => {
    for (const before of [
      '',
      'key = ',
      'AWS_SECRET_ACCESS_KEY=',
      '"secret": "',
      '<Secret>',
      'x:',
      '\x1b[32m',
      "f('",
      '%3D',
      '%22',
      '\\u0022',
      '\\"',
    ]) {
      for (const after of ['', '\n', '"', '</Secret>', '\\n', '%26', '\\u0026', ' # old', '-', '_', ';']) {
        expect(find(before + SECRET + after)).toContainEqual([before.length, STRUCTURAL.secretRun]);
      }
    }
  });

  it('reads through escapes', () => {
    for (const slash of ['\\/', '\\\\/', '%2F', '%2f', '\\u002F', '\\\\u002f', '\\x2F']) {
      expect(find(`"k": "${SECRET.replaceAll('/', slash)}"`)).toEqual(secretAt(6));
    }
    expect(find(`k=${SECRET.replaceAll('K', '+').replaceAll('+', '%2B')}`)).toEqual(secretAt(2));
    expect(find(`k=${[...SECRET].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')}`)).toEqual(
      secretAt(2),
    );
  });

  it('is not misled by what a line break or a colour leaves in front', () => {
    expect(find(`"a\\n${SECRET}\\n"`)).toEqual(secretAt(4));
    expect(find(`"a\\\\t${SECRET}"`)).toEqual(secretAt(5));
    expect(find(`\x1b[0;32m${SECRET}\x1b[0m`)).toEqual(secretAt(7));
    expect(find(`\x1b[1m${SECRET}`)).toEqual(secretAt(4));
    expect(find(`x${SECRET}`)).toEqual([]);
  });

  it('wants forty characters of three kinds', () => {
    expect(find(`k=${SECRET.slice(1)}`)).toEqual([]);
    expect(find(`k=${SECRET}A`)).toEqual([]);
    expect(find(`k=${SECRET}=`)).toEqual([]);
    expect(find(`k=${SECRET}%3D`)).toEqual([]);
    expect(find(`k=${SECRET}\\u003d`)).toEqual([]);
    expect(find(SECRET.toLowerCase())).toEqual([]);
    expect(find(SECRET.toUpperCase())).toEqual([]);
    expect(find(SECRET.replace(/[/0-9]/g, 'x'))).toEqual([]);
    expect(find('0123456789abcdef0123456789abcdef01234567')).toEqual([]);
  });

  it('gives up on a run that escapes make longer than 240 bytes', () => {
    const escaped = [...SECRET].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('');
    expect(find(escaped)).toEqual(secretAt(0));
    expect(find(`\\${escaped}`)).toEqual([]);
  });

  it('finds text in base64, base64url, behind byte order marks and in UTF-16', () => {
    const text = 'aws_access_key_id = something?>~';
    const encode = (bytes: Buffer) => bytes.toString('base64');
    for (const encoded of [
      encode(Buffer.from(text)),
      Buffer.from(text).toString('base64url'),
      encode(Buffer.from(`\ufeff${text}`)),
      encode(Buffer.from(text, 'utf16le')),
      encode(Buffer.from(`\ufeff${text}`, 'utf16le')),
      encode(Buffer.from('\t\r\n ~~~~~~~ab and so on')),
      // A JSON web token's head.
      encode(Buffer.from('{"alg":"HS256","typ":"JWT"}')),
    ]) {
      expect(find(`  data: ${encoded}\n`)).toEqual(textAt(8));
      expect(find(encoded)).toEqual(textAt(0));
      expect(find(`"${encoded.slice(0, 24)}`)).toEqual(textAt(1));
      expect(find(`"${encoded.slice(0, 23)}`)).toEqual([]);
    }
    for (const before of ['\\n', '\\r', '\\t', '%3D', '\\x3d', '\\u003D']) {
      expect(find(`"a${before}${encode(Buffer.from(text))}`)).toEqual(textAt(2 + before.length));
    }
  });

  it('leaves base64 of anything else', () => {
    const binary = Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256)));
    expect(find(binary.toString('base64'))).toEqual([]);
    expect(find(Buffer.from('aws_access_ä_key_id').toString('base64'))).toEqual([]);
    expect(find('-'.repeat(80))).toEqual([]);
    expect(find('git_config_get_string_multivar_by_name_and_value')).toEqual([]);
  });
});

describe.each(bothKernels(ANCHORS))('literals ($name)', ({ kernel }) => {
  const find = (text: string) => pairsOf(kernel.find(Buffer.from(text, 'latin1')));

  it('reports a literal where it starts, if its tail follows', () => {
    const id = makeKeyId(random);
    expect(find(`id ${id}\n`)).toEqual([[3, KEY_ID]]);
    expect(find(`id ${id.slice(0, 19)}\n`)).toEqual([]);
    expect(find(id)).toEqual([[0, KEY_ID]]);
    expect(find(id.slice(0, 19))).toEqual([]);
    expect(find('414B')).toEqual([]);
    expect(find('414b4941')).toEqual([[0, HEX]]);
  });

  it('reports all that start at one place, each once', () => {
    expect(find('aws_secret')).toEqual([
      [0, LABEL],
      [0, 4],
      [0, 5],
    ]);
    expect(find('x'.repeat(33))).toEqual([
      [0, 7],
      [1, 7],
    ]);
  });

  it('lists more than fit at once', () => {
    const list = kernel.find(Buffer.from('aws '.repeat(20_000)));
    expect(list.count).toBe(20_000);
    expect([...list.offsets.subarray(0, list.count)].every((offset, i) => offset === 4 * i)).toBe(true);
    expect(kernel.find(Buffer.from('aws_')).count).toBe(1);
  });
});

describe('anchors', () => {
  it('are refused where the tables cannot hold them', () => {
    const sets: Anchor[][] = [
      [anchor('ab', 1)],
      [anchor('x'.repeat(33), 1)],
      [anchor('abc', 0)],
      [anchor('abc', 200)],
      [anchor('abc', 1, { alphabet: 'hex', min: 201 })],
      Array.from({ length: 1025 }, () => anchor('abc', 1)),
    ];
    for (const anchors of sets) {
      for (const create of [() => bothKernels({ anchors })]) expect(create).toThrow(RangeError);
    }
  });
});

describe('prefilter, twin against WebAssembly', () => {
  /** Text out of pieces that candidates and near misses are made of. */
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...'aZ09+/-_=%\\\n "[;munx:.\0\xff') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '\\/',
        '%2F',
        '%2B',
        '%3D',
        '\\u002b',
        '\\u003d',
        '\\x2F',
        '\\\\/',
        '\\n',
        '%%2',
        '[0;1m',
        '[32m',
        '\\u00',
      ),
    },
    {
      weight: 3,
      arbitrary: fc
        .integer({ min: 1, max: 48 })
        .chain((n) => fc.stringMatching(new RegExp(`^[A-Za-z0-9+/]{${n}}$`))),
    },
    { weight: 2, arbitrary: fc.stringMatching(/^[a-f0-9]{38,42}$/) },
    { weight: 2, arbitrary: fc.stringMatching(/^[A-Za-z0-9+/]{40}$/) },
    { weight: 2, arbitrary: fc.nat().map((seed) => makeSecret(makeRandom(seed))) },
    {
      weight: 2,
      arbitrary: fc
        .string({ minLength: 12, maxLength: 30 })
        .map((text) => Buffer.from(text).toString('base64')),
    },
    {
      weight: 1,
      arbitrary: fc
        .string({ minLength: 12, maxLength: 16 })
        .map((text) => Buffer.from(text, 'utf16le').toString('base64url')),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'AKIA',
        'A3T',
        'aws',
        'aws_secret',
        '414b',
        '414b4941',
        '\0A\0K\0',
        'x'.repeat(31),
        'secretAccessKe',
        'AKIAAKIAAKIAAKIAAKIA',
      ),
    },
    { weight: 1, arbitrary: fc.nat(70).map((n) => 'A'.repeat(n)) },
    { weight: 1, arbitrary: fc.nat(40).map((n) => ' '.repeat(n)) },
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

  function expectSame(anchors: AnchorSet, numRuns: number, texts: fc.Arbitrary<Uint8Array>): void {
    const [twin, wasm] = bothKernels(anchors).map(({ kernel }) => kernel) as [Kernel, Kernel];
    fc.assert(
      fc.property(texts, (bytes) => {
        const expected = pairsOf(twin.find(bytes));
        expect(pairsOf(wasm.find(bytes))).toEqual(expected);
        // In memory, with a run's bytes on both sides, which must not count.
        wasm.reserve(bytes.length + 96);
        wasm.bytes().fill(0x41, wasm.heapBase, wasm.heapBase + bytes.length + 96);
        wasm.bytes().set(bytes, wasm.heapBase + 48);
        expect(pairsOf(wasm.prefilter(wasm.heapBase + 48, bytes.length))).toEqual(expected);
        expect(wasm.hasCandidate(wasm.heapBase + 48, bytes.length)).toBe(expected.length > 0);
      }),
      { numRuns },
    );
  }

  it('agrees on text of telling pieces', () => {
    expectSame(ANCHORS, 3000, text);
  });

  it('agrees on random bytes and on random base64', () => {
    expectSame(ANCHORS, 500, fc.uint8Array({ maxLength: 600 }));
    expectSame(
      NO_ANCHORS,
      500,
      fc.base64String({ maxLength: 400 }).map((value) => Buffer.from(value)),
    );
  });

  it('agrees on a candidate at every alignment and at both ends', () => {
    const [twin, wasm] = bothKernels(ANCHORS).map(({ kernel }) => kernel) as [Kernel, Kernel];
    const encoded = Buffer.from('some text of no weight').toString('base64');
    const core = `${SECRET} ${makeKeyId(random)} ${SECRET.replaceAll('/', '\\/')}"${encoded.slice(0, 24)}`;
    for (let before = 0; before < 70; before++) {
      for (const fill of [' ', 'a', '\\']) {
        const bytes = Buffer.from(fill.repeat(before) + core);
        const pairs = pairsOf(twin.find(bytes));
        expect(pairs.length).toBeGreaterThan(2);
        expect(pairsOf(wasm.find(bytes))).toEqual(pairs);
        expect(pairsOf(wasm.find(bytes.subarray(0, -1)))).toEqual(pairsOf(twin.find(bytes.subarray(0, -1))));
      }
    }
  });

  it('agrees with random literals, windows and tails', () => {
    const letters = (n: number) =>
      fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xe4'), minLength: n, maxLength: 32 });
    const anchors = fc.array(
      fc.record({
        bytes: letters(3).map((value) => Buffer.from(value.slice(0, 32), 'latin1')),
        tag: fc.integer({ min: 1, max: 199 }),
        tail: fc.record({
          alphabet: fc.constantFrom('upper' as const, 'base64' as const, 'hex' as const),
          min: fc.nat(5),
        }),
      }),
      { maxLength: 250 },
    );
    fc.assert(
      fc.property(anchors, fc.array(letters(0), { maxLength: 20 }), (set, parts) => {
        const [twin, wasm] = bothKernels({ anchors: set }).map(({ kernel }) => kernel) as [Kernel, Kernel];
        const bytes = Buffer.concat([
          Buffer.from(parts.join(''), 'latin1'),
          ...set.slice(0, 5).map((one) => one.bytes),
        ]);
        expect(pairsOf(wasm.find(bytes))).toEqual(pairsOf(twin.find(bytes)));
      }),
      { numRuns: 150 },
    );
  });

  it('keeps candidates local: cut out with 256 bytes, each is found again', () => {
    const [twin] = bothKernels(ANCHORS).map(({ kernel }) => kernel) as [Kernel];
    fc.assert(
      fc.property(text, (bytes) => {
        for (const [offset, tag] of pairsOf(twin.find(bytes))) {
          const start = Math.max(0, offset - 7);
          const cut = Buffer.concat([
            Buffer.from('\n\n'),
            bytes.subarray(start, start + 256),
            Buffer.from('\n\n'),
          ]);
          expect(pairsOf(twin.find(cut))).toContainEqual([offset - start + 2, tag]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not disturb what its caller keeps in memory', () => {
    const [, wasm] = bothKernels(ANCHORS).map(({ kernel }) => kernel) as [Kernel, Kernel];
    const layout = new Layout(wasm, 100_000);
    layout.room(100_000);
    const view = wasm.bytes();
    wasm.find(Buffer.alloc(1_000_000, 'AKIA'));
    expect(wasm.bytes()).toBe(view);
    expect(layout.isIntact()).toBe(true);
  });
});
