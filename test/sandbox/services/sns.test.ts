import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNT, adminOf, closeSandboxes, openSandbox, outcomeOf } from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:keys`;

function snsOf(sandbox: Sandbox, region = 'us-east-1', credentials = sandbox.control.adminOf(ACCOUNT)) {
  return new SNSClient({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });
}

describe('topics of the sandbox', () => {
  it('keep what is published, for whoever runs it to read', async () => {
    const sandbox = await openSandbox();
    const sns = snsOf(sandbox);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'keys' }));
    expect(TopicArn).toBe(TOPIC);
    expect((await sns.send(new CreateTopicCommand({ Name: 'keys' }))).TopicArn).toBe(TOPIC);
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn,
        Subject: 'keys due',
        Message: 'line one\nZoë 🔑',
        MessageAttributes: { kind: { DataType: 'String.Array', StringValue: '["key-due"]' } },
      }),
    );
    const answer = await fetch(`${sandbox.url}/_sandbox/messages?account=${ACCOUNT}`);
    expect(JSON.parse(await answer.text())).toEqual([
      {
        topic: TOPIC,
        id: MessageId,
        at: new Date(sandbox.control.clock.now()).toISOString(),
        subject: 'keys due',
        message: 'line one\nZoë 🔑',
        attributes: { kind: '["key-due"]' },
      },
    ]);
  });

  it('are listed by region, page by page, and can be deleted', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, topics: [{ name: 'a' }, { name: 'b' }, { name: 'c', region: 'eu-west-1' }] }],
    });
    sandbox.control.settings.pageSize = 1;
    const sns = snsOf(sandbox);
    const first = await sns.send(new ListTopicsCommand({}));
    const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([first, second].map(({ Topics }) => Topics?.[0]?.TopicArn?.split(':').at(-1))).toEqual(['a', 'b']);
    expect(second.NextToken).toBeUndefined();
    await sns.send(new DeleteTopicCommand({ TopicArn: first.Topics![0]!.TopicArn! }));
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toHaveLength(1);
  });

  it('refuse what SNS refuses', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, users: [{ name: 'ci', keys: [{}] }], topics: [{ name: 'keys' }] }],
    });
    const publish = (input: object, sns = snsOf(sandbox)) =>
      outcomeOf(sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm', ...input })));
    expect(await publish({})).toBe('ok');
    expect(await publish({ TopicArn: `${TOPIC}2` })).toBe('NotFoundException');
    expect(await publish({}, snsOf(sandbox, 'eu-west-1'))).toBe('NotFoundException');
    expect(await publish({ Subject: 'two\nlines' })).toBe('InvalidParameterException');
    expect(await publish({ Subject: 'Zoë' })).toBe('InvalidParameterException');
    expect(await publish({ Subject: 'x'.repeat(101) })).toBe('InvalidParameterException');
    expect(await publish({ Message: 'x'.repeat(262_145) })).toBe('InvalidParameterException');
    const [key] = sandbox.control.keysOf(ACCOUNT, 'ci');
    expect(await publish({}, snsOf(sandbox, 'us-east-1', key))).toMatch(/^(AccessDenied|AuthorizationError)/);
    expect(sandbox.control.world.accounts.get(ACCOUNT)!.topics.get(TOPIC)!.messages).toHaveLength(1);
  });

  it('leave no event behind when they are published to, as that is no management', async () => {
    const sandbox = await openSandbox();
    const sns = snsOf(sandbox);
    await sns.send(new CreateTopicCommand({ Name: 'keys' }));
    await sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm' }));
    const { Events } = await adminOf(sandbox).trail.send(new LookupEventsCommand({}));
    expect(Events!.map(({ EventName }) => EventName)).toEqual(['CreateTopic']);
  });
});
