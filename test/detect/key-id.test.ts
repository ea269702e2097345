import { describe, expect, it } from 'vitest';
import { CANARY_ACCOUNTS } from '../../src/detect/patterns.generated.ts';
import { makeBase64, makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import { scan } from './scan.ts';

const random = makeRandom(51);
const id = makeKeyId(random);
const secret = makeSecret(random);

function idsIn(text: string): (string | undefined)[] {
  return scan(text).map((match) => match.keyId);
}

describe('key IDs', () => {
  it.each([
    ['a line break in a string', `"\\n${id}"`],
    ['a percent escape', `a%3D${id}`],
    ['a quoted-printable escape', `KEY=3D${id}`],
    ['an underscore', `_${id}`],
    ['a unicode escape', `\\u003d${id}`],
    ['a hex escape', `\\x3d${id}`],
    ['a colour', `\u001b[32m${id}`],
    ['a colour written out', `\\033[1;32m${id}`],
    ['a plus of a patch', `+${id}`],
    ['a slash', `/${id}/20240101/us-east-1/s3/aws4_request`],
    ['a word in base64 characters', `/Users/somebody/${id}`],
  ])('are found behind %s', (_, text) => {
    expect(idsIn(text)).toEqual([id]);
  });

  it.each([
    ['a letter', `x${id}`],
    ['a digit', `7${id}`],
    ['a letter behind', `${id}x`],
    ['a digit behind', `${id}2`],
    ['base64 before', `${makeBase64(random, 40)}/${id}`],
    ['base64 behind', `${id}+${makeBase64(random, 40)}`],
    ['capitals joined by underscores', 'ASIAQAAAAAAARTDDDDDD_REGION'],
  ])('are not found beside %s', (_, text) => {
    expect(idsIn(text)).toEqual([]);
  });

  it.each([
    ['AKIA', 'medium'],
    ['ASIA', 'low'],
    ['ABIA', 'low'],
    ['ACCA', 'low'],
  ])('of %s are %s', (prefix, confidence) => {
    const [match] = scan(`aws_access_key_id = ${makeKeyId(random, { prefix })}`);
    expect(match).toMatchObject({ kind: 'access-key-id', confidence, accountId: '210987654321' });
  });

  it('are info when AWS cannot have issued them', () => {
    const impossible = `AKIA${'ZZZZZZZZZZ'.replaceAll('Z', '7')}QWERTY`;
    expect(scan(`key = AKIA0${'QAAAAAAARTDDDDD'}`)).toMatchObject([{ confidence: 'info' }]);
    expect(scan(`key = ${impossible}`)).toMatchObject([{ confidence: 'info' }]);
  });

  it('are low in a pair that AWS cannot have issued, for the sake of the secret', () => {
    expect(scan(`key = AKIA8${'QWERTYUIOPASDFG'}\nsecret = ${secret}`)).toMatchObject([
      { kind: 'access-key-pair', confidence: 'low' },
    ]);
  });

  it('of canary accounts are marked', () => {
    for (const account of CANARY_ACCOUNTS) {
      const canary = makeKeyId(random, { account });
      expect(scan(`${canary}:${secret}`)).toMatchObject([
        { kind: 'access-key-pair', canary: true, accountId: account },
      ]);
    }
    expect(scan(`${id}:${secret}`)[0]!.canary).toBeUndefined();
  });

  it('of principals are info and no keys', () => {
    expect(scan(`"principalId": "${makeKeyId(random, { prefix: 'AIDA' })}"`)).toMatchObject([
      { kind: 'principal-id', confidence: 'info' },
    ]);
  });
});
