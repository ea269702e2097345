import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/file.ts';
import { readNotifyPlan } from '../../src/notify/notify-file.ts';
import { recipientsOf } from '../../src/notify/plan.ts';
import { makeEvent, notifying } from './notifying.ts';
import { planOf } from './parts.ts';

const OPS = 'ops: { type: slack, urlFrom: { env: SLACK_URL } }';
const MAIL = 'mail: { type: smtp, host: mail.example.com, from: k@example.com, to: [team@example.com] }';

describe('the section notify', () => {
  it('is read with its defaults', async () => {
    const plan = await planOf(
      `channels:
  ops:
    type: slack
    urlFrom: { file: secrets/slack }
    kinds: [key-due, job-failed]
  hook:
    type: webhook
    url: https://example.com/hook
    secretFrom: { env: HOOK_SECRET }
    digest: false
  mail:
    type: smtp
    host: mail.example.com
    encryption: tls
    user: keyturn
    passwordFrom: { env: MAIL_PASSWORD }
    from: keyturn@example.com
    to: [team@example.com]
owners:
  "team-*": [ops, hook]
  "*@example.com": { channel: mail, to: owner }
default: ops
digest: 24h
`,
      '/etc/keyturn',
    );
    expect(plan).toEqual({
      channels: [
        {
          name: 'ops',
          type: 'slack',
          url: { file: '/etc/keyturn/secrets/slack' },
          kinds: ['key-due', 'job-failed'],
          digestMs: 86_400_000,
          where: 'keyturn.yaml:4:7',
        },
        {
          name: 'hook',
          type: 'webhook',
          url: 'https://example.com/hook',
          secret: { env: 'HOOK_SECRET' },
          digestMs: 0,
          where: 'keyturn.yaml:8:7',
        },
        {
          name: 'mail',
          type: 'smtp',
          host: 'mail.example.com',
          port: 465,
          encryption: 'tls',
          login: { user: 'keyturn', password: { env: 'MAIL_PASSWORD' } },
          from: 'keyturn@example.com',
          to: ['team@example.com'],
          digestMs: 86_400_000,
          where: 'keyturn.yaml:13:7',
        },
      ],
      owners: [
        ['team-*', [{ channel: 'ops' }, { channel: 'hook' }]],
        ['*@example.com', [{ channel: 'mail', to: 'owner' }]],
      ],
      fallback: [{ channel: 'ops' }],
    });
  });

  const bad: [section: string, message: string][] = [
    ['channels: [a]', '2:13: expected "key: value" lines'],
    ['channels:\n  a: { url: x }', '3:8: "type" is missing: webhook, slack, sns, smtp'],
    [
      'channels:\n  a: { type: slak }',
      '3:16: "slak" is not one of webhook, slack, sns, smtp; did you mean "slack"?',
    ],
    ['channels:\n  a: { type: slack }', '3:8: "urlFrom" is missing'],
    ['channels:\n  a: { type: slack, url: "https://hooks.slack.com/x" }', '3:23: unknown key "url"'],
    [
      'channels:\n  a: { type: slack, urlFrom: { env: "https://x.example" } }',
      '3:39: expected the name of a variable',
    ],
    ['channels:\n  a: { type: slack, urlFrom: {} }', '3:32: expected either env or file'],
    ['channels:\n  a: { type: slack, urlFrom: { env: A, file: b } }', '3:32: expected either env or file'],
    ['channels:\n  a: { type: webhook, url: "https://x.example" }', '3:8: "secretFrom" is missing'],
    ['channels:\n  a: { type: webhook, secretFrom: { env: A } }', '3:8: expected either url or urlFrom'],
    [
      'channels:\n  a: { type: webhook, url: "http://x.example/", secretFrom: { env: A } }',
      '3:30: x.example must be reached with https',
    ],
    [
      'channels:\n  a: { type: webhook, url: "https://u:p@x.example/", secretFrom: { env: A } }',
      '3:30: a URL with a password is not taken',
    ],
    [
      'channels:\n  a: { type: webhook, url: "https://hooks.slack.com/services/T/B/x", secretFrom: { env: A } }',
      "3:30: whoever knows a URL of Slack's may post",
    ],
    [
      'channels:\n  a: { type: webhook, url: "file:///etc/passwd", secretFrom: { env: A } }',
      '3:30: expected a URL, https://...',
    ],
    ['channels:\n  a: { type: sns, topic: keys }', '3:28: "keys" is no ARN of a topic'],
    ['channels:\n  a: { type: smtp, host: h, from: nobody }', '3:37: "nobody" is no address'],
    ['channels:\n  a: { type: smtp, host: h, from: "a@b.c\\nBcc: x@y.z" }', 'is no address'],
    ['channels:\n  a: { type: smtp, host: h, from: a@b.c, port: 70000 }', '3:50: 70000 is no port'],
    [
      'channels:\n  a: { type: smtp, host: h, from: a@b.c, user: u }',
      '3:8: user and passwordFrom go together',
    ],
    [
      'channels:\n  a: { type: smtp, host: h, from: a@b.c, encryption: none }',
      '3:8: mail to h must be encrypted',
    ],
    [`channels:\n  ${OPS}\ndigest: daily`, '4:11: "daily" is no length of time'],
    [`channels:\n  ${OPS}\ndefault: opps`, '4:12: no channel is called "opps"; did you mean "ops"?'],
    [`channels:\n  ${OPS}\nowners: { a: { channel: ops, to: x@y.z } }`, '4:16: ops is no smtp channel'],
    [
      `channels:\n  ${MAIL}\nowners: { a: { channel: mail, to: me } }`,
      '4:37: "me" is neither an address nor owner',
    ],
    [
      'channels:\n  m: { type: smtp, host: h, from: a@b.c }\ndefault: m',
      '4:12: m has no "to", and none is given here',
    ],
    [
      'channels:\n  m: { type: smtp, host: h, from: a@b.c }\nowners: { "*": { channel: m, to: owner } }',
      '4:18: m needs a "to" of its own',
    ],
    [
      'channels:\n  "a b": { type: sns, topic: "arn:aws:sns:us-east-1:111122223333:t" }',
      '3:12: the name of a channel has letters',
    ],
    ['default: ops', '2:3: channels are missing'],
    ['chanels: {}', '2:3: unknown key "chanels"; did you mean "channels"?'],
  ];
  it.each(bad)('refuses %j with its place', async (text, message) => {
    await expect(planOf(text)).rejects.toThrow(message);
  });

  it('is refused in the configuration of a project, which may be of anybody', async () => {
    const read = parseConfig('notify: {}', '/repo/keyturn.yaml', {
      specs: [],
      shownAs: 'keyturn.yaml',
      isProject: true,
    });
    await expect(read).rejects.toThrow(
      'keyturn.yaml:1:1: notify cannot be set by the configuration of a project',
    );
  });

  it('is no plan when there is nothing in it', async () => {
    for (const text of ['notify:', 'notify: {}', '']) {
      const user = await parseConfig(text, '/x', { specs: [], shownAs: 'x', isProject: false });
      expect(readNotifyPlan({ user })).toBeUndefined();
    }
  });

  it('names the place of a secret that cannot be read, and does not show it', async () => {
    const config = `channels:\n  ${OPS}\n`;
    await expect(notifying(config)).rejects.toThrow(
      'keyturn.yaml:3:10: the variable SLACK_URL is empty or not set',
    );
    await expect(notifying(config, { env: { SLACK_URL: 'xoxb-1234' } })).rejects.toThrow(
      /^keyturn.yaml:3:10: SLACK_URL: expected a URL, https:\/\/\.\.\.$/,
    );
    const hook = 'channels:\n  h: { type: webhook, url: "https://x.example", secretFrom: { env: S } }\n';
    await expect(notifying(hook, { env: { S: 'short' } })).rejects.toThrow(
      /^keyturn.yaml:3:8: .* 16 bytes or more$/,
    );
    await expect(notifying(hook, { env: { S: 'two\nlines, of which one is long' } })).rejects.toThrow(
      'more than one line',
    );
    const file = 'channels:\n  h: { type: slack, urlFrom: { file: nowhere } }\n';
    await expect(notifying(file)).rejects.toThrow(/nowhere: no such file$/);
  });
});

