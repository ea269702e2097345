import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { sign, verify } from '../../src/notify/signature.ts';

const secret = new Secret('a secret that only tests know');
const now = Date.UTC(2026, 10, 26);
const parts = { id: 'msg_1', timestamp: String(now / 1000), body: '{"a":1}' };

describe('signatures', () => {
  it('are those of the Standard Webhooks specification', () => {
    // The example of the specification and of its libraries.
    const example = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: '{"test": 2432232314}',
    };
    const key = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(sign(example, key)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('are taken once, in time, and unchanged', () => {
    const signature = sign(parts, secret);
    expect(verify(parts, signature, secret, { now })).toBe(true);
    expect(verify(parts, `v1,other ${signature}`, secret, { now })).toBe(true);
    expect(verify({ ...parts, body: '{"a":2}' }, signature, secret, { now })).toBe(false);
    expect(verify({ ...parts, id: 'msg_2' }, signature, secret, { now })).toBe(false);
    expect(verify(parts, signature, new Secret('another secret that is long'), { now })).toBe(false);
    expect(verify(parts, '', secret, { now })).toBe(false);
  });

  it('are refused when they are played again later, or come from the future', () => {
    const signature = sign(parts, secret);
    expect(verify(parts, signature, secret, { now: now + 300_000 })).toBe(true);
    expect(verify(parts, signature, secret, { now: now + 301_000 })).toBe(false);
    expect(verify(parts, signature, secret, { now: now - 301_000 })).toBe(false);
    // A younger time needs another signature.
    const later = { ...parts, timestamp: String(now / 1000 + 600) };
    expect(verify(later, signature, secret, { now: now + 600_000 })).toBe(false);
    expect(verify({ ...parts, timestamp: 'NaN' }, signature, secret, { now })).toBe(false);
  });
});
