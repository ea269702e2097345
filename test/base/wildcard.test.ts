import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doOverlap, isLike } from '../../src/base/wildcard.ts';

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

describe('two patterns', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
  // Longer than both together: whatever matches both, something of this length or less does.
  const texts = [''];
  for (const text of texts) if (text.length < 8) texts.push(`${text}a`, `${text}b`);

  it('overlap when some text matches both', () => {
    fc.assert(
      fc.property(short, short, (one, other) => {
        const isShared = texts.some((text) => isLike(text, one) && isLike(text, other));
        expect(doOverlap(one, other)).toBe(isShared);
      }),
      { numRuns: 1000 },
    );
  });

  it('take their time by length, not by the number of stars', () => {
    expect(doOverlap(`${'*a'.repeat(500)}b`, `${'*a'.repeat(500)}c`)).toBe(false);
  });
});
