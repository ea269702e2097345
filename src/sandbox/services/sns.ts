import { ServiceError } from '../errors.ts';
import { type Call, optionalText, requiredText, type Service } from '../service.ts';
import type { Topic } from '../state/regional.ts';
import { pageAsked, regionalArn, regionOf } from './regional.ts';

/** Who is told what a topic is told. */
export const sns: Service = {
  name: 'sns',
  protocol: 'query',
  namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  eventSource: 'sns.amazonaws.com',
  actions: {
    ListSubscriptionsByTopic: {
      resource: (call) => optionalText(call, 'TopicArn') ?? '*',
      run: listSubscriptionsByTopic,
    },
  },
};

function listSubscriptionsByTopic(call: Call): unknown {
  const wanted = requiredText(call, 'TopicArn');
  const topic = regionOf(call).topics.find((one) => arnOf(call, one) === wanted);
  if (topic === undefined) throw new ServiceError('NotFound', 'Topic does not exist', 404);
  const { items, next } = pageAsked(call, topic.subscriptions ?? [], {
    largest: 100,
    code: 'InvalidParameter',
  });
  return {
    Subscriptions: items.map(({ protocol, endpoint, confirmed = true }) => ({
      // In place of an ARN, until the subscriber has said yes.
      SubscriptionArn: confirmed ? `${wanted}:00000000-0000-4000-8000-000000000000` : 'PendingConfirmation',
      Owner: call.account.id,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: wanted,
    })),
    NextToken: next,
  };
}

function arnOf(call: Call, { name }: Topic): string {
  return regionalArn(call, 'sns', name);
}
