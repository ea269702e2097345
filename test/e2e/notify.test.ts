import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { startSink } from '../helpers/smtp-sink.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';
import { type BuiltCli, buildCli } from './keyturn.ts';

let cli: BuiltCli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(async () => {
  await closeSandboxes();
  cli.remove();
});

describe('keyturn notify test, as it is shipped', () => {
  it('reaches a webhook, Slack, a topic and a mailbox', async () => {
    const receiver = await startReceiver();
    const sink = await startSink();
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, topics: [{ name: 'keys' }] }] });
    const topic = `arn:aws:sns:us-east-1:${ACCOUNT}:keys`;
    const config = `notify:
  channels:
    hook: { type: webhook, url: "${receiver.url}/hook", secretFrom: { env: HOOK_SECRET } }
    ops: { type: slack, urlFrom: { env: SLACK_URL } }
    topic: { type: sns, topic: "${topic}" }
    mail: { type: smtp, host: 127.0.0.1, port: ${sink.port}, encryption: none, from: a@example.com, to: [b@example.com] }
`;
    writeFileSync(join(cli.folder, 'notify.yaml'), config);
    const env = {
      ...sandbox.env,
      HOOK_SECRET: 'a secret that only tests know',
      SLACK_URL: `${receiver.url}/slack`,
    };
    const child = cli.start(['notify', 'test', '--config', 'notify.yaml'], { env });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    const [status] = await once(child, 'close');
    expect(said).toBe(
      'hook  webhook  sent\nops  slack  sent\ntopic  sns  sent\nmail  smtp to b@example.com  sent\n',
    );
    expect(status).toBe(0);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/slack']);
    expect(sandbox.control.world.accounts.get(ACCOUNT)!.topics.get(topic)!.messages).toHaveLength(1);
    expect(sink.mails.map(({ to }) => to)).toEqual([['b@example.com']]);
  });
});
