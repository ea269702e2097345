import { isAwsError } from '../../aws/errors.ts';
import type { SnsPort } from '../../aws/sns.ts';
import { errorMessage } from '../../base/errors.ts';
import { DeliveryError } from '../delivery-error.ts';
import { type Digest, headline, textOf } from '../digest.ts';
import type { SnsChannel } from '../plan.ts';
import type { Sender, SenderTools } from './sender.ts';

/** SNS takes 256 KiB, the attributes included. */
const LONGEST_BYTES = 150_000;
const LONGEST_SUBJECT = 100;

export function snsSender({ topic }: SnsChannel, { connectSns }: SenderTools): Sender {
  let port: Promise<SnsPort> | undefined;
  return {
    capacity: 100,
    render: (digest) => `to ${topic}\nSubject: ${subjectOf(digest)}\n\n${textOf(digest, LONGEST_BYTES)}`,
    async send(digest) {
      port ??= connectSns(topic.split(':')[3]!);
      try {
        await (await port).publish({
          topic,
          subject: subjectOf(digest),
          message: textOf(digest, LONGEST_BYTES),
          attributes: attributesOf(digest),
          id: digest.id,
        });
      } catch (error) {
        port = undefined;
        throw new DeliveryError(errorMessage(error), {
          isPassing: isAwsError(error, 'throttled', 'unavailable'),
          cause: error,
        });
      }
    },
  };
}

/** SNS takes printable ASCII only. */
function subjectOf(digest: Digest): string {
  const line = headline(digest).replace(/[^\x20-\x7e]/g, '?');
  return line.length > LONGEST_SUBJECT ? `${line.slice(0, LONGEST_SUBJECT - 3)}...` : line;
}

/** Lists that a subscription's filter policy may ask for. */
function attributesOf({ events }: Digest): Record<string, readonly string[]> {
  const lists = {
    kind: events.map(({ kind }) => kind),
    account: events.map(({ account }) => account),
    owner: events.flatMap(({ owner }) => owner ?? []),
  };
  return Object.fromEntries(
    Object.entries(lists)
      .map(([name, values]) => [name, [...new Set(values)]] as const)
      .filter(([, values]) => values.length > 0),
  );
}
