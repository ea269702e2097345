import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { findingOf, OPTIONS, occurrenceOf, resultOf, SAMPLES } from './samples.ts';
import { ownSchema, problemsOf } from './schemas.ts';

const isDocument = ownSchema('scan-result');
const isLine = ownSchema('scan-result-line');

function jsonOf(result: ScanResult): string {
  return [...REPORTERS.json(result, OPTIONS)].join('');
}

function linesOf(result: ScanResult): string[] {
  return [...REPORTERS.ndjson(result, OPTIONS)].join('').split('\n').slice(0, -1);
}

describe('json', () => {
  it.each(Object.entries(SAMPLES))('of sample %s fits the schema', (_name, result) => {
    expect(problemsOf(isDocument, JSON.parse(jsonOf(result)))).toEqual([]);
  });

  it('refuses by the schema what the contract does not know', () => {
    const document = JSON.parse(jsonOf(SAMPLES.full));
    expect(problemsOf(isDocument, { ...document, extra: 1 })).not.toEqual([]);
    expect(problemsOf(isDocument, { ...document, findings: [{ fingerprint: 'x' }] })).not.toEqual([]);
  });

  it('gives hostile names back as they are, in a document that no terminal minds', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const text = jsonOf(result);
        const document = JSON.parse(text) as ScanResult;
        expect(text.replaceAll('\n', '')).not.toMatch(HARMFUL);
        expect(problemsOf(isDocument, document)).toEqual([]);
        const paths = (of: ScanResult) =>
          of.findings.flatMap((finding) => finding.occurrences.map((place) => place.path)).sort();
        expect(paths(document)).toEqual(paths(result));
      }),
    );
  });

  it('leaves out what is unknown, and the excerpt', () => {
    const text = jsonOf(SAMPLES.full);
    expect(text).not.toContain('null');
    expect(text).not.toContain('excerpt');
    expect(text).not.toContain('access_key =');
  });

  it('orders by confidence, path, line, column and rule of the first occurrence', () => {
    const at = (path: string, line: number, column: number) => ({
      occurrences: [occurrenceOf({ path, line, column })],
    });
    const inOrder = [
      findingOf({ confidence: 'high', ...at('z', 9, 9) }),
      findingOf({ confidence: 'medium', ...at('B', 1, 1) }),
      findingOf({ confidence: 'medium', ...at('a', 2, 10) }),
      findingOf({ confidence: 'medium', ...at('a', 10, 2) }),
      findingOf({ confidence: 'medium', ...at('a', 10, 10), rule: 'a' }),
      findingOf({ confidence: 'medium', ...at('a', 10, 10), rule: 'b', fingerprint: '1'.repeat(32) }),
      findingOf({ confidence: 'medium', ...at('a', 10, 10), rule: 'b', fingerprint: '2'.repeat(32) }),
      findingOf({ confidence: 'info', ...at('a', 1, 1) }),
    ];
    const expected = jsonOf(resultOf(inOrder));
    fc.assert(
      fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (shuffled) => {
        expect(jsonOf(resultOf(shuffled))).toBe(expected);
      }),
    );
  });

  it('comes in pieces that do not grow with the number of findings', () => {
    const findings = Array.from({ length: 2_000 }, (_, index) =>
      findingOf({ fingerprint: index.toString(16).padStart(32, '0') }),
    );
    const longest = Math.max(
      ...[...REPORTERS.json(resultOf(findings), OPTIONS)].map((piece) => piece.length),
    );
    expect(longest).toBeLessThan(2_000);
  });
});

describe('ndjson', () => {
  it('is a finding a line, and a summary last', () => {
    for (const result of Object.values(SAMPLES)) {
      const lines = linesOf(result).map((line) => JSON.parse(line));
      for (const line of lines) expect(problemsOf(isLine, line)).toEqual([]);
      expect(lines.map(({ type }) => type)).toEqual([...result.findings.map(() => 'finding'), 'summary']);
      expect(lines.at(-1)).toMatchObject({ complete: result.complete, findingCount: result.findings.length });
    }
  });

  it('says of each finding what the document says', () => {
    const findings = linesOf(SAMPLES.full)
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    const document = JSON.parse(jsonOf(SAMPLES.full));
    expect(findings).toEqual(document.findings.map((finding: object) => ({ type: 'finding', ...finding })));
  });

  it('keeps hostile names within their line', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const lines = linesOf(result);
        expect(lines).toHaveLength(result.findings.length + 1);
        for (const line of lines) expect(problemsOf(isLine, JSON.parse(line))).toEqual([]);
      }),
    );
  });
});
