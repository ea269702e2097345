import { describe, expect, it } from 'vitest';
import { exitStatusOf } from '../../src/cli/exit-status.ts';
import { CONFIDENCES, type Confidence } from '../../src/detect/types.ts';
import { makeFinding, makeResult } from './run-main.ts';

const RULES = { failOn: 'low', exitZero: false, strict: false } as const;
const { coverage } = makeResult();
const gaps = [{ reason: 'shallow' as const, count: 1, examples: [] }];
const notes = [{ reason: 'lfs-pointer', count: 1, examples: [] }];

function found(confidence: Confidence) {
  return makeResult({ findings: [makeFinding({ confidence })] });
}

describe('exitStatusOf', () => {
  it('is 0 when everything was scanned and nothing found', () => {
    expect(exitStatusOf(makeResult(), RULES)).toBe(0);
  });

  it('compares with --fail-on, and info never fails', () => {
    const table = (['high', 'medium', 'low'] as const).map((failOn) =>
      CONFIDENCES.map((confidence) => exitStatusOf(found(confidence), { ...RULES, failOn })),
    );
    expect(table).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
    ]);
    expect(exitStatusOf(found('info'), { ...RULES, failOn: 'info' })).toBe(0);
  });

  it('is 2 for an incomplete scan, 1 when something was found in it', () => {
    expect(exitStatusOf(makeResult({ complete: false }), RULES)).toBe(2);
    expect(exitStatusOf(makeResult({ coverage: { ...coverage, gaps } }), RULES)).toBe(2);
    expect(exitStatusOf({ ...found('high'), complete: false }, RULES)).toBe(1);
  });

  it('takes notes for gaps only when strict', () => {
    const result = makeResult({ coverage: { ...coverage, notes } });
    expect(exitStatusOf(result, RULES)).toBe(0);
    expect(exitStatusOf(result, { ...RULES, strict: true })).toBe(2);
  });

  it('forgives findings with --exit-zero, and nothing else', () => {
    const rules = { ...RULES, exitZero: true };
    expect(exitStatusOf(found('high'), rules)).toBe(0);
    expect(exitStatusOf({ ...found('high'), complete: false }, rules)).toBe(2);
    expect(exitStatusOf(makeResult({ interrupted: true, complete: false }), rules)).toBe(130);
  });

  it('is 130 when interrupted, whatever was found', () => {
    expect(exitStatusOf({ ...found('high'), interrupted: true, complete: false }, RULES)).toBe(130);
  });
});
