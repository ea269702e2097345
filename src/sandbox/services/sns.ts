import { ServiceError } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { newUuid } from '../random.ts';
import { type Call, optionalText, requiredText, type Service } from '../service.ts';
import { topicArn } from '../state/arn.ts';
import { addTopic } from '../state/create.ts';
import type { Topic } from '../state/model.ts';
import { pageAsked, regionOf } from './regional.ts';

const LARGEST_PAGE = 100;
const LARGEST_MESSAGE = 262_144;

const onTopic = { resource: (call: Call) => String(call.input['TopicArn'] ?? '*') };

/** Topics that anyone of the account may make, and that keep what is published to them. Who subscribes is in the seed. */
export const sns: Service = {
  name: 'sns',
  protocol: 'query',
  namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  eventSource: 'sns.amazonaws.com',
  actions: {
    CreateTopic: {
      resource: ({ account, region, input }) => topicArn(account, region, String(input['Name'])),
      run: createTopic,
    },
    DeleteTopic: { ...onTopic, run: deleteTopic },
    ListTopics: { run: listTopics },
    ListSubscriptionsByTopic: { ...onTopic, run: listSubscriptionsByTopic },
    Publish: { ...onTopic, isDataEvent: true, run: publish },
  },
};

/** The one that is there, when there is one. */
function createTopic(call: Call): unknown {
  const name = requiredText(call, 'Name');
  if (!/^[\w-]{1,256}(?:\.fifo)?$/.test(name)) throw invalidParameter('Topic Name');
  return { TopicArn: addTopic(call.account, call.region, name).arn };
}

/** Not an error for a topic that is not there. */
function deleteTopic(call: Call): unknown {
  call.account.topics.delete(requiredText(call, 'TopicArn'));
  return undefined;
}

function listTopics(call: Call): unknown {
  const ofRegion = [...call.account.topics.values()].filter(({ arn }) => arn.split(':')[3] === call.region);
  const { items, next } = pageOf(ofRegion, {
    token: optionalText(call, 'NextToken'),
    size: Math.min(LARGEST_PAGE, call.world.settings.pageSize ?? LARGEST_PAGE),
    code: 'InvalidParameter',
  });
  return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: next };
}

function listSubscriptionsByTopic(call: Call): unknown {
  const { arn } = topicOf(call);
  const { account, region } = call;
  const seeded = regionOf(call).topics.find(({ name }) => topicArn(account, region, name) === arn);
  const { items, next } = pageAsked(call, seeded?.subscriptions ?? [], {
    largest: LARGEST_PAGE,
    code: 'InvalidParameter',
  });
  return {
    Subscriptions: items.map(({ protocol, endpoint, confirmed = true }) => ({
      // In place of an ARN, until the subscriber has said yes.
      SubscriptionArn: confirmed ? `${arn}:00000000-0000-4000-8000-000000000000` : 'PendingConfirmation',
      Owner: account.id,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: arn,
    })),
    NextToken: next,
  };
}

interface AttributeInput {
  Name?: string;
  Value?: { DataType?: string; StringValue?: string };
}

function publish(call: Call): unknown {
  const topic = topicOf(call);
  const message = requiredText(call, 'Message');
  const subject = optionalText(call, 'Subject');
  if (Buffer.byteLength(message) > LARGEST_MESSAGE) throw invalidParameter('Message too long');
  // Less than 100 characters says the reference, and is taken with 100.
  if (subject !== undefined && !/^[^\s\x00-\x1f\x7f-\uffff][\x20-\x7e]{0,99}$/.test(subject))
    throw invalidParameter('Subject');
  const id = newUuid();
  topic.messages.push({
    id,
    at: call.now,
    message,
    ...(subject !== undefined && { subject }),
    attributes: attributesOf(call),
  });
  return { MessageId: id };
}

/** A map comes as `MessageAttributes.entry.1.Name`. */
function attributesOf(call: Call): Record<string, string> {
  const { entry = [] } = (call.input['MessageAttributes'] ?? {}) as { entry?: AttributeInput[] };
  return Object.fromEntries(
    entry.map(({ Name = '', Value: { DataType = '', StringValue = '' } = {} }) => {
      if (DataType === '' || StringValue === '') throw invalidParameter(`MessageAttributes ${Name}`);
      return [Name, StringValue];
    }),
  );
}

function topicOf(call: Call): Topic {
  const arn = requiredText(call, 'TopicArn');
  if (arn.split(':').length !== 6) throw invalidParameter('TopicArn');
  const topic = call.account.topics.get(arn);
  if (topic === undefined || arn.split(':')[3] !== call.region)
    throw new ServiceError('NotFound', 'Topic does not exist', 404);
  return topic;
}

function invalidParameter(what: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${what}`);
}
