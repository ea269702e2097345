import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLike } from '../../src/base/wildcard.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 12 });
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 12 });

describe('a pattern with wildcards', () => {
  it('matches what the same regular expression matches', () => {
    fc.assert(
      fc.property(letters, patterns, (text, pattern) => {
        const regex = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll(/\*+/g, '.*')}$`);
        expect(isLike(text, pattern)).toBe(regex.test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes its time by length, not by the number of stars', () => {
    expect(isLike('a'.repeat(20_000), `${'*a'.repeat(200)}b`)).toBe(false);
  });
});
