import { UsageError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { VERSION } from '../../base/version.ts';
import type { Digest } from '../digest.ts';
import { urlFault } from '../endpoint.ts';
import { postJson } from '../http-post.ts';
import type { SecretSource, WebhookChannel } from '../plan.ts';
import { type Environment, readSecret } from '../secret-source.ts';
import { HEADERS, SHORTEST_SECRET_BYTES, secretBytes, sign } from '../signature.ts';
import type { NotifyEvent } from '../types.ts';
import type { Sender, SenderTools } from './sender.ts';

export function webhookSender(channel: WebhookChannel, { env, now, timeoutMs }: SenderTools): Sender {
  const { url: given, secret: source, where } = channel;
  const urlOf = () => (typeof given === 'string' ? given : readUrl(given, where, env));
  const secretOf = () => longEnough(readSecret(source, where, env), where);
  urlOf();
  secretOf();
  return {
    capacity: 500,
    render: (digest) => `POST ${typeof given === 'string' ? given : '[redacted]'}\n${bodyOf(digest, 2)}\n`,
    async send(digest, _, signal) {
      const body = bodyOf(digest);
      const timestamp = String(Math.floor(now() / 1000));
      const headers = {
        [HEADERS.id]: digest.id,
        [HEADERS.timestamp]: timestamp,
        [HEADERS.signature]: sign({ id: digest.id, timestamp, body }, secretOf()),
      };
      await postJson(urlOf(), body, { headers, timeoutMs, signal });
    },
  };
}

/** A URL that is a secret. Throws a UsageError that does not show it. */
export function readUrl(source: SecretSource, where: string, env: Environment): string {
  const url = readSecret(source, where, env).reveal();
  const wrong = urlFault(url);
  if (wrong !== undefined)
    throw new UsageError(`${where}: ${'env' in source ? source.env : source.file}: ${wrong}`);
  return url;
}

function longEnough(secret: Secret, where: string): Secret {
  const { length } = secretBytes(secret);
  if (length < SHORTEST_SECRET_BYTES)
    throw new UsageError(`${where}: the secret of a webhook has ${SHORTEST_SECRET_BYTES} bytes or more`, {
      hint: 'Make one: openssl rand -hex 32',
    });
  return secret;
}

function bodyOf({ id, events }: Digest, indent?: number): string {
  const message = {
    schemaVersion: 1,
    type: 'keyturn.digest',
    id,
    tool: { name: 'keyturn', version: VERSION },
    events: events.map(toPlain),
  };
  return JSON.stringify(message, null, indent);
}

/** An event's id is the same for the same thing, however often it is told. */
function toPlain({ dedupeKey, ...event }: NotifyEvent): object {
  return { id: dedupeKey, ...event };
}
