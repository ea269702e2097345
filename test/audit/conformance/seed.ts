import type { Seed } from '../../../src/sandbox/seed/seed.ts';
import { ACCOUNT } from '../../helpers/sandbox.ts';

const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const narrow = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: '*' }],
};
const key = (created: string, at?: string) => ({
  created,
  ...(at !== undefined && { lastUsed: { at, service: 's3', region: 'us-east-1' } }),
});

/** An account of which two auditors tell the same, or it is known why not. */
export const SEED: Seed = {
  accounts: [
    {
      id: ACCOUNT,
      root: { mfa: true, passwordLastUsed: '200d' },
      policies: { everything, narrow },
      groups: [{ name: 'readers', policies: ['ReadOnlyAccess'] }],
      passwordPolicy: { MinimumPasswordLength: 14, RequireSymbols: true, PasswordReusePrevention: 24 },
      users: [
        {
          name: 'alice',
          created: '300d',
          password: true,
          mfa: true,
          passwordLastUsed: '1d',
          groups: ['readers'],
        },
        {
          name: 'bob',
          created: '300d',
          password: true,
          passwordLastUsed: '60d',
          policies: ['AdministratorAccess'],
        },
        { name: 'never', created: '300d', password: true, keys: [key('300d')] },
        { name: 'ci', created: '300d', groups: ['readers'], keys: [key('120d', '1d'), key('10d', '1d')] },
        { name: 'idle', created: '300d', inline: { everything }, keys: [key('80d', '60d')] },
        { name: 'fresh', created: '3d', keys: [key('3d')] },
      ],
      roles: [
        { name: 'app', policies: [`arn:aws:iam::${ACCOUNT}:policy/narrow`] },
        { name: 'boss', policies: [`arn:aws:iam::${ACCOUNT}:policy/everything`] },
      ],
    },
  ],
};
