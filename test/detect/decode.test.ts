import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../src/detect/decode/base64.ts';
import { decodeEscapes } from '../../src/detect/decode/escapes.ts';
import { decodeHex } from '../../src/detect/decode/hex.ts';
import { decodeUtf16 } from '../../src/detect/decode/utf16.ts';
import type { Match } from '../../src/detect/types.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import { isShown, scan } from './scan.ts';

const random = makeRandom(11);
const id = makeKeyId(random);
const secret = makeSecret(random);
const dotenv = `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`;

/** The pair that a text holds; fails when there is anything else in it. */
function pairIn(content: string | Uint8Array): Match {
  const found = scan(content).filter(isShown);
  expect(found.map((match) => [match.kind, match.keyId, match.secret?.reveal()])).toEqual([
    ['access-key-pair', id, secret],
  ]);
  return found[0]!;
}

function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64');
}

describe('decoding in layers', () => {
  it.each([0, 1, 2])('finds a pair in base64, %i bytes into a group', (shift) => {
    expect(pairIn(`x: ${base64(' '.repeat(shift) + dotenv)}\n`).encoding).toEqual(['base64']);
  });

  it('reads base64 without padding and in the URL alphabet', () => {
    pairIn(`x: ${Buffer.from(`${dotenv}~~~???>>>`).toString('base64url')}\n`);
  });

  it('ends where lines of base64 are parted by blank ones', () => {
    const line = base64(dotenv.repeat(3)).slice(0, 64);
    const piece = fc.constantFrom(line, line.slice(0, 20), '\n', '\n\n', '\r\n', ' ', '\t');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 3, maxLength: 40 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''));
        for (let at = 0; at < bytes.length; at += 7) {
          const run = decodeBase64(bytes, at, 0);
          if (run !== undefined) expect(run.bytes.length).toBeLessThanOrEqual(bytes.length);
        }
      }),
    );
  });

  it.each([60, 64, 76])('reads base64 wrapped at %i characters and indented', (width) => {
    const lines = base64(
      `# a few words before it, so that it takes several lines\n${dotenv}# and some after\n`,
    ).match(new RegExp(`.{1,${width}}`, 'g'))!;
    pairIn(`data: |\n  ${lines.join('\n  ')}\nnext: 1\n`);
    pairIn(`${lines.join('\r\n')}\r\n`);
  });

  it('finds a pair in the middle of very long base64', () => {
    const long = Buffer.concat([
      Buffer.alloc(40_001, 'words and words '),
      Buffer.from(dotenv),
      Buffer.alloc(40_000, 'more '),
    ]);
    pairIn(`x: ${base64(long)}\n`);
  });

  it('goes five deep and no deeper', () => {
    let text = dotenv;
    for (let depth = 1; depth <= 5; depth++) {
      text = base64(text);
      expect(pairIn(`x=${text}\n`).encoding).toEqual(new Array(depth).fill('base64'));
    }
    expect(scan(`x=${base64(text)}\n`).filter(isShown)).toEqual([]);
  });

  it('unpacks gzip inside base64, twice encoded as Helm does', () => {
    const packed = base64(gzipSync(JSON.stringify({ values: { a: dotenv, filler: 'x'.repeat(200) } })));
    expect(pairIn(`user_data: ${packed}\n`).encoding).toEqual(['base64', 'gzip']);
    expect(pairIn(`release: ${base64(packed)}\n`).encoding).toEqual(['base64', 'base64', 'gzip']);
  });

  it('is not impressed by a gzip bomb', () => {
    const bomb = base64(gzipSync(Buffer.alloc(40 << 20)));
    expect(scan(`x: ${bomb}\n`)).toEqual([]);
  });

  it.each([
    ['utf-16le', Buffer.from(dotenv, 'utf16le')],
    ['utf-16le', Buffer.from(`\ufeff${dotenv}`, 'utf16le')],
    ['utf-16be', Buffer.from(dotenv, 'utf16le').swap16()],
    ['utf-16be', Buffer.from(`\ufeff${dotenv}`, 'utf16le').swap16()],
  ])('reads %s', (encoding, bytes) => {
    expect(pairIn(bytes).encoding).toEqual([encoding]);
  });

  it('finds a secret alone in UTF-16', () => {
    const bytes = Buffer.from(`\ufeff$env:AWS_SECRET_ACCESS_KEY = "${secret}"\r\n`, 'utf16le');
    expect(scan(bytes).map((match) => [match.kind, match.secret?.reveal()])).toEqual([
      ['secret-access-key', secret],
    ]);
  });

  it('reads UTF-16 between characters of other scripts', () => {
    pairIn(Buffer.from(`Schlüssel für Ελλάδα — ключ 鍵\r\n${dotenv}конец\r\n`, 'utf16le'));
  });

  it.each([
    ['percent', (code: number) => `%${code.toString(16)}`],
    ['escape', (code: number) => `\\x${code.toString(16)}`],
    ['escape', (code: number) => `\\u00${code.toString(16)}`],
    ['escape', (code: number) => `\\u{${code.toString(16)}}`],
    ['escape', (code: number) => `\\u00${code.toString(16).toUpperCase()}`],
    ['escape', (code: number) => `\\${code.toString(8).padStart(3, '0')}`],
    ['escape', (code: number) => `U+00${code.toString(16).toUpperCase()}`],
    ['entity', (code: number) => `&#${code};`],
    ['entity', (code: number) => `&#x${code.toString(16)};`],
  ])('reads an ID and a secret written in %s sequences', (encoding, escape) => {
    const hide = (text: string) => [...text].map((character) => escape(character.charCodeAt(0))).join('');
    expect(pairIn(`id = "${hide(id)}"; secret = "${hide(secret)}"`).encoding).toEqual([encoding]);
  });

  it('reads hex', () => {
    expect(pairIn(`x = ${Buffer.from(dotenv).toString('hex')};`).encoding).toEqual(['hex']);
    expect(pairIn(`x = 0x${Buffer.from(dotenv).toString('hex').toUpperCase()};`).encoding).toEqual(['hex']);
  });

  it('puts a secret together that a mail has cut in two', () => {
    const mail = `Secret key (for the bucket of the staging system, please keep it to yourself): ${secret.slice(0, 10)}=\n${secret.slice(10)}\nID =3D ${id}\n`;
    pairIn(mail);
  });

  it('points at the original bytes', () => {
    const before = 'data: ';
    const encoded = base64(`# ${dotenv}`);
    const { span, secretSpans } = pairIn(`${before}${encoded}\n`);
    const part = (text: string) => Math.floor((text.length * 4) / 3) + before.length;
    expect(span.start).toBe(part('# AWS_ACCESS_KEY_ID='));
    expect(span.end - span.start).toBeGreaterThanOrEqual(27);
    expect(span.end - span.start).toBeLessThanOrEqual(28);
    expect(secretSpans[0]!.start).toBeGreaterThan(span.end);
    expect(secretSpans[0]!.end).toBeLessThanOrEqual(before.length + encoded.length);
  });
});

