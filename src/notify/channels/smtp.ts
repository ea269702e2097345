import { readText } from '../../config/file.ts';
import { DeliveryError } from '../delivery-error.ts';
import { type Digest, headline, textOf } from '../digest.ts';
import type { SmtpChannel } from '../plan.ts';
import { readSecret } from '../secret-source.ts';
import type { Sender, SenderTools } from './sender.ts';

/** Servers refuse messages of some megabytes. */
const LONGEST_BYTES = 500_000;

export function smtpSender(channel: SmtpChannel, { env, timeoutMs }: SenderTools): Sender {
  const { host, port, encryption, caFile, login, from, where } = channel;
  const authOf = () => login && { user: login.user, pass: readSecret(login.password, where, env).reveal() };
  const caOf = () => (caFile === undefined ? undefined : readText(caFile, `${where}: ${caFile}`));
  authOf();
  caOf();
  return {
    capacity: 500,
    render: (digest, to) =>
      `From: ${from}\nTo: ${to.join(', ')}\nSubject: ${headline(digest)}\n\n${textOf(digest, LONGEST_BYTES)}`,
    async send(digest, to, signal) {
      const auth = authOf();
      const ca = caOf();
      // 74 ms: loaded when the first mail is sent.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host,
        port,
        secure: encryption === 'tls',
        requireTLS: encryption === 'starttls',
        ignoreTLS: encryption === 'none',
        tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
        ...(auth !== undefined && { auth }),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
        // Nothing of a message is a path or a URL to read.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        await within(timeoutMs, signal, transport.sendMail(mailOf(digest, from, to)));
      } catch (error) {
        throw toDeliveryError(host, error);
      } finally {
        transport.close();
      }
    },
  };
}

function mailOf(digest: Digest, from: string, to: readonly string[]) {
  return {
    from: { name: 'keyturn', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: headline(digest),
    text: textOf(digest, LONGEST_BYTES),
    // A message that is sent twice is one: mail programs know it by this.
    messageId: `<${digest.id}@keyturn>`,
    // No answers from those who are on holiday: RFC 3834.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** The timeouts of the library begin anew with every byte; this one does not. */
async function within<T>(timeoutMs: number, stop: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
  work.catch(() => {});
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), {
        once: true,
      });
    }),
  ]);
}

interface MailError {
  code?: string;
  message: string;
  responseCode?: number;
}

/** Of what the server said, the number: its text may repeat what it was sent. */
function toDeliveryError(host: string, error: unknown): DeliveryError {
  const { reason, isPassing } = describe(error as MailError);
  return new DeliveryError(`${host}: ${reason}`, { isPassing, cause: error });
}

function describe({ code, message, responseCode }: MailError): { reason: string; isPassing: boolean } {
  const said = responseCode === undefined ? '' : ` (status ${responseCode})`;
  const isPassing = responseCode === undefined || responseCode < 500;
  switch (code) {
    case 'EAUTH':
      return { reason: `user or password was refused${said}`, isPassing: false };
    case 'ETLS':
      return { reason: 'the connection cannot be encrypted as it must be', isPassing: false };
    case 'EENVELOPE':
      return { reason: `sender or recipient was refused${said}`, isPassing };
    case 'EMESSAGE':
      return { reason: `the message was refused${said}`, isPassing };
    case 'EDNS':
      return { reason: 'the name of the host cannot be resolved', isPassing };
    case 'ETIMEDOUT':
      return { reason: 'no answer in time', isPassing };
    case 'ECONNECTION':
    case 'ESOCKET':
      if (/certificate|self.signed/i.test(message))
        return { reason: 'its certificate is not trusted', isPassing: false };
      return {
        reason: /ECONNREFUSED/.test(message)
          ? 'nothing listens there'
          : 'the connection failed or was broken off',
        isPassing,
      };
    default:
      // Without a code it is our own timeout.
      return { reason: code === undefined ? message : `the server refused${said}`, isPassing };
  }
}
