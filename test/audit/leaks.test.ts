import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { searchUserData, searchValues } from '../../src/audit/leaks.ts';
import { Secret } from '../../src/base/secret.ts';
import { CANARY_ACCOUNTS } from '../../src/detect/patterns.generated.ts';
import { makeKeyId, makeRandom, makeSecret, makeToken } from '../helpers/credentials.ts';

const random = makeRandom(11);
const NOW = Date.UTC(2026, 10, 26);

function search(values: Record<string, string>) {
  const wrapped = Object.entries(values).map(([name, value]): [string, Secret] => [name, new Secret(value)]);
  return searchValues(new Map(wrapped), 'variable', NOW);
}

describe('searchValues', () => {
  const id = makeKeyId(random);
  const secret = makeSecret(random);

  it('joins the halves of a key, and says where its ID stands', () => {
    expect(search({ A: 'x', AWS_SECRET_ACCESS_KEY: secret, AWS_ACCESS_KEY_ID: id, B: 'y' })).toEqual({
      leaks: [{ kind: 'access-key-pair', weight: 9.8, keyId: id, place: 'variable AWS_ACCESS_KEY_ID' }],
      gaps: [],
    });
  });

  it('finds what is encoded', () => {
    const file = Buffer.from(`[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    const { leaks } = search({ FIRST: 'x', CREDENTIALS: file.toString('base64') });
    expect(leaks).toMatchObject([{ kind: 'access-key-pair', place: 'variable CREDENTIALS' }]);
  });

  it('passes what is documented, a canary, and what somebody allowed', () => {
    const documented = ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/');
    const canary = makeKeyId(random, { account: [...CANARY_ACCOUNTS][0]! });
    expect(
      search({ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: documented }).leaks,
    ).toEqual([]);
    expect(search({ TRAP_ID: canary, TRAP_SECRET_ACCESS_KEY: makeSecret(random) }).leaks).toEqual([]);
    expect(search({ KEY_ID: `${id} # gitleaks:allow` }).leaks).toEqual([]);
  });

  it('finds a session, which a role of somebody else gave', () => {
    const { leaks } = search({
      AWS_ACCESS_KEY_ID: makeKeyId(random, { prefix: 'ASIA' }),
      AWS_SECRET_ACCESS_KEY: makeSecret(random),
      AWS_SESSION_TOKEN: makeToken(random),
    });
    expect(leaks).toMatchObject([{ kind: 'session-credentials' }]);
  });

  it('takes a secret out of a name', () => {
    const { leaks } = search({ [`aws_secret_access_key ${secret}`]: id });
    expect(leaks.length).toBeGreaterThan(0);
    expect(JSON.stringify(leaks)).not.toContain(secret);
  });
});

describe('searchUserData', () => {
  it('tells what it could not unpack', () => {
    const packed = gzipSync(Buffer.from('#!/bin/sh\n'.repeat(1000)));
    const broken = packed.subarray(0, packed.length - 20).toString('base64');
    expect(searchUserData(new Secret(broken), NOW)).toEqual({ leaks: [], gaps: ['unreadable-file'] });
  });
});
