import { describe, expect, it } from 'vitest';
import { matchesName } from '../../src/base/name-pattern.ts';

describe('matchesName', () => {
  it.each([
    ['ci', 'CI', true],
    ['ci', 'ci2', false],
    ['ci-*', 'ci-', true],
    ['*', '', true],
    ['*-prod-*', 'ci-prod-1', true],
    ['a*a', 'a', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'ab', false],
    ['a.c', 'abc', false],
  ])('%s and %s', (pattern, name, matches) => expect(matchesName(pattern, name)).toBe(matches));
});
