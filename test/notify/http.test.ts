import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { answering, type Behaviour, closedPort, startReceiver } from '../helpers/webhook-receiver.ts';
import { makeEvent, notifying } from './notifying.ts';

const SLACK = 'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n';
const SECRET_PATH = '/services/T000/B000/x-very-secret-x';

async function slacking(behaviour?: Behaviour) {
  const receiver = await startReceiver(behaviour);
  const url = `${receiver.url}${SECRET_PATH}`;
  return { receiver, ...(await notifying(SLACK, { env: { SLACK_URL: url }, timeoutMs: 300 })) };
}

async function textOfOne(parts: Parameters<typeof makeEvent>[0]): Promise<string> {
  const { receiver, notifier } = await slacking();
  await notifier.deliver([makeEvent(parts)]);
  return JSON.parse(receiver.received[0]!.body).text;
}

describe('slack', () => {
  it('gets a text with headings, names and commands', async () => {
    const { receiver, notifier } = await slacking();
    const results = await notifier.deliver([
      makeEvent({ subject: 'ci AKIA...AB12', command: 'keyturn keys rotate ci --apply' }),
      makeEvent({ kind: 'job-failed', subject: 'apply', text: 'AWS refused.', command: 'keyturn doctor' }),
    ]);
    expect(results).toEqual([{ channel: 'ops', state: 'sent', events: 2 }]);
    const { path, body } = receiver.received[0]!;
    expect(path).toBe(SECRET_PATH);
    expect(JSON.parse(body)).toEqual({
      text: `*keyturn: 1 job failed, 1 key due (111122223333)*

*Job failed*
  111122223333  \`apply\`  due 2026-12-03, owner team-a
    AWS refused.
    \`keyturn doctor\`

*Key due*
  111122223333  \`ci AKIA...AB12\`  due 2026-12-03, owner team-a
    The key is 83 days old.
    \`keyturn keys rotate ci --apply\`
`,
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it('is not made to call everybody, nor to show a link that is none', async () => {
    const text = await textOfOne({
      subject: '<!channel> `now`',
      owner: '<@U123>',
      account: '<#C1>',
      text: '<https://evil.test|sign in> & more',
    });
    expect(text).toContain("`&lt;!channel&gt; 'now'`");
    expect(text).toContain('&lt;https://evil.test|sign in&gt; &amp; more');
    expect(text).not.toMatch(/<[!@#h]/);
  });

  it('gets a digest it does not cut itself, with the number of what is left out', async () => {
    const { receiver, notifier } = await slacking();
    const events = Array.from({ length: 400 }, () => makeEvent());
    await notifier.deliver([...events, makeEvent({ kind: 'key-blocked', subject: 'blocked' })]);
    expect(receiver.received).toHaveLength(1);
    const { text } = JSON.parse(receiver.received[0]!.body);
    expect(text.length).toBeLessThan(13_000);
    expect(text).toMatch(/^\*keyturn: 1 key blocked, 400 keys due/);
    const shown = text.match(/keyturn keys rotate/g).length;
    expect(text).toContain(
      `... and ${401 - shown} more, which this message has no room for: keyturn keys report`,
    );
    // What needs a person most comes first.
    expect(text.indexOf('`blocked`')).toBeLessThan(text.indexOf('*Keys due*'));
  });
});

/** Sends a byte of the head now and then, and never all of it. */
function drip(response: ServerResponse): void {
  const { socket } = response;
  socket!.write('HTTP/1.1 200 OK\r\nx: ');
  const timer = setInterval(() => socket!.write('a'), 30);
  socket!.on('close', () => clearInterval(timer));
}

describe('what may go wrong with a post', () => {
  it.each<[string, Behaviour, string | undefined]>([
    ['a 5xx', answering(502, '<html>\n<h1>Bad gateway</h1>'), 'status 502'],
    [
      'a refusal that says why',
      answering(400, 'invalid_payload\r\n\u001b[2J'),
      'status 400: invalid_payload \\x1b[2J',
    ],
    [
      'a refusal that repeats the URL where it is cut',
      (response, { path }) => response.writeHead(404).end(`${'x'.repeat(190)}${path}`),
      'x/[redacte',
    ],
    [
      'a refusal that repeats the URL',
      (response, { path }) => response.writeHead(404).end(`Cannot POST ${path}`),
      'status 404: Cannot POST /[redacted]/T000/B000/[redacted]',
    ],
    [
      'a redirect, which is not followed',
      answering(302, '', { location: 'http://127.0.0.1:1/' }),
      'status 302',
    ],
    [
      'a connection that is reset',
      ({ socket }) => socket!.resetAndDestroy(),
      'the connection was broken off',
    ],
    ['silence', () => {}, 'no answer within 0.3 s'],
    ['a head that never ends', drip, 'no answer within 0.3 s'],
    [
      'an answer that never ends',
      (response) => void response.writeHead(500).write('wait for it'),
      'status 500: wait for it',
    ],
    ['a success whose body never ends', (response) => void response.writeHead(200).write('ok'), undefined],
  ])('%s', async (_, behaviour, error) => {
    const { notifier, said } = await slacking(behaviour);
    const began = Date.now();
    const results = await notifier.deliver([makeEvent()]);
    if (error === undefined) expect(results).toMatchObject([{ state: 'sent' }]);
    else expect(results).toMatchObject([{ state: 'queued', error: expect.stringContaining(error) }]);
    // Three attempts of 0.3 s; far more would mean that a timeout is not one.
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(JSON.stringify(results) + said.join('')).not.toContain('very-secret');
  });

  it('nobody there', async () => {
    const config = 'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n';
    const port = await closedPort();
    const { notifier } = await notifying(config, {
      env: { SLACK_URL: `http://127.0.0.1:${port}/x-very-secret-x` },
    });
    expect(await notifier.deliver([makeEvent()])).toEqual([
      { channel: 'ops', state: 'queued', events: 1, error: `127.0.0.1:${port}: nothing listens there` },
    ]);
  });

  it('a dead channel does not keep another from being told', async () => {
    const receiver = await startReceiver();
    const { notifier } = await notifying(
      `channels:
  dead: { type: slack, urlFrom: { env: DEAD } }
  ops: { type: slack, urlFrom: { env: SLACK_URL } }
`,
      { env: { DEAD: `http://127.0.0.1:${await closedPort()}/`, SLACK_URL: receiver.url } },
    );
    const results = await notifier.deliver([makeEvent()]);
    expect(results.map(({ channel, state }) => [channel, state]).sort()).toEqual([
      ['dead', 'queued'],
      ['ops', 'sent'],
    ]);
  });
});
