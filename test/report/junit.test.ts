import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { parseXml, type XmlElement } from './parsers.ts';
import { OPTIONS, resultOf, SAMPLES } from './samples.ts';

function suiteOf(result: ScanResult): XmlElement {
  const suites = parseXml([...REPORTERS.junit(result, OPTIONS)].join(''));
  expect(suites.children).toHaveLength(1);
  return suites.children[0]!;
}

function outcomesOf(suite: XmlElement): string[] {
  return suite.children.map((testcase) => testcase.children[0]?.name ?? 'passed');
}

describe('junit', () => {
  it('has a failure per finding and an error per gap', () => {
    const suite = suiteOf(SAMPLES.full);
    expect(outcomesOf(suite)).toEqual([...Array(6).fill('failure'), 'error', 'error']);
    expect(suite.attributes).toMatchObject({ tests: '8', failures: '6', errors: '2', time: '0.912' });
  });

  it('passes only when there is nothing to tell', () => {
    expect(outcomesOf(suiteOf(SAMPLES.none))).toEqual(['passed']);
    expect(outcomesOf(suiteOf(SAMPLES.gap))).toEqual(['error']);
    expect(outcomesOf(suiteOf(resultOf([], { complete: false, interrupted: true })))).toEqual(['error']);
  });

  it('is well-formed whatever the names are', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const suite = suiteOf(result);
        expect(suite.attributes['tests']).toBe(String(suite.children.length));
        for (const testcase of suite.children) {
          const [outcome] = testcase.children;
          for (const value of [
            ...Object.values(testcase.attributes),
            ...Object.values(outcome?.attributes ?? {}),
          ]) {
            expect(value).not.toMatch(HARMFUL);
          }
          expect((outcome?.text ?? '').replaceAll('\n', '')).not.toMatch(HARMFUL);
        }
      }),
    );
  });
});
