import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { openNotifier } from '../../src/cli/open-notifier.ts';
import { CONFIG_OPTIONS, optionsOf } from '../../src/cli/options.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { answering, startReceiver } from '../helpers/webhook-receiver.ts';
import { makeEvent, notifying } from '../notify/notifying.ts';
import { makeFolder, runMain } from './run-main.ts';

/** A file with two channels; the secret is in the variable SIGNING_SECRET. */
function configFor(url: string): string {
  return `notify:
  channels:
    hook: { type: webhook, url: "${url}/hook", secretFrom: { env: SIGNING_SECRET } }
    slack: { type: slack, urlFrom: { file: slack-url }, kinds: [job-failed] }
`;
}

const env = { SIGNING_SECRET: 'a secret that only tests know' };

describe('openNotifier', () => {
  it('keeps its state by the XDG rules', async () => {
    const receiver = await startReceiver();
    const cwd = makeFolder({ 'n.yaml': configFor(receiver.url), 'slack-url': `${receiver.url}/slack\n` });
    const quiet = new Writable({ write: (_chunk, _encoding, done) => done() });
    const io = {
      stdout: quiet,
      stderr: quiet,
      stdin: Readable.from([]),
      env: { ...env, XDG_STATE_HOME: join(cwd, 'state') },
      cwd,
      ...systemClock,
    };
    const flags = new Map([['config', { value: join(cwd, 'n.yaml'), where: '--config', base: cwd }]]);
    const open = async () =>
      openNotifier({
        io,
        args: [],
        flags,
        configuration: await loadConfiguration({
          specs: CONFIG_OPTIONS,
          commandSpecs: optionsOf('notify test'),
          flags,
          env: io.env,
          cwd,
        }),
        log: createLogger({ level: 'error', format: 'text', write: () => {}, now: Date.now }),
        signal: new AbortController().signal,
        runScan: () => expect.fail('no scan'),
      });
    const event = makeEvent();
    expect(await (await open())!.deliver([event])).toMatchObject([{ channel: 'hook', state: 'sent' }]);
    expect(await (await open())!.deliver([event])).toMatchObject([{ channel: 'hook', state: 'skipped' }]);
  });
});

describe('notify test', () => {
  async function run(args: string[], more: Record<string, string> = {}) {
    const receiver = await startReceiver();
    const cwd = makeFolder({ 'n.yaml': configFor(receiver.url), 'slack-url': `${receiver.url}/slack\n` });
    const ended = await runMain(['notify', 'test', '--config', 'n.yaml', ...args], {
      cwd,
      env: { ...env, ...more },
    });
    return { ...ended, receiver };
  }

  it('sends an example to each channel', async () => {
    const { status, stdout, receiver } = await run([]);
    expect(stdout).toBe('hook  webhook  sent\nslack  slack  sent\n');
    expect(status).toBe(0);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/slack']);
    expect(JSON.parse(receiver.received[0]!.body).events).toHaveLength(7);
    expect(JSON.parse(receiver.received[1]!.body).text).toContain('1 job failed');
  });

  it('sends it to one, and says which there are', async () => {
    const { stdout, receiver } = await run(['slack']);
    expect(stdout).toBe('slack  slack  sent\n');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/slack']);
    expect(await run(['slac'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no channel is called "slac"; did you mean "slack"?'),
    });
    expect((await run(['x'])).stderr).toContain('no channel is called "x"; there are hook, slack');
  });

  it('prints what would be sent, without the secret and the URL of Slack, and sends nothing', async () => {
    const { status, stdout, receiver } = await run(['--dry-run']);
    expect(status).toBe(0);
    expect(receiver.received).toEqual([]);
    expect(stdout).toContain(`hook  webhook  would be sent\n  POST ${receiver.url}/hook\n`);
    expect(stdout).toContain('`keyturn schedule once apply`');
    expect(stdout).not.toContain(env.SIGNING_SECRET);
    expect(stdout).not.toContain('/slack"');
    const json = await run(['--dry-run', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      channels: [
        { channel: 'hook', type: 'webhook', state: 'not-sent' },
        { channel: 'slack', type: 'slack', state: 'not-sent' },
      ],
    });
  });

  it('says of each channel what is wrong', async () => {
    const { status, stdout } = await run([], { SIGNING_SECRET: '' });
    expect(status).toBe(1);
    expect(stdout).toBe(
      'hook  webhook  failed: n.yaml:3:11: the variable SIGNING_SECRET is empty or not set\nslack  slack  sent\n',
    );
  });

  it('says where channels are configured, when none is', async () => {
    const { status, stderr } = await runMain(['notify', 'test']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/no channels are configured\n.*docs\/NOTIFY\.md/);
  });

  it('takes no section of a project that happens to be here', async () => {
    const cwd = makeFolder({ 'keyturn.yaml': configFor('https://evil.test'), '.git/': '' });
    const { status, stderr } = await runMain(['notify', 'test'], { cwd, env });
    expect(status).toBe(2);
    expect(stderr).toContain('keyturn.yaml:1:1: notify cannot be set by the configuration of a project');
  });
});

describe('notify status', () => {
  it('tells what waits, what is stuck, and why', async () => {
    const receiver = await startReceiver(answering(404));
    const { notifier, stateFile, clock } = await notifying(
      'channels:\n  ops: { type: slack, urlFrom: { env: SLACK_URL }, digest: 24h }\n',
      { env: { SLACK_URL: receiver.url }, stateFile: join(makeFolder(), 'keyturn/notify.json') },
    );
    const stateEnv = { XDG_STATE_HOME: dirname(dirname(stateFile)) };
    const status = async (...args: string[]) => runMain(['notify', 'status', ...args], { env: stateEnv });
    expect(await status()).toMatchObject({
      status: 0,
      stdout: 'Nothing waits, and nothing was sent lately.\n',
    });
    await notifier.deliver([makeEvent()]);
    await notifier.deliver([makeEvent(), makeEvent()]);
    expect(await status()).toMatchObject({
      status: 1,
      stdout: `ops  2 for the next message, nothing sent yet
  1 not sent since 2026-11-26T09:00:00.000Z, after 1 attempt; the next from 2026-11-26T09:01:00.000Z on
  ${new URL(receiver.url).host}: status 404
`,
    });
    receiver.behave(answering(200));
    clock.set(clock.now() + 60_000);
    await notifier.deliver([]);
    expect(await status()).toMatchObject({
      status: 0,
      stdout: 'ops  2 for the next message, last sent 2026-11-26T09:01:00.000Z\n',
    });
    expect(JSON.parse((await status('--format', 'json')).stdout)).toEqual({
      schemaVersion: 1,
      file: stateFile,
      told: 3,
      recipients: [{ channel: 'ops', to: [], waiting: 2, lastSent: '2026-11-26T09:01:00.000Z' }],
    });
    writeFileSync(stateFile, '{');
    expect(await status()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('notify.json cannot be read'),
    });
    expect(readFileSync(stateFile, 'utf8')).toBe('{');
  });
});
