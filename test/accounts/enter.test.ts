import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionNameOf, sessionOf } from '../../src/accounts/enter.ts';
import { Secret } from '../../src/base/secret.ts';

const HOUR_MS = 3_600_000;

describe('sessionNameOf', () => {
  it.each([
    ['arn:aws:iam::111122223333:user/robots/ci', 'keyturn-keys-report-ci'],
    [
      'arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com',
      'keyturn-keys-report-alice@example.com',
    ],
    ['arn:aws:iam::111122223333:root', 'keyturn-keys-report-root'],
  ])('of %s', (arn, name) => expect(sessionNameOf('keys-report', { arn })).toBe(name));

  it('is one that STS takes, whoever asks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (who) => {
        const name = sessionNameOf('keys-report', {
          arn: `arn:aws:sts::111122223333:assumed-role/Admin/${who}`,
        });
        expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
    );
  });
});

describe('sessionOf', () => {
  it('shares one session among calls that come at once, and assumes anew before it expires', async () => {
    let now = 0;
    let assumed = 0;
    const credentials = sessionOf(
      {
        assume: async () => {
          assumed++;
          await Promise.resolve();
          const secret = new Secret('made up');
          return {
            accessKeyId: `${assumed}`,
            secretAccessKey: secret,
            sessionToken: secret,
            expiresAt: now + HOUR_MS,
          };
        },
      },
      { arn: 'arn', sessionName: 'test' },
      () => now,
    );
    const first = await Promise.all([credentials(), credentials(), credentials()]);
    expect(first.map(({ accessKeyId }) => accessKeyId)).toEqual(['1', '1', '1']);
    now = HOUR_MS - 5 * 60_000 - 1;
    expect((await credentials()).accessKeyId).toBe('1');
    now++;
    expect((await credentials()).accessKeyId).toBe('2');
  });

  it('asks again after a refusal', async () => {
    let isRefused = true;
    const credentials = sessionOf(
      {
        assume: async () => {
          if (isRefused) throw new Error('no');
          const secret = new Secret('made up');
          return { accessKeyId: 'id', secretAccessKey: secret, sessionToken: secret, expiresAt: HOUR_MS };
        },
      },
      { arn: 'arn', sessionName: 'test' },
      () => 0,
    );
    await expect(credentials()).rejects.toThrow('no');
    isRefused = false;
    expect((await credentials()).accessKeyId).toBe('id');
  });
});
