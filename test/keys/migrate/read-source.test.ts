import { describe, expect, it } from 'vitest';
import { findPairs } from '../../../src/keys/migrate/pairs.ts';
import { readSource } from '../../../src/keys/migrate/read-source.ts';
import { makeKey } from './samples.ts';

const { id: ID, secret: SECRET } = makeKey(3);
const pair = `aws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`;
const assignments = `AWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`;

describe('what is left where it is', () => {
  it.each([
    ['a profile given twice', `[ci]\n${pair}[ci]\nregion = x\n`, 'at lines 1 and 4'],
    ['a field given twice', `[ci]\n${pair}aws_access_key_id = ${ID}\n`, 'at lines 2 and 4'],
    ['half a pair', `[ci]\naws_access_key_id = ${ID}\n`, 'aws_secret_access_key is missing'],
    ['a secret without its ID', `[ci]\naws_secret_access_key = ${SECRET}\n`, 'aws_access_key_id is missing'],
    ['a session token', `[ci]\n${pair}aws_session_token = abc\n`, 'temporary'],
    ['a temporary key', `[ci]\n${pair.replace('AKIA', 'ASIA')}`, 'temporary'],
    ['a credential_process', `[ci]\n${pair}credential_process = x\n`, 'credential_process'],
    ['a name that SDKs differ on', `[my profile]\n${pair}`, 'not every SDK'],
    [
      'a secret in the place of the ID',
      `[ci]\naws_access_key_id = ${SECRET}\naws_secret_access_key = ${SECRET}\n`,
      'no ID',
    ],
    [
      'a secret that is none',
      `[ci]\naws_access_key_id = ${ID}\naws_secret_access_key = changeme\n`,
      'no secret of AWS',
    ],
    ['a .env file with a session', `${assignments}AWS_SESSION_TOKEN=abc\n`, 'temporary'],
    ['a .env file with a profile', `${assignments}AWS_PROFILE=x\n`, 'AWS_PROFILE is set'],
    ['a variable given twice', `${assignments}AWS_ACCESS_KEY_ID=${ID}\n`, 'at lines 1 and 3'],
    ['two on one line', `export AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET}\n`, 'is missing'],
  ])('%s', (_, text, why) => {
    const { places, left } = readSource(text);
    expect(places).toEqual([]);
    expect(left).toMatchObject([{ why: expect.stringContaining(why) }]);
    expect(JSON.stringify(left)).not.toContain(SECRET);
  });

  it('does not keep other profiles from being moved', () => {
    const { id, secret } = makeKey(4);
    const text = `[bad]\n${pair}${pair}[good]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    expect(readSource(text)).toMatchObject({
      places: [{ profile: 'good' }],
      left: [{ profile: 'bad', keyId: ID }],
    });
  });

  it('is found by the detector, in whatever form it stands', () => {
    const yaml = `prod:\n  accessKeyId: ${ID}\n  secretAccessKey: ${SECRET}\n`;
    expect(readSource(yaml)).toEqual({ places: [], left: [] });
    expect(findPairs(yaml)).toEqual([{ keyId: ID, line: 2 }]);
    expect(findPairs(`[ci]\n${pair}`)).toEqual([{ keyId: ID, line: 2 }]);
    expect(findPairs('[ci]\nregion = x\n')).toEqual([]);
  });
});
