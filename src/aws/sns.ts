import { type ConnectOptions, clientConfig, refuseClearText } from './connect.ts';
import { asAwsCall } from './errors.ts';
import { receiptOf } from './receipt.ts';
import type { Receipt } from './types.ts';

export interface Publication {
  /** An ARN. */
  topic: string;
  /** Up to 100 printable ASCII characters. */
  subject: string;
  message: string;
  /** Lists that filter policies of subscriptions may ask for. */
  attributes: Readonly<Record<string, readonly string[]>>;
  /** Of a topic that keeps an order (`.fifo`), what tells a message that is sent again. */
  id: string;
}

export interface SnsPort {
  publish(publication: Publication): Promise<Receipt>;
}

/** A port of its own: the one client that most runs have no use for, so it is loaded alone. */
export async function connectSns(options: ConnectOptions): Promise<SnsPort> {
  const config = clientConfig(options);
  const { PublishCommand, SNSClient } = await import('./sdk-sns.ts');
  const client = new SNSClient(config);
  await refuseClearText(client.config.endpoint);
  return {
    publish: ({ topic, subject, message, attributes, id }) =>
      asAwsCall('sns:Publish', async () => {
        const { $metadata } = await client.send(
          new PublishCommand({
            TopicArn: topic,
            Subject: subject,
            Message: message,
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, values]) => [
                name,
                { DataType: 'String.Array', StringValue: JSON.stringify(values) },
              ]),
            ),
            ...(topic.endsWith('.fifo') && { MessageGroupId: 'keyturn', MessageDeduplicationId: id }),
          }),
        );
        return receiptOf($metadata);
      }),
  };
}
