import { describe, expect, it } from 'vitest';
import { namedChange, type Wanted } from '../../src/action/event.ts';
import { planFor } from '../../src/action/plan.ts';

const change: Wanted = { what: 'changes', why: 'what was pushed', bases: ['before', 'main'], head: 'after' };

function plan(wanted: Wanted, there: string[], isShallow = false) {
  return planFor(wanted, { isShallow, has: (revision) => there.includes(revision) });
}

describe('the plan of a change', () => {
  it('takes the first base that is there', () => {
    expect(plan(change, ['before', 'main', 'after']).scan).toEqual(['--range', 'before..after']);
    expect(plan(change, ['main', 'after']).scan).toEqual(['--range', 'main..after']);
  });

  it.each([true, false])('without a base scans everything, never nothing (shallow: %s)', (isShallow) => {
    expect(plan(change, ['after'], isShallow)).toEqual({
      scan: ['--history'],
      why: 'before is not in this checkout, so everything is scanned',
    });
    expect(plan({ ...change, bases: [] }, ['after'], isShallow).scan).toEqual(['--history']);
  });

  it('without its head scans what a shallow checkout has, which that scan will say is not all', () => {
    expect(plan(change, ['before'], true).scan).toEqual(['--history']);
  });

  it('without its head in a whole checkout is a failure that says how to mend it', () => {
    expect(plan(change, ['before'])).toEqual({
      why: 'after is not in this checkout',
      isFine: false,
      mend: expect.stringContaining('fetch-depth: 0'),
    });
  });

  it.each([true, false])('named by the user is followed to the letter (shallow: %s)', (isShallow) => {
    const named = namedChange('v1', 'HEAD')!;
    expect(plan(named, ['HEAD', 'v1'], isShallow).scan).toEqual(['--range', 'v1..HEAD']);
    expect(plan(named, ['HEAD'], isShallow)).toMatchObject({
      isFine: false,
      why: 'v1 is not in this checkout',
    });
    expect(plan(named, ['v1'], isShallow)).toMatchObject({
      isFine: false,
      why: 'HEAD is not in this checkout',
    });
  });
});

it('a deleted ref is fine, and a schedule wants everything', () => {
  expect(plan({ what: 'nothing', why: 'gone' }, [])).toEqual({ why: 'gone', isFine: true });
  expect(plan({ what: 'everything', why: 'so' }, [])).toEqual({ scan: ['--history'], why: 'so' });
});
