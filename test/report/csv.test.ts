import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/index.ts';
import type { ScanResult } from '../../src/report/result.ts';
import { HARMFUL, hostileResult } from './hostile.ts';
import { parseCsv } from './parsers.ts';
import { findingOf, OPTIONS, occurrenceOf, resultOf, SAMPLES } from './samples.ts';

function tableOf(result: ScanResult): Record<string, string>[] {
  const [header, ...rows] = parseCsv([...REPORTERS.csv(result, OPTIONS)].join(''));
  return rows.map((row) => {
    expect(row).toHaveLength(header!.length);
    return Object.fromEntries(header!.map((name, index) => [name, row[index]!]));
  });
}

describe('csv', () => {
  it('is a row per finding, then one per gap', () => {
    expect(tableOf(SAMPLES.full).map(({ confidence }) => confidence)).toEqual([
      'high',
      'high',
      'medium',
      'medium',
      'low',
      'info',
      'incomplete',
      'incomplete',
    ]);
  });

  it('has a row for an interruption that left no gap', () => {
    const rows = tableOf(resultOf([], { complete: false, interrupted: true }));
    expect(rows).toMatchObject([{ confidence: 'incomplete', title: 'interrupted' }]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1'])('keeps a spreadsheet from running %s', (path) => {
    expect(tableOf(resultOf([findingOf({ occurrences: [occurrenceOf({ path })] })]))[0]!['path']).toBe(
      `'${path}`,
    );
  });

  it('quotes commas and quotes', () => {
    const path = 'a,"b".txt';
    expect(tableOf(resultOf([findingOf({ occurrences: [occurrenceOf({ path })] })]))[0]!['path']).toBe(path);
  });

  it('stands hostile names', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const rows = tableOf(result);
        expect(rows).toHaveLength(result.findings.length + result.coverage.gaps.length);
        for (const cell of rows.flatMap((row) => Object.values(row))) {
          expect(cell).not.toMatch(HARMFUL);
          expect(cell).not.toMatch(/^[=+\-@]/);
        }
      }),
    );
  });
});
