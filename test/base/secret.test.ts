import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mask, Secret } from '../../src/base/secret.ts';

describe('Secret', () => {
  const value = 'plain as day';
  const secret = new Secret(value);

  it.each([
    ['a string', () => `${secret}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { depth: 5, showHidden: true })],
    ['its keys', () => JSON.stringify(Object.entries(secret))],
  ])('does not show in %s', (_, show) => {
    expect(show()).not.toContain(value);
  });

  it('is revealed on purpose', () => {
    expect(secret.reveal()).toBe(value);
  });
});

describe('mask', () => {
  it('leaves the last four characters, whatever the length', () => {
    expect(mask('abcdefgh')).toBe('************efgh');
    expect(mask('x'.repeat(500))).toBe('************xxxx');
  });

  it('keeps to one line', () => {
    expect(mask('first\nlast\n')).toBe('************last');
  });
});
