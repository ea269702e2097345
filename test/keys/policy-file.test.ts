import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import { parseConfig } from '../../src/config/file.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { readPolicy, toSection } from '../../src/keys/policy-file.ts';

const read = (text: string, isProject = true) =>
  parseConfig(text, '/repo/keyturn.yaml', { specs: [], shownAs: 'keyturn.yaml', isProject });

describe('readPolicy', () => {
  it('has defaults, also where the section is empty', async () => {
    expect(readPolicy({})).toEqual(DEFAULT_POLICY);
    expect(readPolicy({ project: await read('keys:\n') })).toEqual(DEFAULT_POLICY);
  });

  it('takes value by value the project first, then the user, and what either protects', async () => {
    const project = await read(
      'keys:\n  maxAge: 60d\n  unusedFor: false\n  protect: { users: [a], paths: [/v/] }\n  owners: { paths: { /v/: vendors } }\n',
    );
    const user = await read(
      'keys:\n  maxAge: 30d\n  quiet: 12h\n  grace: { mode: after }\n  protect: { users: ["b-*"], tags: [keep] }\n  limits: { count: 3 }\n',
    );
    expect(readPolicy({ project, user })).toEqual({
      ...DEFAULT_POLICY,
      maxAgeMs: 60 * DAY_MS,
      unusedForMs: undefined,
      quietMs: DAY_MS / 2,
      grace: { mode: 'after', periodMs: 7 * DAY_MS },
      protect: { users: ['a', 'b-*'], tags: ['keep'], paths: ['/v/'] },
      limits: { count: 3, percent: 10 },
      owners: { ...DEFAULT_POLICY.owners, paths: { '/v/': 'vendors' } },
    });
  });

  it.each([
    ['keys:\n  maxage: 90d', 'keyturn.yaml:2:3: unknown key "maxage"; did you mean "maxAge"?'],
    ['keys:\n  maxAge: 90', 'keyturn.yaml:2:11: expected a text (put it in quotes)'],
    ['keys:\n  maxAge: 3 months', '2:11: "3 months" is no length of time such as 90d, 12h or 2w'],
    ['keys:\n  maxAge: 0d', '2:11: "0d" is no length of time'],
    ['keys:\n  grace: { mode: around }', '2:18: "around" is not one of before, after'],
    ['keys:\n  grace: { period: 45d }', '2:3: a grace of 45 days takes half of the 90 days'],
    ['keys:\n  protect:\n    paths: [vendors]', '3:13: "vendors": a path begins and ends with a slash'],
    ['keys:\n  protect: { user: [a] }', '2:14: unknown key "user"; did you mean "users"?'],
    ['keys:\n  limits: { percent: 101 }', '2:22: 101 is more than 100 percent'],
    ['keys:\n  limits: { count: 0 }', '2:20: expected a whole number from 1 on'],
    ['keys:\n  sinks: [{ ssm: /a, secret: b }]', '2:11: a sink has one of ssm, secret, command'],
    ['keys:\n  sinks: [{ users: [a] }]', '2:11: a sink has one of ssm, secret, command'],
    ['keys:\n  sinks:\n    - smm: /a', '3:7: unknown key "smm"; did you mean "ssm"?'],
    ['keys:\n  sinks: [{ ssm: "/{name}/a" }]', '2:11: "{name}/a" is neither {user} nor {account}'],
    ['keys:\n  sinks: [{ command: [a], kmsKey: k }]', '2:11: a command has no kmsKey'],
    ['keys:\n  sinks: [{ command: [./a] }]', '2:11: a command begins with the name of a program or'],
    [
      'keys:\n  sinks: [{ command: [a] }]',
      'sinks: a command cannot be set by the configuration of a project',
    ],
    ['keys:\n  owners: [a]', '2:11: expected "key: value" lines'],
  ])('refuses %j with its place', async (text, message) => {
    const project = await read(text);
    expect(() => readPolicy({ project })).toThrow(message);
  });

  it('takes sinks, and prints them as they were', async () => {
    const sinks = [
      { ssm: '/{user}/aws', users: ['ci-*'], kmsKey: 'alias/ours' },
      { secret: 'copies/{user}', users: ['*'] },
      { command: ['/usr/local/bin/deliver', '--repo', 'app'], users: ['ci'] },
    ];
    const policy = readPolicy({ user: await read(`keys:\n  sinks: ${JSON.stringify(sinks)}`, false) });
    expect(policy.sinks.map(({ type }) => type)).toEqual(['ssm', 'secret', 'command']);
    expect(toSection(policy)).toMatchObject({ sinks });
  });

  it('refuses a section that is none', async () => {
    await expect(read('keys: 90d')).rejects.toThrow('keyturn.yaml:1:7: expected "key: value" lines');
    await expect(read('key: {}')).rejects.toThrow('unknown key "key"; did you mean "keys"?');
  });
});
