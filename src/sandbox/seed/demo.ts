import type { Seed } from './seed.ts';

/** What there is without a seed: an account as one finds it, with keys that a rotation has something to say about. */
export const DEMO_SEED: Seed = {
  accounts: [
    {
      id: '111122223333',
      name: 'production',
      aliases: ['acme-production'],
      root: { mfa: true, passwordLastUsed: '90d' },
      groups: [{ name: 'readers', policies: ['ReadOnlyAccess'] }],
      users: [
        {
          name: 'ci',
          created: '380d',
          tags: { team: 'build' },
          groups: ['readers'],
          keys: [{ created: '120d', lastUsed: { at: '2h', service: 's3', region: 'eu-west-1' } }],
        },
        {
          name: 'backup',
          created: '300d',
          keys: [
            { created: '300d', lastUsed: { at: '140d', service: 's3' } },
            { created: '20d', lastUsed: { at: '9h', service: 's3' } },
          ],
        },
        {
          name: 'alice',
          created: '350d',
          groups: ['readers'],
          password: true,
          passwordLastUsed: '3d',
          mfa: true,
          keys: [{ created: '200d' }],
        },
      ],
      secrets: [{ name: 'ci/aws', created: '120d', keyOf: 'ci' }],
    },
    {
      id: '444455556666',
      name: 'staging',
      users: [{ name: 'deploy', created: '90d', keys: [{ created: '45d' }] }],
    },
  ],
};
