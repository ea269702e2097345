import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { verify } from '../../src/notify/signature.ts';
import { answering, startReceiver } from '../helpers/webhook-receiver.ts';
import { makeEvent, NOW, notifying, SIGNING_SECRET } from './notifying.ts';

const webhook = (url: string, more = '') =>
  `channels:\n  hook:\n    type: webhook\n    url: ${url}\n    secretFrom: { env: SIGNING_SECRET }\n${more}`;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('deliver', () => {
  it('sends a signed digest that a receiver can check', async () => {
    const receiver = await startReceiver();
    const { notifier } = await notifying(webhook(`${receiver.url}/keys`));
    const events = [makeEvent({ subject: 'Zoë 🔑' }), makeEvent({ kind: 'key-rotated' })];
    expect(await notifier.deliver(events)).toEqual([{ channel: 'hook', state: 'sent', events: 2 }]);
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', path: '/keys' });
    const { headers, body } = request!;
    const parts = {
      id: String(headers['webhook-id']),
      timestamp: String(headers['webhook-timestamp']),
      body,
    };
    const signature = String(headers['webhook-signature']);
    expect(verify(parts, signature, new Secret(SIGNING_SECRET), { now: Date.now() })).toBe(true);
    expect(JSON.parse(body)).toMatchObject({
      schemaVersion: 1,
      type: 'keyturn.digest',
      id: parts.id,
      events: [
        {
          kind: 'key-due',
          owner: 'team-a',
          account: '111122223333',
          subject: 'Zoë 🔑',
          dueAt: '2026-12-03T09:00:00.000Z',
          command: events[0]!.command,
        },
        { kind: 'key-rotated' },
      ],
    });
    expect(body).not.toContain('dedupeKey');
  });

  it('tells a thing once, from run to run, and in another process', async () => {
    const receiver = await startReceiver();
    const { notifier, again } = await notifying(webhook(receiver.url));
    const event = makeEvent();
    await notifier.deliver([event, event]);
    expect(JSON.parse(receiver.received[0]!.body).events).toHaveLength(1);
    expect(await notifier.deliver([event])).toEqual([{ channel: 'hook', state: 'skipped', events: 1 }]);
    expect(await (await again()).deliver([event, makeEvent()])).toEqual([
      { channel: 'hook', state: 'sent', events: 1 },
      { channel: 'hook', state: 'skipped', events: 1 },
    ]);
    expect(receiver.received).toHaveLength(2);
  });

  it('sends nothing, and writes nothing, when there is nothing', async () => {
    const receiver = await startReceiver();
    const { notifier } = await notifying(webhook(receiver.url));
    expect(await notifier.deliver([])).toEqual([]);
    expect(receiver.received).toEqual([]);
  });

  it('tries again in a moment what fails in passing', async () => {
    let requests = 0;
    const receiver = await startReceiver((response) => response.writeHead(++requests < 3 ? 503 : 200).end());
    const { notifier, clock } = await notifying(webhook(receiver.url));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    expect(clock.slept).toEqual([1000, 3000]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('keeps what cannot be sent, and backs off', async () => {
    const receiver = await startReceiver(answering(500, 'oops'));
    const { notifier, clock } = await notifying(webhook(receiver.url));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([
      { state: 'queued', events: 1, error: expect.stringContaining('status 500: oops') },
    ]);
    expect(receiver.received).toHaveLength(3);
    // Not due yet.
    expect(await notifier.deliver([])).toEqual([]);
    expect(receiver.received).toHaveLength(3);
    // What comes meanwhile waits behind it, so that order is kept and nobody is stormed.
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'held', events: 1 }]);
    clock.set(clock.now() + MINUTE);
    receiver.behave(answering(200));
    expect(await notifier.deliver([])).toMatchObject([
      { state: 'sent', events: 1 },
      { state: 'sent', events: 1 },
    ]);
    expect(new Set(receiver.received.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('does not press where a person has to mend something', async () => {
    const receiver = await startReceiver(answering(404));
    const { notifier, clock } = await notifying(webhook(receiver.url));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'queued' }]);
    expect(receiver.received).toHaveLength(1);
    receiver.behave(answering(200));
    clock.set(clock.now() + MINUTE);
    expect(await notifier.deliver([])).toMatchObject([{ state: 'sent' }]);
  });

  it('waits as long as it is asked to', async () => {
    const receiver = await startReceiver(answering(429, '', { 'retry-after': '600' }));
    const { notifier, clock } = await notifying(webhook(receiver.url));
    await notifier.deliver([makeEvent()]);
    expect(receiver.received).toHaveLength(1);
    receiver.behave(answering(200));
    clock.set(NOW + 599_000);
    expect(await notifier.deliver([])).toEqual([]);
    clock.set(NOW + 600_000);
    expect(await notifier.deliver([])).toMatchObject([{ state: 'sent' }]);
  });

  it('gives a message up after a week, and goes on with the next', async () => {
    const receiver = await startReceiver(answering(400));
    const { notifier, clock } = await notifying(webhook(receiver.url));
    await notifier.deliver([makeEvent()]);
    const states: string[] = [];
    for (; clock.now() < NOW + 8 * DAY; clock.set(clock.now() + HOUR))
      states.push(...(await notifier.deliver([])).map(({ state }) => state));
    expect(states.at(-1)).toBe('dropped');
    expect(states.length).toBeLessThan(40);
    receiver.behave(answering(200));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
  });

  it('holds a digest back until it is due, unless something failed', async () => {
    const receiver = await startReceiver();
    const { notifier, clock } = await notifying(webhook(receiver.url, 'digest: 24h\n'));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    clock.set(NOW + HOUR);
    expect(await notifier.deliver([makeEvent(), makeEvent()])).toMatchObject([{ state: 'held', events: 2 }]);
    clock.set(NOW + 24 * HOUR);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent', events: 3 }]);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'held' }]);
    expect(await notifier.deliver([makeEvent({ kind: 'job-failed' })])).toMatchObject([
      { state: 'sent', events: 2 },
    ]);
  });

  it('sends a digest that is too long for one message in parts, all at once', async () => {
    const receiver = await startReceiver();
    const { notifier, clock } = await notifying(webhook(receiver.url, 'digest: 24h\n'));
    const events = Array.from({ length: 1100 }, () => makeEvent());
    expect((await notifier.deliver(events)).map(({ events }) => events)).toEqual([500, 500, 100]);
    const ids = receiver.received.flatMap(({ body }) =>
      JSON.parse(body).events.map(({ id }: { id: string }) => id),
    );
    expect(new Set(ids).size).toBe(1100);
    clock.set(NOW + HOUR);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'held' }]);
  });

  it('is not silenced by a clock that was ahead', async () => {
    const receiver = await startReceiver();
    const { notifier, clock } = await notifying(webhook(receiver.url, 'digest: 24h\n'));
    clock.set(NOW + 30 * DAY);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    clock.set(NOW);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    receiver.behave(answering(400));
    clock.set(NOW + 30 * DAY);
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'queued' }]);
    receiver.behave(answering(200));
    clock.set(NOW + 2 * DAY);
    expect(await notifier.deliver([])).toMatchObject([{ state: 'sent' }]);
  });
});
