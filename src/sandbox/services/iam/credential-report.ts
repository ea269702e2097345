import { ServiceError } from '../../errors.ts';
import type { Action, Call } from '../../service.ts';
import { rootArn, userArn } from '../../state/arn.ts';
import { keysOf } from '../../state/keys.ts';
import type { AccessKey, Account, User } from '../../state/model.ts';

/** A report is made again only when the last one is older than this. */
const REPORT_AGE_MS = 4 * 3_600_000;

export const reportActions: Readonly<Record<string, Action>> = {
  GenerateCredentialReport: { run: generateCredentialReport },
  GetCredentialReport: { run: getCredentialReport },
};

function generateCredentialReport({ account, now, world }: Call): unknown {
  const report = account.credentialReport;
  if (report === undefined || (report.isReady && now - report.startedAt >= REPORT_AGE_MS)) {
    account.credentialReport = { startedAt: now, content: toCsv(account), isReady: false };
    return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
  }
  report.isReady ||= now - report.startedAt >= world.settings.reportDelayMs;
  return { State: report.isReady ? 'COMPLETE' : 'INPROGRESS' };
}

function getCredentialReport({ account, now, world }: Call): unknown {
  const report = account.credentialReport;
  if (report === undefined)
    throw new ServiceError('ReportNotPresent', 'Credential report is not present', 410);
  const age = now - report.startedAt;
  report.isReady ||= age > 0 && age >= world.settings.reportDelayMs;
  if (!report.isReady) throw new ServiceError('ReportInProgress', 'Credential report is in progress', 404);
  if (age >= REPORT_AGE_MS) throw new ServiceError('ReportExpired', 'Credential report has expired', 410);
  return {
    Content: Buffer.from(report.content),
    ReportFormat: 'text/csv',
    GeneratedTime: new Date(report.startedAt),
  };
}

const KEY_COLUMNS = ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'];
const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...KEY_COLUMNS.map((name) => `access_key_1_${name}`),
  ...KEY_COLUMNS.map((name) => `access_key_2_${name}`),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

function toCsv(account: Account): string {
  const rows = [rootRow(account), ...[...account.users.values()].map((user) => userRow(account, user))];
  return [COLUMNS, ...rows].map((row) => row.join(',')).join('\n');
}

function rootRow(account: Account): string[] {
  const { hasPassword, passwordLastUsedAt, mfaSerial } = account.root;
  return [
    '<root_account>',
    rootArn(account),
    timeOf(account.createdAt),
    String(hasPassword),
    passwordUse(hasPassword, passwordLastUsedAt),
    'not_supported',
    'not_supported',
    String(mfaSerial !== undefined),
    ...keyCells(keysOf(account, undefined)),
    ...NO_CERTIFICATES,
  ];
}

function userRow(account: Account, user: User): string[] {
  const { loginProfile, passwordLastUsedAt, mfaDevices } = user;
  return [
    user.name,
    userArn(account, user),
    timeOf(user.createdAt),
    String(loginProfile !== undefined),
    passwordUse(loginProfile !== undefined, passwordLastUsedAt),
    loginProfile === undefined ? 'N/A' : timeOf(loginProfile.createdAt),
    'N/A',
    String(mfaDevices.size > 0),
    ...keyCells(keysOf(account, user.name)),
    ...NO_CERTIFICATES,
  ];
}

const NO_CERTIFICATES = ['false', 'N/A', 'false', 'N/A'];

function passwordUse(hasPassword: boolean, at: number | undefined): string {
  if (!hasPassword) return 'N/A';
  return at === undefined ? 'no_information' : timeOf(at);
}

/** A key stays in its slot: the second may be taken while the first is free. */
function keyCells(keys: readonly AccessKey[]): string[] {
  return [1, 2].flatMap((slot) => {
    const key = keys.find((candidate) => candidate.slot === slot);
    if (key === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
    const { lastUsed } = key;
    return [
      String(key.status === 'Active'),
      timeOf(key.changedAt),
      lastUsed === undefined ? 'N/A' : timeOf(lastUsed.at),
      lastUsed?.region ?? 'N/A',
      lastUsed?.service ?? 'N/A',
    ];
  });
}

function timeOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
