import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBase64, makeHex, makeKeyId, makeRandom, makeSecret, makeToken } from '../helpers/credentials.ts';
import { fill, makeValues } from './corpus/fill.ts';
import { LONE_IDS, NAMED_SECRETS, SESSIONS, SEVERAL } from './corpus/others.ts';
import { PAIRS } from './corpus/pairs.ts';
import { detector, prefilter, scan } from './scan.ts';

/** What a delta shows on either side of a change: a candidate has to lie within it. */
const CONTEXT = 256;

/** Pieces of files with and without credentials, to be put together in any order. */
const pieces = fc.constantFrom<(seed: number) => string>(
  (seed) => `AWS_ACCESS_KEY_ID=${makeKeyId(makeRandom(seed))}\n`,
  (seed) => `AWS_SECRET_ACCESS_KEY=${makeSecret(makeRandom(seed))}\n`,
  (seed) => `aws_session_token = ${makeToken(makeRandom(seed), 200)}\n`,
  (seed) => `{"accessKeyId":"${makeKeyId(makeRandom(seed), { prefix: 'ASIA' })}"}`,
  (seed) => `"${makeSecret(makeRandom(seed))}"`,
  (seed) => `key: ${Buffer.from(makeKeyId(makeRandom(seed))).toString('base64')}\n`,
  (seed) => `secret_key: ${Buffer.from(makeSecret(makeRandom(seed))).toString('base64')}\n`,
  (seed) => `${makeHex(makeRandom(seed), 40)} `,
  (seed) => `data:image/png;base64,${makeBase64(makeRandom(seed), 300)}\n`,
  (seed) => `da2-${makeHex(makeRandom(seed), 26)} `,
  () => '[profile]\n',
  () => '},\n{\n',
  () => '\\n',
  () => '%3D',
  () => '&#61;',
  () => '=3D',
  () => '\u001b[32m',
  () => 'words that mean nothing to anybody\n',
  () => '\0',
  () => 'é鍵😀',
);
const texts = fc
  .array(fc.tuple(pieces, fc.nat(50)), { maxLength: 12 })
  .map((parts) => parts.map(([piece, seed]) => piece(seed)).join(''));

const CORPUS = [
  ...Object.values(PAIRS),
  ...LONE_IDS,
  ...NAMED_SECRETS,
  ...Object.values(SESSIONS).map(({ text }) => text),
  ...Object.values(SEVERAL).map(({ text }) => text),
].map((template) => fill(template, makeValues(5)));

describe('detector', () => {
  it('finds nothing without a candidate of the prefilter close by', () => {
    fc.assert(fc.property(fc.oneof(texts, fc.constantFrom(...CORPUS)), everyMatchHasItsCandidate), {
      numRuns: 400,
    });
  });

  it('finds the same in what surrounds the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CORPUS), fc.nat(3000), (text, length) => {
        const filler = 'nothing of interest stands on this line\n'.repeat(Math.ceil(length / 40));
        const shape = (content: string) =>
          scan(content).map(({ kind, keyId, confidence }) => `${kind} ${keyId} ${confidence}`);
        // A byte order mark is one only at the start.
        const inner = text.replace('\ufeff', '');
        expect(shape(`${filler}\n${inner}\n${filler}`)).toEqual(shape(inner));
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 40 }),
            texts.map((text) => Buffer.from(text)),
          ),
          { maxLength: 6 },
        ),
        (parts) => {
          const bytes = Buffer.concat(parts);
          for (const { span, secretSpans } of scan(bytes)) {
            for (const { start, end } of [span, ...secretSpans]) {
              expect(start).toBeGreaterThanOrEqual(0);
              expect(end).toBeGreaterThan(start);
              expect(end).toBeLessThanOrEqual(bytes.length);
            }
          }
        },
      ),
    );
  });

  it('reads each match where it says, when nothing was encoded', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = Buffer.from(text);
        for (const { encoding, keyId, secret, span, secretSpans, kind } of scan(bytes)) {
          if (encoding.length > 0) continue;
          if (keyId !== undefined) expect(bytes.toString('latin1', span.start, span.end)).toBe(keyId);
          if (secret !== undefined && kind !== 'presigned-url') {
            const [first] = secretSpans;
            expect(bytes.toString('latin1', first!.start, first!.end)).toBe(secret.reveal());
          }
        }
      }),
    );
  });

  it('uses each secret once', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const starts = scan(text).flatMap((match) => match.secretSpans.map((span) => span.start));
        expect(new Set(starts).size).toBe(starts.length);
      }),
    );
  });

  it('works near candidates only', () => {
    const filler =
      '    "node_modules/x": { "resolved": "https://registry.example/x/-/x-1.0.0.tgz", "dev": true },\n';
    const bytes = Buffer.from(`${filler.repeat(50_000)}AWS_ACCESS_KEY_ID=${makeKeyId(makeRandom(1))}\n`);
    const found = prefilter.find(bytes);
    const candidates = { count: found.count, offsets: found.offsets.slice(), tags: found.tags.slice() };
    expect(candidates.count).toBe(1);
    detector.detect(bytes, candidates);
    const started = performance.now();
    for (let i = 0; i < 50; i++) expect(detector.detect(bytes, candidates)).toHaveLength(1);
    expect((performance.now() - started) / 50).toBeLessThan(2);
  });

  it.each([
    ['IDs', (i: number) => `${makeKeyId(makeRandom(i))} `],
    ['temporary IDs', (i: number) => `${makeKeyId(makeRandom(i), { prefix: 'ASIA' })} `],
    ['secrets', (i: number) => `${makeSecret(makeRandom(i))} `],
    ['named secrets', (i: number) => `aws_secret_access_key=${makeSecret(makeRandom(i))}\n`],
    ['pairs', (i: number) => `${makeKeyId(makeRandom(i))}:${makeSecret(makeRandom(i))}\n`],
    ['one pair again and again', () => `${makeKeyId(makeRandom(1))}:${makeSecret(makeRandom(1))}\n`],
    [
      'stems',
      (i: number) =>
        `s${i % 5}_aws_key=${makeKeyId(makeRandom(i))} s${i % 5}_aws_secret=${makeSecret(makeRandom(i))}\n`,
    ],
    ['base64 of IDs', (i: number) => `${Buffer.from(makeKeyId(makeRandom(i))).toString('base64')}\n`],
    ['escapes', () => '%41%4b%49%41 \\x41\\x4b\\x49\\x41 &#65;&#75;&#73;&#65; '],
    ['AppSync keys', (i: number) => `da2-${makeHex(makeRandom(i), 26)} `],
    ['private key headers', () => '-----BEGIN RSA PRIVATE KEY-----\n'],
    ['token labels', () => 'aws_session_token '],
    ['secret labels', () => 'aws_secret_key '],
    ['opening brackets', (i: number) => `{[(<a>${i % 9 === 0 ? makeKeyId(makeRandom(i)) : ''}`],
  ])(
    'takes time in proportion to %s',
    (_, piece) => {
      const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => piece(i)).join(''));
      const started = performance.now();
      scan(bytes);
      expect(performance.now() - started).toBeLessThan(4000);
    },
    30_000,
  );
});

function everyMatchHasItsCandidate(text: string): void {
  const bytes = Buffer.from(text);
  for (const { span, secretSpans } of scan(bytes)) {
    for (const { start, end } of [span, ...secretSpans]) {
      const around = bytes.subarray(Math.max(0, start - CONTEXT), end + CONTEXT);
      expect(prefilter.find(around).count).toBeGreaterThan(0);
    }
  }
}
