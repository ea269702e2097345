import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/base/log.ts';
import { openNotifier } from '../../src/cli/open-notifier.ts';
import { CONFIG_OPTIONS, optionsOf } from '../../src/cli/options.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';
import { makeEvent } from '../notify/notifying.ts';
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
      now: Date.now,
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
});
