import { describe, expect, it } from 'vitest';
import { readAccounts } from '../../src/accounts/section.ts';
import { parseConfig } from '../../src/config/file.ts';

const read = (text: string) =>
  parseConfig(text, '/repo/keyturn.yaml', { specs: [], shownAs: 'keyturn.yaml', isProject: true });

describe('readAccounts', () => {
  it('has defaults, also where the section is empty', async () => {
    const none = { sessionTags: {}, exclude: [], concurrency: 8, regions: {} };
    expect(readAccounts({})).toEqual(none);
    expect(readAccounts({ project: await read('accounts:\n') })).toEqual(none);
  });

  it('takes value by value the project first, then the user, and excludes what either does', async () => {
    const project = await read(
      'accounts:\n  ids: ["111122223333"]\n  role: ops/keyturn\n  sessionTags: { purpose: keys }\n  exclude: ["old-*"]\n',
    );
    const user = await read(
      'accounts:\n  ids: org\n  externalId: acme\n  exclude: [legacy]\n  concurrency: 2\n  callsPerSecond: 10\n  regions: { "111122223333": eu-west-1 }\n',
    );
    expect(readAccounts({ project, user })).toEqual({
      ids: ['111122223333'],
      role: 'ops/keyturn',
      externalId: 'acme',
      sessionTags: { purpose: 'keys' },
      exclude: ['old-*', 'legacy'],
      concurrency: 2,
      callsPerSecond: 10,
      regions: { '111122223333': 'eu-west-1' },
    });
  });

  it.each([
    ['accounts:\n  externalID: a', 'keyturn.yaml:2:3: unknown key "externalID"; did you mean "externalId"?'],
    ['accounts:\n  ids: [111122223333]', 'keyturn.yaml:2:9: expected a text (put it in quotes)'],
    ['accounts:\n  ids:\n    - "1111"', 'keyturn.yaml:3:7: "1111": an account ID has twelve digits'],
    ['accounts:\n  ids: all', 'keyturn.yaml:2:8: expected org, or a list of account IDs in quotes'],
    ['accounts:\n  role: arn:aws:iam::111122223333:role/a', '2:9: the name of a role is wanted, not its ARN'],
    ['accounts:\n  role: "two words"', '2:9: "two words" is no name of a role'],
    ['accounts:\n  role: /ops/keyturn', '2:9: "/ops/keyturn" is no name of a role'],
    ['accounts:\n  externalId: "a b"', '2:15: an external ID has 2 to 1224'],
    ['accounts:\n  concurrency: 0', '2:16: expected a whole number from 1 on'],
    ['accounts:\n  regions: { eu: eu-west-1 }', '2:12: "eu": an account ID has twelve digits'],
    ['accounts: org', 'keyturn.yaml:1:11: expected "key: value" lines'],
    ['account:\n', 'keyturn.yaml:1:1: unknown key "account"; did you mean "accounts"?'],
  ])('%j', async (text, message) => {
    const outcome = read(text).then((project) => readAccounts({ project }));
    await expect(outcome).rejects.toThrow(message);
  });
});
