import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';
import type { CrashOrder } from './crash-child.ts';
import { makeEvent, notifying } from './notifying.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-notify-crash-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    outfile: join(folder, 'child.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function startChild(order: CrashOrder, events: readonly NotifyEvent[]): ChildProcess {
  const child = spawn(process.execPath, [join(folder, 'child.mjs'), JSON.stringify(order)]);
  child.stdin.end(JSON.stringify(events));
  return child;
}

/** When, of the sending of one message, the process is killed with SIGKILL. */
describe.each<[string, (kill: () => void, answer: () => void) => void]>([
  [
    'before the receiver answers',
    (kill, answer) => {
      kill();
      setTimeout(answer, 50);
    },
  ],
  [
    'just after it has answered',
    (kill, answer) => {
      answer();
      kill();
    },
  ],
])('a process that is killed %s', (_, strike) => {
  it('has its message sent by the next, under the same id', async () => {
    let child: ChildProcess | undefined;
    const receiver = await startReceiver((response) => {
      strike(
        () => child!.kill('SIGKILL'),
        () => response.writeHead(200).end(),
      );
    });
    const { clock, again, stateFile } = await notifying(
      'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n',
      { env: { SLACK_URL: receiver.url } },
    );
    const events = [makeEvent(), makeEvent()];
    child = startChild({ stateFile, url: receiver.url }, events);
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    receiver.behave((response) => response.writeHead(200).end());

    // The same run again: what was accepted is not taken twice, and what may still be on its way is left to its sender for a while.
    clock.set(Date.now());
    const next = await again();
    const first = await next.deliver(events);
    clock.set(Date.now() + 130_000);
    const second = await next.deliver(events);
    const states = [...first, ...second].map(({ state }) => state);
    expect(states.filter((state) => state === 'sent').length).toBeLessThanOrEqual(1);
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies.length).toBeGreaterThanOrEqual(1);
    // At least once, and whatever was sent again is the same.
    expect(new Set(bodies).size).toBe(1);
    for (const { command } of events) expect(bodies[0]).toContain(command);
    expect(await next.deliver(events)).toMatchObject([{ state: 'skipped', events: 2 }]);
    expect(receiver.received).toHaveLength(bodies.length);
  });
});

it('survives kills at any moment: every event is told at least once', async () => {
  const receiver = await startReceiver();
  const { clock, again, stateFile, said } = await notifying(
    'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n',
    { env: { SLACK_URL: receiver.url } },
  );
  const events = Array.from({ length: 12 }, (_, index) => makeEvent({ subject: `user-${index}-end` }));
  const all = [];
  for (const [index, event] of events.entries()) {
    const child = startChild({ stateFile, url: receiver.url }, [event]);
    // From before it has read the event until after it has done everything.
    setTimeout(() => child.kill('SIGKILL'), 60 + index * 25);
    all.push(once(child, 'exit'));
    await all.at(-1);
  }
  // The scheduler tells it again as long as it is so.
  for (let step = 1; step <= 3; step++) {
    clock.set(Date.now() + step * 130_000);
    await (await again()).deliver(events);
  }
  const texts = receiver.received.map(({ body }) => JSON.parse(body).text as string).join('\n');
  for (const { subject } of events) expect(texts).toContain(subject);
  expect(said.join('')).not.toContain('damaged');
});

it('lets several processes at once tell every event, and each once', async () => {
  const receiver = await startReceiver();
  const { again, stateFile, clock } = await notifying(
    'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL } }\n',
    { env: { SLACK_URL: receiver.url } },
  );
  const events = Array.from({ length: 20 }, (_, index) => makeEvent({ subject: `user-${index}-end` }));
  const order = { stateFile, url: receiver.url, rounds: 20 };
  const children = [0, 1, 2, 3].map((from) => startChild(order, [...events.slice(from * 5), ...events]));
  await Promise.all(children.map((child) => once(child, 'exit')));
  expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  clock.set(Date.now() + 130_000);
  await (await again()).deliver(events);
  const texts = receiver.received.map(({ body }) => JSON.parse(body).text as string).join('\n');
  for (const { subject } of events) expect(texts.split(subject)).toHaveLength(2);
});
