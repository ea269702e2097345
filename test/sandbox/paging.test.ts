import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/sandbox/paging.ts';

describe('pages', () => {
  it('hold everything once, in order, and none but the last is the last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, size) => {
        const seen: number[] = [];
        let token: string | undefined;
        do {
          const page = pageOf(items, { token, size, code: 'X' });
          expect(page.items.length).toBeLessThanOrEqual(size);
          seen.push(...page.items);
          token = page.next;
        } while (token !== undefined);
        expect(seen).toEqual(items);
      }),
    );
  });

  it('refuse a token of somebody else', () => {
    expect(() => pageOf([1], { token: 'x', size: 1, code: 'InvalidNextTokenException' })).toThrow(
      expect.objectContaining({ code: 'InvalidNextTokenException' }),
    );
  });
});