describe('decoders', () => {
  it('decode base64 as Node does and map back to where it came from', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 15, maxLength: 300 }),
        fc.constantFrom('base64', 'base64url'),
        (raw, alphabet) => {
          const text = Buffer.from(raw).toString(alphabet as 'base64');
          const decoded = decodeBase64(Buffer.from(`"${text}"`), 1, 0)!;
          expect(Buffer.from(decoded.bytes)).toEqual(Buffer.from(raw));
          for (let at = 0; at < raw.length; at++) {
            const { start, end } = decoded.toOuter({ start: at, end: at + 1 });
            const group = Buffer.from(`"${text}"`.slice(start, end).padStart(2, 'A'), 'base64');
            expect(end - start).toBe(2);
            expect(group.length).toBe(1);
          }
        },
      ),
    );
  });

  it('decode hex and UTF-16 with exact places', () => {
    const hex = decodeHex(Buffer.from(`x${Buffer.from('hello hello hello').toString('hex')}`), 1)!;
    expect(Buffer.from(hex.bytes).toString()).toBe('hello hello hello');
    expect(hex.toOuter({ start: 6, end: 11 })).toEqual({ start: 13, end: 23 });
    const utf16 = decodeUtf16(Buffer.from('abc', 'utf16le'), 0)!;
    expect(utf16.toOuter({ start: 1, end: 2 })).toEqual({ start: 2, end: 4 });
  });

  it('leave alone what is no escape', () => {
    expect(decodeEscapes(Buffer.from('100% of \\d'), 0, 10, ['percent'])).toBeUndefined();
    const decoded = decodeEscapes(Buffer.from('a%2Fb%zz'), 0, 8, ['percent'])!;
    expect(Buffer.from(decoded.bytes).toString()).toBe('a/b%zz');
    expect(decoded.toOuter({ start: 1, end: 2 })).toEqual({ start: 1, end: 4 });
  });
});
