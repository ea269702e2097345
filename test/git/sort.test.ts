import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortByOffset } from '../../src/git/sort.ts';

it('sorts offsets of any size and tells where each went', () => {
  const offsets = fc.uniqueArray(fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 45 })));
  fc.assert(
    fc.property(offsets, (values) => {
      const sorted = Float64Array.from(values);
      const positions = new Uint32Array(values.length);
      const wentTo = sortByOffset(sorted, positions);
      expect([...sorted]).toEqual([...values].sort((one, other) => one - other));
      expect([...positions].map((position) => values[position])).toEqual([...sorted]);
      expect(values.map((_, position) => sorted[wentTo[position]!])).toEqual(values);
    }),
  );
});
