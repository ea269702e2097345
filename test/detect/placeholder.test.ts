import { describe, expect, it } from 'vitest';
import { isPlaceholderId, isPlaceholderSecret } from '../../src/detect/placeholder.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';

const DRAWS = 20_000;

describe('isPlaceholderId', () => {
  it.each([
    'IOSFODNN7EXAMPLE',
    'I44QH8DHBEXAMPLE',
    'XXXXXXXXXXXXXXXX',
    '0123456789ABCDEF',
    'ABCDEFGHIJKLMNOP',
    'ZZZZZZZZZZZZZZZZ',
    'DEADBEEFDEADBEEF',
    'TESTTESTTESTTEST',
    'TESTFAKEKEY12345',
    'HI38FAKE1IWUQEEN',
  ])('knows AKIA%s', (body) => {
    expect(isPlaceholderId(`AKIA${body}`)).toBe(true);
  });

  it.each([
    'Z52KNG5GARBXTEST',
    'IOSFODNN7EAXMPLE',
    'IOSFODNN7SECRETS',
    'GIREOGIAWSKEY123',
    'QWERTYUIOPASDFGH',
  ])('takes AKIA%s for an ID', (body) => {
    expect(isPlaceholderId(`AKIA${body}`)).toBe(false);
  });

  it('loses one real ID in a thousand at most', () => {
    const random = makeRandom(7);
    let lost = 0;
    for (let i = 0; i < DRAWS; i++)
      if (isPlaceholderId(makeKeyId(random, { account: account(random()) }))) lost++;
    expect(lost).toBeLessThan(DRAWS / 1000);
  });
});

describe('isPlaceholderSecret', () => {
  it.each([
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYESAMPLEKEY',
    'SAMPLEUtnFEMI/K7MDENG/bPxRfiCYEXXXXXXKEY',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYESATESTKEY',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcd1234567890',
    '0123456789abcdefghijABCDEFGHIJ0123456789',
    'YourSecretAccessKeyGoesHere1234567890abc',
  ])('knows %s', (secret) => {
    expect(isPlaceholderSecret(secret)).toBe(true);
  });

  it('loses one real secret in a thousand at most', () => {
    const random = makeRandom(8);
    let lost = 0;
    for (let i = 0; i < DRAWS; i++) if (isPlaceholderSecret(makeSecret(random))) lost++;
    expect(lost).toBeLessThan(DRAWS / 1000);
  });
});

function account(fraction: number): string {
  return String(Math.floor(fraction * 1e12)).padStart(12, '0');
}
