import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { sign } from '../../src/notify/signature.ts';
import { ACCOUNT, closeSandboxes, openSandbox, outcomeOf } from '../helpers/sandbox.ts';
import { makeStateFolder } from './notifying.ts';
import { planOf } from './parts.ts';

afterEach(closeSandboxes);

const document = readFileSync('docs/NOTIFY.md', 'utf8');

/** The first block of a language, behind `after`. */
function blockOf(language: string, after = ''): string {
  const from = document.indexOf(after);
  const block = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``).exec(document.slice(from))?.[1];
  if (from === -1 || block === undefined) throw new Error(`docs/NOTIFY.md has no block of ${language}`);
  return block;
}

const now = Date.UTC(2026, 10, 26);

/** Each with whether a receiver must take it. */
function deliveries(secret: string) {
  const parts = { id: 'msg_1', timestamp: String(now / 1000), body: '{"text":"Zoë 🔑"}' };
  const headersOf = (signature: string, { id, timestamp }: { id: string; timestamp: string } = parts) => ({
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  });
  const good = sign(parts, new Secret(secret));
  const old = { ...parts, timestamp: String(now / 1000 - 301) };
  return [
    { headers: headersOf(good), body: parts.body, isGood: true },
    { headers: headersOf(`v1,AAAA ${good}`), body: parts.body, isGood: true },
    { headers: headersOf(good), body: parts.body.replace('Z', 'C'), isGood: false },
    { headers: headersOf(good.replace('v1', 'v2')), body: parts.body, isGood: false },
    { headers: headersOf(''), body: parts.body, isGood: false },
    { headers: headersOf(sign(old, new Secret(secret)), old), body: parts.body, isGood: false },
    { headers: headersOf(good, { ...parts, timestamp: 'x' }), body: parts.body, isGood: false },
  ];
}

const SECRETS = [
  'a secret that only tests know',
  `whsec_${Buffer.from('another that tests know').toString('base64')}`,
];

describe('docs/NOTIFY.md', () => {
  it('has an example that can be used', async () => {
    const plan = await planOf(
      blockOf('yaml')
        .replace(/^notify:\n/, '')
        .replace(/^ {2}/gm, ''),
    );
    expect(plan.channels.map(({ name, type }) => [name, type])).toEqual([
      ['ops', 'slack'],
      ['hook', 'webhook'],
      ['topic', 'sns'],
      ['mail', 'smtp'],
    ]);
  });

  it.each(SECRETS)('has a recipe for Node that takes what is good, with the secret %s', async (secret) => {
    const file = join(makeStateFolder({ 'receiver.mjs': blockOf('js') }), 'receiver.mjs');
    const { isFromKeyturn } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    for (const { headers, body, isGood } of deliveries(secret))
      expect(isFromKeyturn(headers, body, secret, now)).toBe(isGood);
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!hasPython).each(SECRETS)('has one for Python, too, with the secret %s', (secret) => {
    const folder = makeStateFolder({ 'receiver.py': blockOf('python') });
    const all = deliveries(secret);
    writeFileSync(join(folder, 'all.json'), JSON.stringify(all));
    const program = `
import json, sys
from receiver import is_from_keyturn
for one in json.load(open("all.json")):
    print(is_from_keyturn(one["headers"], one["body"].encode(), sys.argv[1], ${now / 1000}))
`;
    const { stdout, stderr } = spawnSync('python3', ['-c', program, secret], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(all.map(({ isGood }) => (isGood ? 'True' : 'False')));
  });

  it('has a policy that is enough to publish, there and nowhere else', async () => {
    const inline = { notify: JSON.parse(blockOf('json', '<!-- policy: notify -->')) };
    const topics = ['keys', 'other'].map((name) => ({ name, region: 'eu-west-1' }));
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, users: [{ name: 'ci', keys: [{}], inline }], topics }],
    });
    const sns = new SNSClient({
      endpoint: sandbox.url,
      region: 'eu-west-1',
      credentials: sandbox.control.keysOf(ACCOUNT, 'ci')[0]!,
      maxAttempts: 1,
    });
    const publish = (topic: string) =>
      outcomeOf(
        sns.send(new PublishCommand({ TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:${topic}`, Message: 'm' })),
      );
    expect(await publish('keys')).toBe('ok');
    expect(await publish('other')).not.toBe('ok');
  });
});
