import { describe, expect, it } from 'vitest';
import { makeCertificate, type SinkOptions, startSink } from '../helpers/smtp-sink.ts';
import { closedPort } from '../helpers/webhook-receiver.ts';
import { makeEvent, notifying } from './notifying.ts';

interface MailOptions {
  more?: string[];
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** A notifier that writes to a sink, to team@example.com by default. */
async function mailing(
  sinkOptions: SinkOptions,
  { more = [], env = {}, timeoutMs = 2000 }: MailOptions = {},
) {
  const sink = await startSink(sinkOptions);
  const lines = ['type: smtp', 'host: 127.0.0.1', `port: ${sink.port}`, 'from: keyturn@example.com', ...more];
  if (!more.some((line) => line.startsWith('to:'))) lines.push('to: [team@example.com]');
  const config = `channels:\n  mail:\n${lines.map((line) => `    ${line}\n`).join('')}`;
  return { sink, config, ...(await notifying(config, { env, timeoutMs })) };
}

const PLAIN = { more: ['encryption: none'] };

describe('smtp', () => {
  it('sends a mail over STARTTLS, signed in', async () => {
    const certificate = makeCertificate();
    const { sink, notifier } = await mailing(
      { certificate, login: 'keyturn open sesame' },
      {
        more: [`ca: ${certificate.file}`, 'user: keyturn', 'passwordFrom: { env: MAIL_PASSWORD }'],
        env: { MAIL_PASSWORD: 'open sesame' },
      },
    );
    expect(await notifier.deliver([makeEvent({ subject: 'Zoë 🔑' })])).toEqual([
      { channel: 'mail', state: 'sent', events: 1, to: 'team@example.com' },
    ]);
    const [mail] = sink.mails;
    expect(mail).toMatchObject({
      from: 'keyturn@example.com',
      to: ['team@example.com'],
      isEncrypted: true,
      login: 'keyturn open sesame',
    });
    expect(mail!.data).toMatch(/^Subject: keyturn: 1 key due \(111122223333\)$/m);
    expect(mail!.data).toMatch(/^Message-ID: <msg_[0-9a-f]{32}@keyturn>$/im);
    expect(mail!.data).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(bodyOf(mail!.data)).toContain('Zoë 🔑');
  });

  it('sends over TLS from the start', async () => {
    const certificate = makeCertificate();
    const { sink, notifier } = await mailing(
      { certificate, isImplicit: true },
      { more: ['encryption: tls', `ca: ${certificate.file}`] },
    );
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    expect(sink.mails[0]!.isEncrypted).toBe(true);
  });

  it.each([
    ['without STARTTLS', {}, 'the connection cannot be encrypted as it must be'],
    ['with a certificate nobody trusts', { isCertified: true }, 'its certificate is not trusted'],
  ])('sends nothing to a server %s', async (_, { isCertified = false }: { isCertified?: boolean }, error) => {
    const { sink, notifier } = await mailing(isCertified ? { certificate: makeCertificate() } : {});
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', error: expect.stringContaining(error) },
    ]);
    expect(sink.mails).toEqual([]);
    expect(sink.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([]);
  });

  it('does not show a password that was refused', async () => {
    const certificate = makeCertificate();
    const { notifier, said } = await mailing(
      { certificate, login: 'keyturn right' },
      {
        more: [`ca: ${certificate.file}`, 'user: keyturn', 'passwordFrom: { env: MAIL_PASSWORD }'],
        env: { MAIL_PASSWORD: 'left and wrong' },
      },
    );
    const results = await notifier.deliver([makeEvent()]);
    expect(results).toMatchObject([
      { state: 'queued', error: '127.0.0.1: user or password was refused (status 535)' },
    ]);
    expect(said.join('')).not.toContain('left');
  });
});

