import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headline, textOf } from '../../src/notify/digest.ts';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { makeKeyId, makeRandom, makeSecret, makeToken } from '../helpers/credentials.ts';
import { makeEvent } from './notifying.ts';
import { detector, prefilter, redact } from './parts.ts';

const FIELDS = ['owner', 'account', 'subject', 'text', 'command', 'dedupeKey'] as const;

/** Credentials of several kinds, as they come to stand in a text: the text, and what must not get out. */
function leaks(seed: number): { text: string; secret: string }[] {
  const random = makeRandom(seed);
  const [secret, token, keyId] = [makeSecret(random), makeToken(random, 300), makeKeyId(random)];
  return [
    { text: secret, secret },
    { text: `${keyId} ${secret}`, secret },
    { text: `aws_secret_access_key = ${secret}`, secret },
    { text: `denied: {"SecretAccessKey":"${secret}"}`, secret },
    { text: `https://user:x@host/?key=${encodeURIComponent(secret)}`, secret: encodeURIComponent(secret) },
    { text: `aws_session_token=${token}`, secret: token },
    { text: `before\r\nAWS_SECRET_ACCESS_KEY='${secret}'\r\nafter`, secret },
    {
      text: Buffer.from(`${keyId}:${secret}`).toString('base64'),
      secret: Buffer.from(`${keyId}:${secret}`).toString('base64'),
    },
  ];
}

/** What our own detector finds in everything that would leave. */
function foundIn(events: readonly NotifyEvent[]): string[] {
  const digest = { id: 'msg_1', events };
  const all = [JSON.stringify(events), headline(digest), textOf(digest, 1_000_000)].join('\n');
  const bytes = Buffer.from(all);
  return detector
    .detect(bytes, prefilter.find(bytes))
    .flatMap(({ secret, token }) => [secret, token])
    .flatMap((found) => found?.reveal() ?? []);
}

describe('redact', () => {
  it.each(FIELDS)('lets no credential through the field %s', (field) => {
    for (const [index, { text, secret }] of leaks(7).entries()) {
      const events = redact([makeEvent({ [field]: text })]);
      expect(JSON.stringify(events), `${field} ${index}`).not.toContain(secret);
      expect(foundIn(events), `${field} ${index}`).toEqual([]);
    }
  });

  it('sees a secret and the key ID that tells it in different fields, and in different events', () => {
    const random = makeRandom(8);
    const [keyId, secret] = [makeKeyId(random), makeSecret(random)];
    const events = redact([
      makeEvent({ subject: keyId, text: 'nothing' }),
      makeEvent({ text: secret, command: `echo ${secret}` }),
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
    // IDs stay: they are needed to act.
    expect(events[0]!.subject).toBe(keyId);
  });

  it('lets no half of a secret through where a text is cut', () => {
    const secret = makeSecret(makeRandom(9));
    for (let before = 955; before <= 1000; before += 5) {
      const [event] = redact([makeEvent({ text: `${'x '.repeat(before / 2)}secret_key=${secret}` })]);
      for (let at = 0; at + 12 <= secret.length; at++)
        expect(event!.text).not.toContain(secret.slice(at, at + 12));
    }
  });

  it('leaves what is no secret as it is', () => {
    const event = makeEvent({
      subject: 'Zoë 👩‍💻 日本語',
      text: 'iam:CreateAccessKey was refused by arn:aws:iam::111122223333:role/Rotation/KeyturnRotationRole2026',
      command: "keyturn keys rotate 'o''brien' --secret prod/Team-A/KeysOfServiceAccounts/2026 --apply",
      owner: undefined as never,
    });
    const [clean] = redact([event]);
    expect(clean).toEqual({ ...event, owner: undefined, dedupeKey: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it('makes control characters visible, so that nobody forges a line or a header', () => {
    const [event] = redact([
      makeEvent({
        subject: 'ci\r\nBcc: eve@evil.test',
        owner: 'a\u202eb\u0000',
        account: '1\n2',
        text: '\u001b[2J',
      }),
    ]);
    expect(event).toMatchObject({
      subject: 'ci\\r\\nBcc: eve@evil.test',
      owner: 'a\\u202eb\\x00',
      account: '1\\n2',
      text: '\\x1b[2J',
    });
  });

  it('leaves a command out that is too long to be whole', () => {
    const [event] = redact([makeEvent({ command: `keyturn keys rotate ${'a '.repeat(2000)}` })]);
    expect(event).not.toHaveProperty('command');
  });

  it('takes whatever there is, and gives each event its own fields back', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 3000 }));
    const fields = { owner: text, account: text, subject: text, text, command: text, dedupeKey: text };
    fc.assert(
      fc.property(fc.array(fc.record(fields), { maxLength: 5 }), (parts) => {
        const events = redact(parts.map((part) => makeEvent(part)));
        expect(events).toHaveLength(parts.length);
        for (const event of events) {
          for (const field of FIELDS) expect(event[field] ?? '').not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
          expect(event.text.length).toBeLessThan(1004);
        }
      }),
      { numRuns: 40 },
    );
  });
});
