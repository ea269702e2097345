import type { AuditResult, CheckResult, CheckText } from '../../src/report/audit-result.ts';
import { HOSTILE } from './keys.ts';

export const ACCOUNT = '111122223333';

const rootMfa: CheckText = {
  id: 'root-mfa',
  section: 1,
  title: 'Root has MFA',
  severity: 'critical',
  cis: { '1.5': '1.5', '3.0': '1.5', '5.0': '1.4' },
  securityHub: ['IAM.9'],
  why: 'A password alone must not be enough.',
  fix: { console: 'Sign in as root > Assign MFA device', cli: 'aws iam enable-mfa-device --user-name root' },
};

const keysUnused: CheckText = {
  id: 'keys-unused',
  section: 6,
  title: 'Keys that are not used are deactivated',
  severity: 'medium',
  cis: { '1.5': '1.12', '5.0': '1.11' },
  securityHub: ['IAM.22', 'IAM.8'],
  why: 'Nobody misses a key that nobody uses.',
  fix: { console: 'IAM > Users > USER > Deactivate', cli: 'keyturn keys deactivate KEY_ID --apply' },
};

const guardDuty: CheckText = {
  id: 'guardduty',
  section: 8,
  title: 'GuardDuty is on in every region',
  severity: 'high',
  cis: {},
  securityHub: [],
  why: 'Nobody else watches.',
  fix: { console: 'GuardDuty > Enable', cli: 'aws guardduty create-detector --enable' },
};

export function makeAuditResult(changes: Partial<AuditResult> = {}): AuditResult {
  return {
    schemaVersion: 1,
    tool: { name: 'keyturn', version: '0.1.0' },
    complete: true,
    takenAt: '2026-11-26T09:00:00.000Z',
    durationMs: 1200,
    account: { id: ACCOUNT, partition: 'aws' },
    askedBy: `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/me`,
    regions: ['us-east-1'],
    score: { passed: 1, failed: 0, unknown: 0, notApplicable: 0, percent: 100 },
    sections: [
      {
        number: 1,
        title: 'Root',
        score: { passed: 1, failed: 0, unknown: 0, notApplicable: 0, percent: 100 },
      },
    ],
    checks: [rootMfa],
    results: [makeCheckResult()],
    notes: [],
    ...changes,
  };
}

export function makeCheckResult(changes: Partial<CheckResult> = {}): CheckResult {
  return {
    id: '0'.repeat(32),
    check: 'root-mfa',
    status: 'PASS',
    severity: 'critical',
    resource: `arn:aws:iam::${ACCOUNT}:root`,
    evidence: 'an MFA device is assigned',
    ...changes,
  };
}

const user = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const idle = (name: string, changes: Partial<CheckResult> = {}) =>
  makeCheckResult({
    id: name.padEnd(32, '0'),
    check: 'keys-unused',
    status: 'FAIL',
    severity: 'medium',
    resource: user(name),
    evidence: 'last used 140 days ago',
    fix: { console: 'IAM > Users > USER > Deactivate', cli: `keyturn keys deactivate ${name}` },
    ...changes,
  });

/** One of each kind. */
export const FULL_AUDIT = makeAuditResult({
  complete: false,
  regions: ['us-east-1', 'eu-west-1'],
  score: { passed: 0, failed: 2, unknown: 1, notApplicable: 0, percent: 0 },
  sections: [
    { number: 1, title: 'Root', score: { passed: 0, failed: 1, unknown: 0, notApplicable: 0, percent: 0 } },
    {
      number: 6,
      title: 'Permanent keys',
      score: { passed: 0, failed: 1, unknown: 0, notApplicable: 0, percent: 0 },
    },
    {
      number: 8,
      title: 'Logging and alarms',
      score: { passed: 0, failed: 0, unknown: 1, notApplicable: 0, percent: 0 },
    },
  ],
  checks: [rootMfa, keysUnused, guardDuty],
  results: [
    makeCheckResult({ status: 'FAIL', evidence: 'no MFA device is assigned', fix: rootMfa.fix }),
    idle('idle'),
    idle('known', { known: true }),
    idle('vendor', {
      exception: { owner: 'ops@example.com', reason: 'the vendor is slow', expires: '2027-01-31' },
    }),
    idle('late', {
      expiredException: { owner: 'ops@example.com', reason: 'soon', expires: '2026-10-01' },
    }),
    makeCheckResult({
      id: '8'.repeat(32),
      check: 'guardduty',
      status: 'UNKNOWN',
      severity: 'high',
      region: 'eu-west-1',
      evidence: 'guardduty:ListDetectors was denied',
      action: 'guardduty:ListDetectors',
    }),
    makeCheckResult({
      id: '9'.repeat(32),
      check: 'guardduty',
      status: 'N/A',
      severity: 'high',
      region: 'us-east-1',
      evidence: 'the region has no GuardDuty',
    }),
    idle('busy', { status: 'PASS', evidence: 'used' }),
  ],
  comparison: {
    since: '2026-11-25T09:00:00.000Z',
    worse: [{ id: 'a', check: 'keys-unused', resource: user('idle'), from: 'PASS', to: 'FAIL' }],
    better: [{ id: 'b', check: 'keys-unused', resource: user('gone'), from: 'FAIL' }],
  },
  notes: ['keyturn.yaml:12:7: the exception of nothing-* matches nothing that fails'],
});