function bodyOf(data: string): string {
  const [head = '', ...rest] = data.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/^Content-Transfer-Encoding: base64$/im.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/^Content-Transfer-Encoding: quoted-printable$/im.test(head)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

describe('smtp, when the server will not', () => {
  it('keeps the mail for later', async () => {
    let isFull = true;
    const { sink, notifier, clock } = await mailing(
      { answer: (command) => (command === 'RCPT' && isFull ? '450 mailbox busy' : undefined) },
      PLAIN,
    );
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', error: '127.0.0.1: sender or recipient was refused (status 450)' },
    ]);
    isFull = false;
    clock.set(clock.now() + 60_000);
    expect(await notifier.deliver([])).toMatchObject([{ state: 'sent' }]);
    expect(sink.mails).toHaveLength(1);
  });

  it.each([
    [
      'refuses a recipient for good',
      { answer: (command: string) => (command === 'RCPT' ? '550 no such user' : undefined) },
      'sender or recipient was refused (status 550)',
    ],
    [
      'refuses the message',
      { answer: (command: string) => (command === '.' ? '554 spam' : undefined) },
      'the message was refused (status 554)',
    ],
    [
      'breaks off in the middle',
      { answer: (command: string) => (command === '.' ? 'RESET' : undefined) },
      'the connection failed or was broken off',
    ],
    ['says nothing', { answer: () => 'SILENCE' }, 'no answer'],
    // Every byte begins the timeout of the library anew.
    ['says very little, slowly', { answer: () => 'DRIP' }, 'no answer within 0.3 s'],
  ])('%s: it is told, and no rotation waits for long', async (_, options: SinkOptions, error) => {
    const { sink, notifier } = await mailing(options, { ...PLAIN, timeoutMs: 300 });
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', error: expect.stringContaining(error) },
    ]);
    expect(sink.mails).toEqual([]);
  });

  it('is not there', async () => {
    const port = await closedPort();
    const { notifier } = await notifying(
      `channels:\n  mail: { type: smtp, host: 127.0.0.1, port: ${port}, encryption: none, from: a@example.com, to: [b@example.com] }\n`,
    );
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', to: 'b@example.com', error: '127.0.0.1: nothing listens there' },
    ]);
  });
});

describe('who gets a mail', () => {
  const toOwners = {
    more: ['encryption: none'],
    owners:
      "owners:\n  '*@example.com': { channel: mail, to: owner }\n  build: { channel: mail, to: build@example.com }\n",
  };

  it('is the owner, where the name is an address, each with a mail of their own', async () => {
    const { sink, config } = await mailing({}, toOwners);
    const { notifier } = await notifying(`${config}${toOwners.owners}`);
    await notifier.deliver([
      makeEvent({ owner: 'ann@example.com' }),
      makeEvent({ owner: 'ann@example.com' }),
      makeEvent({ owner: 'bob@example.com' }),
      makeEvent({ owner: 'build' }),
      makeEvent({ owner: 'nobody' }),
    ]);
    expect(sink.mails.map(({ to, data }) => [to.join(), data.match(/^Subject: .*$/m)?.[0]]).sort()).toEqual([
      ['ann@example.com', 'Subject: keyturn: 2 keys due (111122223333)'],
      ['bob@example.com', 'Subject: keyturn: 1 key due (111122223333)'],
      ['build@example.com', 'Subject: keyturn: 1 key due (111122223333)'],
      ['team@example.com', 'Subject: keyturn: 1 key due (111122223333)'],
    ]);
  });

  it.each([
    ['eve@evil.test,ann@example.com'],
    ['eve@evil.test\r\nBcc: x@example.com'],
    ['"eve@evil.test" <ann@example.com'],
    ['eve@evil.test ann@example.com'],
  ])('is never more than one address out of the name %j', async (owner) => {
    const { sink, config } = await mailing({}, toOwners);
    const { notifier } = await notifying(`${config}${toOwners.owners}`);
    await notifier.deliver([makeEvent({ owner })]);
    expect(sink.mails.map(({ to }) => to)).toEqual([['team@example.com']]);
    expect(sink.mails[0]!.data).not.toMatch(/^Bcc/im);
  });
});
