import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHits } from '../../src/detect/hit.ts';
import { makeKeyId, makeRandom, makeSecret, makeToken } from '../helpers/credentials.ts';
import { scan } from './scan.ts';

const random = makeRandom(21);
const id = makeKeyId(random);
const secret = makeSecret(random);
const token = makeToken(random);

function hitsIn(content: string | Uint8Array) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return toHits(scan(bytes), bytes);
}

describe('toHits', () => {
  it('counts lines and columns from one, end exclusive', () => {
    const [hit] = hitsIn(`first\n  id = ${id}\n`);
    expect(hit).toMatchObject({ offset: 13, line: 2, column: 8, endLine: 2, endColumn: 28 });
  });

  it('counts columns in UTF-16 units', () => {
    expect(hitsIn(`ü 鍵 😀 ${id}`)[0]).toMatchObject({ line: 1, column: 8 });
  });

  it('takes invalid bytes for single characters', () => {
    const bytes = Buffer.concat([Buffer.from([0xe9, 0x20, 0xff, 0xe2, 0x82, 0x20]), Buffer.from(id)]);
    const [hit] = hitsIn(bytes);
    expect(hit).toMatchObject({ line: 1, column: 7 });
    expect(hit!.excerpt.text).toBe(`é ÿâ\u0082 ${id}`);
  });

  it('does not count a byte order mark', () => {
    expect(hitsIn(`\ufeff${id}\n`)[0]).toMatchObject({
      line: 1,
      column: 1,
      excerpt: { text: id, from: 0, to: 20 },
    });
  });

  it.each(['utf-16le', 'utf-16be'])('counts in a file of %s', (encoding) => {
    const bytes = Buffer.from(`\ufeffü\r\nšč ${id}\r\n`, 'utf16le');
    const [hit] = hitsIn(encoding === 'utf-16be' ? bytes.swap16() : bytes);
    expect(hit).toMatchObject({ line: 2, column: 4, endColumn: 24, encoding: [encoding] });
    expect(hit!.excerpt).toEqual({ text: `šč ${id}`, from: 3, to: 23 });
  });

  it('masks every secret of the line, whichever match it belongs to', () => {
    const other = makeSecret(random);
    const line = `aws_secret_access_key=${secret} b_aws_secret_access_key=${other}`;
    const hits = hitsIn(line);
    expect(hits).toHaveLength(2);
    for (const { excerpt } of hits) {
      expect(excerpt.text).toMatch(/\*{12} b_aws_secret_access_key=\*{12}$/);
      expect(excerpt.text).not.toContain(secret.slice(-8));
    }
    expect(hits[1]!.excerpt.text.slice(hits[1]!.excerpt.from, hits[1]!.excerpt.to)).toBe('************');
  });

  it('cuts long lines, never inside a secret or a character', () => {
    const [hit] = hitsIn(`${'é'.repeat(500)}key=${id} ${'x '.repeat(500)}`);
    expect(hit!.excerpt.text.length).toBeLessThan(200);
    expect(hit!.excerpt.text).toMatch(/^…é+key=/);
    expect(hit!.excerpt.text).toMatch(/[ x]…$/);
    const [pair] = hitsIn(`${secret} ${' '.repeat(40)} ${id} is it`);
    expect(pair!.excerpt.text).not.toContain(secret.slice(-10));
  });

  it('holds the line without its carriage return', () => {
    expect(hitsIn(`a\r\nid=${id}\r\n`)[0]!.excerpt.text).toBe(`id=${id}`);
  });

  it('lets no secret out', () => {
    const texts = [
      `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`,
      `{"a":"${id}","b":"${secret}","c":"${token}"}`,
      `${id}:${secret}`,
      `x: ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      `aws_session_token=${token}`,
    ];
    for (const text of texts) {
      const json = JSON.stringify(hitsIn(text));
      expect(json).not.toContain(secret.slice(0, 12));
      expect(json).not.toContain(secret.slice(12, 36));
      expect(json).not.toContain(token.slice(20, 60));
      expect(json).not.toContain(Buffer.from(secret).toString('base64').slice(4, 40));
      expect(json).toContain('************');
    }
  });

  it('gives the same secret one identity, alone and in a pair, in clear and encoded', () => {
    const ids = [
      `AWS_SECRET_ACCESS_KEY=${secret}`,
      `${id}:${secret}`,
      `AWS_SECRET_ACCESS_KEY: ${Buffer.from(secret).toString('base64')}`,
      `{"secretAccessKey":"${secret.replaceAll('/', '\\/')}"}`,
    ].map((text) => hitsIn(text)[0]!.secretId);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('finds the place of an ID anywhere', () => {
    const filler = fc.array(fc.constantFrom('a', ' ', '\n', '\r\n', 'é', '鍵', '😀', '=', '"'), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(filler, filler, (before, after) => {
        const lead = before.join('').replace(/[a]$/, ' ');
        const text = `${lead}${id}${after.join('').replace(/^a/, ' ')}`;
        const [hit] = hitsIn(text);
        const lines = lead.split('\n');
        expect(hit).toMatchObject({ line: lines.length, column: lines.at(-1)!.length + 1 });
        const { text: shown, from, to } = hit!.excerpt;
        expect(shown.slice(from, to)).toBe(id);
      }),
    );
  });

  it('reads a blob of many hits once', () => {
    const lines = Array.from({ length: 5000 }, () => `${makeKeyId(random)} on one line`);
    const started = performance.now();
    const hits = hitsIn(lines.join(' '));
    expect(hits).toHaveLength(5000);
    expect(hits.at(-1)!.line).toBe(1);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
