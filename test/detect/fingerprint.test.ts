import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, secretIdOf } from '../../src/detect/fingerprint.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';

const random = makeRandom(31);
const keyId = makeKeyId(random);
const secret = makeSecret(random);
const secretId = secretIdOf(secret);

describe('fingerprints', () => {
  it('are 128 bits in hex', () => {
    expect(fingerprintOf({ kind: 'access-key-id', keyId })).toMatch(/^[0-9a-f]{32}$/);
    expect(fingerprintOf({ kind: 'access-key-pair', keyId, secretId })).toMatch(/^[0-9a-f]{32}$/);
  });

  it('depend on nothing but kind and value', () => {
    const hit = { kind: 'access-key-pair', keyId, secretId };
    expect(fingerprintOf({ ...hit, ...{ path: 'a', line: 1 } })).toBe(fingerprintOf(hit));
    expect(fingerprintOf({ ...hit, keyId: makeKeyId(random) })).not.toBe(fingerprintOf(hit));
    expect(fingerprintOf({ ...hit, secretId: secretIdOf(makeSecret(random)) })).not.toBe(fingerprintOf(hit));
    expect(fingerprintOf({ kind: 'access-key-id', keyId })).not.toBe(fingerprintOf(hit));
  });

  it('stay the same from version to version', () => {
    expect(fingerprintOf({ kind: 'access-key-id', keyId: 'AKIAIOSFODNN7EXAMPLE' })).toBe(
      'a57d0c30038b12cd0f0d9f9c9d762ee6',
    );
    expect(secretIdOf('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).toBe('8291aced79f48c3d7caf597afb3c8c09');
  });

  it('are no plain digests', () => {
    for (const value of [secret, keyId]) {
      for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
        const digest = createHash(algorithm).update(value).digest('hex').slice(0, 32);
        expect([secretIdOf(value), fingerprintOf({ kind: 'access-key-id', keyId: value })]).not.toContain(
          digest,
        );
      }
    }
  });

  it('of an ID alone cost a guesser more than a hash each', () => {
    const plain = createHmac('sha256', 'keyturn fingerprint 1')
      .update(`access-key-id\0${keyId}`)
      .digest('hex');
    expect(fingerprintOf({ kind: 'access-key-id', keyId })).not.toBe(plain.slice(0, 32));
    const started = performance.now();
    for (let i = 0; i < 20; i++) fingerprintOf({ kind: 'access-key-id', keyId: makeKeyId(random) });
    expect((performance.now() - started) / 20).toBeGreaterThan(1);
  });

  it('are remembered', () => {
    fingerprintOf({ kind: 'access-key-id', keyId });
    const started = performance.now();
    for (let i = 0; i < 1000; i++) fingerprintOf({ kind: 'access-key-id', keyId });
    expect(performance.now() - started).toBeLessThan(500);
  });
});
