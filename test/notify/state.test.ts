import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRandom, makeSecret } from '../helpers/credentials.ts';
import { answering, startReceiver } from '../helpers/webhook-receiver.ts';
import { makeEvent, makeStateFolder, NOW, notifying } from './notifying.ts';

const SLACK = 'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n';
const DAY = 86_400_000;

async function keeping(behaviour?: Parameters<typeof startReceiver>[0], stateFile?: string) {
  const receiver = await startReceiver(behaviour);
  const options = { env: { SLACK_URL: receiver.url }, ...(stateFile !== undefined && { stateFile }) };
  return { receiver, ...(await notifying(SLACK, options)) };
}

describe('the state file', () => {
  it('is for its user only, and holds no secret and no URL', async () => {
    const { notifier, stateFile, receiver } = await keeping(answering(500));
    const secret = makeSecret(makeRandom(3));
    await notifier.deliver([makeEvent({ text: secret, dedupeKey: secret })]);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    const text = readFileSync(stateFile, 'utf8');
    expect(text).toContain('status 500');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(receiver.url);
    expect(readdirSync(dirname(stateFile))).toEqual(['notify.json']);
  });

  it('is not written where nothing changed', async () => {
    const { notifier, stateFile, clock } = await keeping();
    const event = makeEvent();
    await notifier.deliver([event]);
    utimesSync(stateFile, 1, 1);
    clock.set(clock.now() + DAY);
    await notifier.deliver([]);
    await notifier.deliver([event]);
    expect(statSync(stateFile).mtimeMs).toBe(1000);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['something else', () => '[]'],
    ['of a version to come', (text: string) => text.replace('"schemaVersion":1', '"schemaVersion":2')],
    ['of a wrong type inside', (text: string) => text.replace('"attempts":1', '"attempts":"1"')],
    ['of a wrong kind inside', (text: string) => text.replaceAll('key-due', 'key-lost')],
  ])('that is %s is put aside, and it is said', async (_, damage) => {
    const { notifier, stateFile, again, said, receiver } = await keeping(answering(400));
    const event = makeEvent();
    await notifier.deliver([event]);
    writeFileSync(stateFile, damage(readFileSync(stateFile, 'utf8')));
    receiver.behave(answering(200));
    // Told again rather than not at all.
    expect(await (await again()).deliver([event])).toMatchObject([{ state: 'sent' }]);
    expect(said.join('')).toMatch(/notify\.json is damaged \(.*\): begun anew, .*notify\.json\.damaged-/);
    expect(readdirSync(dirname(stateFile)).filter((name) => name.includes('damaged'))).toHaveLength(1);
  });

  it('that cannot be written keeps nobody from being told', async () => {
    const folder = makeStateFolder({ blocked: 'a file, where a folder should be' });
    const { notifier, said, receiver } = await keeping(undefined, join(folder, 'blocked', 'notify.json'));
    const event = makeEvent();
    expect(await notifier.deliver([event])).toMatchObject([{ state: 'sent' }]);
    expect(await notifier.deliver([event])).toMatchObject([{ state: 'skipped' }]);
    expect(receiver.received).toHaveLength(1);
    expect(said.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
  });

  it('that is a folder is an error that is told, too', async () => {
    const folder = makeStateFolder();
    mkdirSync(join(folder, 'notify.json'));
    const { notifier, said } = await keeping(undefined, join(folder, 'notify.json'));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    expect(said.join('')).toContain('cannot be used');
    chmodSync(folder, 0o700);
  });

  it('can hold whatever an event has', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800'), fc.constant('__proto__'));
    const date = fc.date({ noInvalidDate: false });
    const fields = { owner: text, account: text, subject: text, text, command: text, dedupeKey: text };
    const event = fc.record({ ...fields, at: date, dueAt: date }).map((parts) => makeEvent(parts));
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 4 }), async (events) => {
        const { notifier, again, said } = await keeping(answering(400));
        await notifier.deliver(events);
        expect((await (await again()).deliver(events)).map(({ state }) => state)).toEqual(['skipped']);
        expect(said).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('stays small when nothing is left to tell', async () => {
    const { notifier, stateFile, clock } = await keeping();
    const event = makeEvent();
    for (let day = 0; day < 900; day += 30) {
      clock.set(NOW + day * DAY);
      await notifier.deliver([event, makeEvent({ dedupeKey: `day ${day}` })]);
    }
    const { told } = JSON.parse(readFileSync(stateFile, 'utf8'));
    // What is older than any key lives is forgotten.
    expect(Object.keys(told).length).toBeLessThan(29);
  });
});

describe('the lock', () => {
  it('of a process that was killed is taken over', async () => {
    const { notifier, stateFile } = await keeping();
    writeFileSync(`${stateFile}.lock`, '');
    utimesSync(`${stateFile}.lock`, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    expect(await notifier.deliver([makeEvent()])).toMatchObject([{ state: 'sent' }]);
    expect(readdirSync(dirname(stateFile))).toEqual(['notify.json']);
  });

  it('lets two send no event twice, nor lose one', async () => {
    const { notifier, again, receiver } = await keeping((response) => {
      setTimeout(() => response.writeHead(200).end(), 5);
    });
    const others = await Promise.all([again(), again(), again()]);
    const events = Array.from({ length: 30 }, (_, index) => makeEvent({ subject: `user-${index}-end` }));
    await Promise.all(
      [notifier, ...others].flatMap((each) =>
        events.map((_, index) => each.deliver(events.slice(0, index + 1))),
      ),
    );
    await notifier.deliver([]);
    const texts = receiver.received.map(({ body }) => JSON.parse(body).text as string).join('\n');
    for (const { subject } of events) expect(texts.split(subject)).toHaveLength(2);
  });
});
