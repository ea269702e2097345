import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBaseline, parseBaseline, readBaseline, writeBaseline } from '../../src/config/baseline.ts';
import { makeFolder } from '../cli/run-main.ts';

const fingerprint = fc.stringMatching(/^[0-9a-f]{32}$/);
const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

describe('a baseline', () => {
  it('depends on nothing but the fingerprints', () => {
    fc.assert(
      fc.property(fc.array(fingerprint), (fingerprints) => {
        const text = formatBaseline(fingerprints);
        expect(formatBaseline([...fingerprints, ...fingerprints].reverse())).toBe(text);
        expect(parseBaseline(text, 'x')).toEqual(new Set(fingerprints));
      }),
    );
  });

  it('has one fingerprint a line, for merges', () => {
    expect(formatBaseline([B, A])).toBe(
      `{\n  "schemaVersion": 1,\n  "fingerprints": [\n    "${A}",\n    "${B}"\n  ]\n}\n`,
    );
  });

  it.each([
    ['{', 'b.json: not JSON'],
    ['{\n"schemaVersion": 1,\n"fingerprints": [\n"hunter2"\n,]\n}', 'b.json:4: not JSON'],
    [`{\n<<<<<<< ours\n"${A}"\n=======\n>>>>>>> theirs\n}`, 'b.json:2: an unresolved merge'],
    ['[]', 'b.json: not a baseline'],
    ['null', 'b.json: not a baseline'],
    ['{"fingerprints": []}', 'b.json: not a baseline'],
    ['{"schemaVersion": 2, "fingerprints": []}', 'b.json: schemaVersion 2 is not known'],
    [
      `{"schemaVersion": 1, "fingerprints": ["${A}", "${A.slice(1)}"]}`,
      'b.json: fingerprints[1] is no fingerprint',
    ],
    ['{"schemaVersion": 1, "fingerprints": [7]}', 'b.json: fingerprints[0] is no fingerprint'],
  ])('refuses %j', (text, message) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow(message);
  });

  it('is written whole, and leaves nothing behind when it cannot be', () => {
    const folder = makeFolder({ 'b.json': 'old', 'taken/x': '' });
    writeBaseline(join(folder, 'b.json'), [A]);
    expect(readBaseline(join(folder, 'b.json'))).toEqual(new Set([A]));
    expect(() => writeBaseline(join(folder, 'taken'), [A])).toThrow(/^taken: cannot be written/);
    expect(readdirSync(folder).sort()).toEqual(['b.json', 'taken']);
    expect(readFileSync(join(folder, 'b.json'), 'utf8')).toBe(formatBaseline([A]));
  });
});
