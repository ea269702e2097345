import { expect, it } from 'vitest';
import { createThrottle } from '../../src/sandbox/throttle.ts';

it('a bucket is full after a second, and no fuller after an hour', () => {
  let now = 0;
  const throttle = createThrottle(() => now);
  const passed = (tries: number) =>
    Array.from({ length: tries }, () => throttle.allows('a', 'iam', 2)).filter(Boolean).length;
  expect(passed(5)).toBe(2);
  now += 500;
  expect(passed(5)).toBe(1);
  now += 3_600_000;
  expect(passed(5)).toBe(2);
  expect(throttle.allows('b', 'iam', 2)).toBe(true);
});