const STAGING = { id: '444455556666', name: 'staging' };

/** Of an account that was read, one that was not, and one that was not asked. */
export const SEVERAL_AUDITS: AuditResult = {
  ...FULL_AUDIT,
  accounts: [
    {
      id: ACCOUNT,
      name: 'management',
      state: 'read',
      takenAt: '2026-11-26T09:00:00.000Z',
      durationMs: 800,
      askedBy: `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/me`,
      regions: ['us-east-1', 'eu-west-1'],
      score: FULL_AUDIT.score,
      notes: ['not looked at, because the account has not enabled them: af-south-1'],
    },
    {
      ...STAGING,
      state: 'failed',
      reason: 'denied',
      action: 'sts:AssumeRole',
      message: 'sts:AssumeRole was denied',
      hint: 'Look at the trust policy.',
    },
    { id: '555566667777', name: 'legacy', state: 'skipped', reason: 'suspended' },
  ],
  score: { passed: 0, failed: 2, unknown: 4, notApplicable: 0, percent: 0 },
  results: [
    ...FULL_AUDIT.results.map((one) => ({ ...one, account: { id: ACCOUNT, name: 'management' } })),
    ...FULL_AUDIT.checks.map(({ id, severity }) =>
      makeCheckResult({
        id: `${id} of staging`,
        account: STAGING,
        check: id,
        severity,
        status: 'UNKNOWN',
        resource: `arn:aws:iam::${STAGING.id}:root`,
        evidence: 'the account was not read: sts:AssumeRole was denied',
        action: 'sts:AssumeRole',
      }),
    ),
  ],
  comparison: {
    since: '2026-11-25T09:00:00.000Z',
    worse: [
      {
        id: 'a',
        account: { id: ACCOUNT, name: 'management' },
        check: 'keys-unused',
        resource: user('idle'),
        from: 'PASS',
        to: 'FAIL',
      },
    ],
    better: [],
    notCompared: [STAGING.id],
  },
};

export function makeHostileAudit(): AuditResult {
  const check: CheckText = {
    ...keysUnused,
    id: HOSTILE,
    title: HOSTILE,
    why: HOSTILE,
    fix: { console: HOSTILE, cli: HOSTILE },
    securityHub: [HOSTILE],
    cis: { '1.5': HOSTILE },
  };
  const exception = { owner: HOSTILE, reason: HOSTILE, expires: HOSTILE };
  const base = { check: HOSTILE, id: HOSTILE, resource: `arn:aws:iam::1:user/${HOSTILE}`, evidence: HOSTILE };
  return {
    ...FULL_AUDIT,
    account: { id: HOSTILE, partition: HOSTILE },
    accounts: [
      { id: HOSTILE, name: HOSTILE, state: 'failed', reason: 'denied', message: HOSTILE, hint: HOSTILE },
      { id: HOSTILE, name: HOSTILE, state: 'skipped', reason: HOSTILE },
      {
        id: '1',
        name: HOSTILE,
        state: 'read',
        takenAt: FULL_AUDIT.takenAt,
        durationMs: 1,
        askedBy: HOSTILE,
        regions: [HOSTILE],
        score: FULL_AUDIT.score,
        notes: [HOSTILE],
      },
    ],
    askedBy: HOSTILE,
    regions: [HOSTILE],
    sections: [{ number: 6, title: HOSTILE, score: FULL_AUDIT.score }],
    checks: [check],
    results: [
      makeCheckResult({ ...base, account: { id: '1', name: HOSTILE }, status: 'FAIL', fix: check.fix }),
      makeCheckResult({ ...base, status: 'FAIL', region: HOSTILE, fix: check.fix }),
      makeCheckResult({ ...base, status: 'FAIL', fix: check.fix, exception }),
      makeCheckResult({ ...base, status: 'UNKNOWN', action: HOSTILE }),
      makeCheckResult({ ...base, status: 'PASS' }),
    ],
    comparison: {
      since: '2026-11-25T09:00:00.000Z',
      worse: [{ id: HOSTILE, check: HOSTILE, resource: HOSTILE, from: 'PASS', to: 'FAIL' }],
      better: [],
    },
    notes: [HOSTILE],
  };
}