describe('recipientsOf', () => {
  const config = `channels:
  ${OPS}
  ${MAIL}
  due: { type: slack, urlFrom: { env: SLACK_URL }, kinds: [key-due] }
`;
  const namesOf = async (more: string, parts: Parameters<typeof makeEvent>[0]) =>
    recipientsOf(await planOf(config + more), makeEvent(parts)).map(({ channel, to }) =>
      [channel.name, ...to].join(' '),
    );

  it('is everybody who wants the kind, without owners and default', async () => {
    expect(await namesOf('', {})).toEqual(['ops', 'mail team@example.com', 'due']);
    expect(await namesOf('', { kind: 'job-failed' })).toEqual(['ops', 'mail team@example.com']);
  });

  it('is what the first matching owner says, else the default', async () => {
    const more = 'owners:\n  "team-a": due\n  "team-*": [ops, ops]\ndefault: mail\n';
    expect(await namesOf(more, { owner: 'team-a' })).toEqual(['due']);
    expect(await namesOf(more, { owner: 'TEAM-B' })).toEqual(['ops']);
    expect(await namesOf(more, { owner: 'other' })).toEqual(['mail team@example.com']);
    const { owner: _, ...nobodys } = makeEvent();
    expect(recipientsOf(await planOf(config + more), nobodys).map(({ channel }) => channel.name)).toEqual([
      'mail',
    ]);
    // The channel of that owner does not want it: that is a choice, and no reason to tell others.
    expect(await namesOf(more, { owner: 'team-a', kind: 'key-rotated' })).toEqual([]);
  });
});
