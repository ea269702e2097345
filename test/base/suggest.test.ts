import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/base/suggest.ts';

const NAMES = ['minConfidence', 'failOn', 'format', 'patterns', 'jobs'];

describe('nearest', () => {
  it.each([
    ['min_confidence', 'minConfidence'],
    ['min-confidence', 'minConfidence'],
    ['MINCONFIDENCE', 'minConfidence'],
    ['fromat', 'format'],
    ['fail', 'failOn'],
    ['fa', undefined],
    ['job', 'jobs'],
    ['pattern', 'patterns'],
    ['x', undefined],
    ['', undefined],
  ])('of %j is %j', (typed, name) => {
    expect(nearest(typed, NAMES)).toBe(name);
  });

  it('finds a name from which one character is gone, doubled or swapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('minConfidence', 'patterns', 'format'),
        fc.nat(20),
        fc.nat(2),
        (name, place, how) => {
          const at = place % (name.length - 1);
          const [head, tail] = [name.slice(0, at), name.slice(at)];
          const typed = [
            head + tail.slice(1),
            head + tail[0] + tail,
            head + tail[1] + tail[0] + tail.slice(2),
          ][how]!;
          expect(nearest(typed, NAMES)).toBe(name);
        },
      ),
    );
  });

  it('takes no time for a hostile length', () => {
    expect(nearest('a'.repeat(1_000_000), NAMES)).toBeUndefined();
  });
});

describe('didYouMean', () => {
  it('is the end of a sentence, or nothing', () => {
    expect(didYouMean('jbos', NAMES)).toBe('; did you mean "jobs"?');
    expect(didYouMean('zzz', NAMES)).toBe('');
  });
});
