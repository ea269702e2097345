import { afterEach, describe, expect, it } from 'vitest';
import { connectSns } from '../../src/aws/sns.ts';
import { Secret } from '../../src/base/secret.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { makeEvent, notifying } from './notifying.ts';

afterEach(closeSandboxes);

const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:keys`;

async function publishing(topics = [{ name: 'keys', region: 'eu-west-1' }]) {
  const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, topics }] });
  const { accessKeyId, secretAccessKey, sessionToken = '' } = sandbox.control.adminOf(ACCOUNT);
  const credentials = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
  const notification = await notifying(`channels:\n  topic: { type: sns, topic: "${TOPIC}" }\n`, {
    connectSns: (region) => connectSns({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 }),
  });
  const messages = () => sandbox.control.world.accounts.get(ACCOUNT)!.topics.get(TOPIC)?.messages ?? [];
  return { sandbox, messages, ...notification };
}

describe('sns', () => {
  it('publishes in the region of the topic, with lists to filter by', async () => {
    const { notifier, messages } = await publishing();
    const events = [makeEvent({ subject: 'Zoë 🔑' }), makeEvent({ kind: 'job-failed', owner: 'ops' })];
    expect(await notifier.deliver(events)).toEqual([{ channel: 'topic', state: 'sent', events: 2 }]);
    const [message] = messages();
    expect(message).toMatchObject({
      subject: `keyturn: 1 job failed, 1 key due (${ACCOUNT})`,
      attributes: { kind: '["key-due","job-failed"]', owner: '["team-a","ops"]', account: `["${ACCOUNT}"]` },
    });
    expect(message!.message).toContain('Zoë 🔑');
    expect(message!.message).toContain(events[0]!.command);
  });

  it('has a subject that SNS takes, whatever an account is called', async () => {
    const { notifier, messages } = await publishing();
    await notifier.deliver([makeEvent({ account: `Zoë\r\n${'long '.repeat(60)}` })]);
    expect(messages()[0]!.subject).toMatch(/^keyturn: 1 key due \(Zo\?\\r\\nlong .*\.\.\.$/);
  });

  it('sends a very long digest in parts that SNS takes', async () => {
    const { notifier, messages } = await publishing();
    const long = '🔑'.repeat(500);
    const events = Array.from({ length: 250 }, () => makeEvent({ text: long }));
    expect(await notifier.deliver(events)).toMatchObject([
      { state: 'sent', events: 100 },
      { state: 'sent', events: 100 },
      { state: 'sent', events: 50 },
    ]);
    expect(messages()).toHaveLength(3);
    expect(messages()[0]!.message).toMatch(/\.\.\. and \d+ more, which this message has no room for/);
  });

  it('keeps what a topic that is gone did not take, and tells what AWS said', async () => {
    const { notifier, messages, sandbox, clock } = await publishing([]);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', error: 'sns:Publish: Topic does not exist' },
    ]);
    sandbox.control.world.accounts.get(ACCOUNT)!.topics.set(TOPIC, { arn: TOPIC, messages: [] });
    clock.set(clock.now() + 60_000);
    expect(await notifier.deliver([])).toMatchObject([{ state: 'sent' }]);
    expect(messages()).toHaveLength(1);
  });

  it('tries again when AWS throttles', async () => {
    const { notifier, sandbox, clock } = await publishing();
    sandbox.control.faults.add({ kind: 'throttle', service: 'sns', times: 2 });
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    expect(clock.slept).toEqual([1000, 3000]);
  });
});
