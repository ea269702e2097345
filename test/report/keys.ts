import type { KeysResult, ReportedAccount, ReportedKey } from '../../src/report/keys-result.ts';
import { makeKeyId, makeRandom } from '../helpers/credentials.ts';

const random = makeRandom(7);
export const KEY_ID = makeKeyId(random, { account: '111122223333' });

export function makeKey(parts: Partial<ReportedKey> = {}): ReportedKey {
  return {
    verdict: 'ok',
    reason: '20 days old, to be replaced from 2027-01-28',
    keyId: KEY_ID,
    principal: { type: 'user', name: 'ci', arn: 'arn:aws:iam::111122223333:user/ci', path: '/', tags: {} },
    status: 'Active',
    createdAt: '2026-11-06T09:00:00Z',
    ageDays: 20,
    lastUse: {
      state: 'used',
      at: '2026-11-26T07:00:00Z',
      service: 's3',
      region: 'eu-west-1',
      asOf: '2026-11-26T08:00:00Z',
    },
    dueAt: '2027-02-04T09:00:00Z',
    secrets: [{ name: 'ci/aws', region: 'us-east-1' }],
    signing: false,
    ...parts,
  };
}

export function makeKeysResult(parts: Partial<KeysResult> = {}): KeysResult {
  return {
    schemaVersion: 1,
    tool: { name: 'keyturn', version: '0.0.0' },
    complete: true,
    takenAt: '2026-11-26T09:00:00Z',
    account: { id: '111122223333', partition: 'aws' },
    askedBy: 'arn:aws:sts::111122223333:assumed-role/audit/me',
    region: 'us-east-1',
    credentialReportAt: '2026-11-26T08:00:00Z',
    policy: {
      maxAgeDays: 90,
      unusedForDays: 45,
      quietDays: 7,
      grace: { mode: 'before', days: 7 },
      retentionDays: 30,
    },
    userCount: 3,
    keys: [makeKey()],
    filteredOut: 0,
    gaps: [],
    notes: [],
    ...parts,
  };
}

/** One of everything. */
export const FULL: KeysResult = makeKeysResult({
  complete: false,
  keys: [
    makeKey({
      verdict: 'root',
      reason: 'root must have no access key: whoever has it can do everything',
      keyId: undefined as never,
      principal: { type: 'root', name: 'root', arn: 'arn:aws:iam::111122223333:root' },
      createdAt: undefined as never,
      ageDays: undefined as never,
      dueAt: undefined as never,
      secrets: [],
    }),
    makeKey({
      verdict: 'overdue',
      reason: '120 days old, 90 days allowed',
      createdAt: '2026-07-29T09:00:00Z',
      ageDays: 120,
      dueAt: '2026-10-27T09:00:00Z',
      owner: 'build@example.com',
      signing: true,
    }),
    makeKey({
      verdict: 'unused',
      reason: 'never used in 200 days, 45 days allowed',
      ageDays: 200,
      lastUse: { state: 'never', asOf: '2026-11-26T09:00:00Z' },
    }),
    makeKey({
      verdict: 'unknown',
      reason: 'its last use is unknown: denied',
      lastUse: { state: 'unknown', why: 'denied' },
    }),
    makeKey({
      verdict: 'inactive',
      reason: 'inactive since 2026-11-20, kept for 30 days',
      status: 'Inactive',
      secrets: [],
    }),
    makeKey(),
  ],
  filteredOut: 2,
  gaps: [
    {
      what: 'keys of users',
      reason: 'denied',
      count: 7,
      examples: ['a', 'b'],
      message: 'iam:ListAccessKeys: not authorized',
      hint: 'Add to the policy of whom this signs as: {}',
    },
  ],
  notes: ['1 user had no key'],
});

/** The same of several accounts: one that refused, one that is closed, and one of which a part could not be read. */
export const SEVERAL: KeysResult = makeKeysResult({
  complete: false,
  accounts: [
    readAccount('111122223333', 'management'),
    readAccount('222233334444', 'production', ['1 user had no key']),
    {
      id: '333344445555',
      name: 'staging',
      state: 'failed',
      reason: 'denied',
      action: 'sts:AssumeRole',
      message: 'sts:AssumeRole: not authorized',
      hint: 'Add to the policy of whom this signs as: {}',
    },
    {
      id: '333344446666',
      state: 'failed',
      reason: 'denied',
      action: 'sts:AssumeRole',
      message: 'sts:AssumeRole: not authorized there',
    },
    { id: '444455556666', name: 'legacy', state: 'skipped', reason: 'suspended' },
  ],
  userCount: 6,
  keys: [
    makeKey({
      account: { id: '222233334444', name: 'production' },
      verdict: 'overdue',
      reason: '120 days old, 90 days allowed',
      ageDays: 120,
    }),
    makeKey({ account: { id: '111122223333', name: 'management' } }),
  ],
  gaps: [
    {
      account: { id: '222233334444', name: 'production' },
      what: 'secrets',
      reason: 'denied',
      count: 1,
      examples: [],
      message: 'secretsmanager:ListSecrets: not authorized',
    },
  ],
});

function readAccount(
  id: string,
  name: string,
  notes: string[] = [],
): Extract<ReportedAccount, { state: 'read' }> {
  const askedBy = `arn:aws:sts::${id}:assumed-role/keyturn/keyturn-keys-report-me`;
  return {
    id,
    name,
    state: 'read',
    takenAt: '2026-11-26T09:00:00Z',
    askedBy,
    region: 'us-east-1',
    userCount: 3,
    notes,
  };
}

/** Everything that comes from AWS says this. */
export const HOSTILE =
  '\u001b[2J</td><script>alert(1)</script>|`@all`\u202e\n=cmd()&"\'![x](https://x.example)';

export function makeHostile(): KeysResult {
  const key = makeKey({
    reason: HOSTILE,
    keyId: HOSTILE,
    principal: { type: 'user', name: HOSTILE, arn: HOSTILE, path: HOSTILE, tags: { [HOSTILE]: HOSTILE } },
    owner: HOSTILE,
    status: HOSTILE,
    lastUse: { state: 'used', at: '2026-11-26T07:00:00Z', service: HOSTILE, region: HOSTILE, asOf: HOSTILE },
    secrets: [{ name: HOSTILE, region: HOSTILE }],
  });
  return makeKeysResult({
    complete: false,
    askedBy: HOSTILE,
    region: HOSTILE,
    account: { id: HOSTILE, partition: HOSTILE },
    keys: [key],
    gaps: [
      { what: HOSTILE, reason: HOSTILE, count: 1, examples: [HOSTILE], message: HOSTILE, hint: HOSTILE },
    ],
    notes: [HOSTILE],
  });
}

export function makeHostileAccounts(): KeysResult {
  const { keys, gaps, ...rest } = makeHostile();
  const account = { id: HOSTILE, name: HOSTILE };
  return {
    ...rest,
    accounts: [
      { ...readAccount(HOSTILE, HOSTILE, [HOSTILE]), region: HOSTILE },
      { ...account, state: 'failed', reason: HOSTILE, action: HOSTILE, message: HOSTILE, hint: HOSTILE },
      { ...account, state: 'skipped', reason: HOSTILE },
    ],
    keys: keys.map((key) => ({ account, ...key })),
    gaps: gaps.map((gap) => ({ account, ...gap })),
  };
}
