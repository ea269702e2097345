/** Where a verdict is about, by status: names parted by spaces; `account`, and after an @ the region of what a region has. */
export type Verdicts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const NOBODY = { 'N/A': 'account' };
const FAILS = { FAIL: 'account' };
const PASSES = { PASS: 'account' };

/**
 * By hand, of the account of `furnishShop` on the day it was made, as AWS would have it.
 * Of moto there is one answer only to whether root has MFA (no) and keys (no), whether deliveries fail (no), and when a password was last
 * used (never). Its credential report is of 2015, whatever the day: every key is asked for itself.
 */
export const SHOP: Verdicts = {
  'root-mfa': FAILS,
  'root-hardware-mfa': FAILS,
  'root-keys': PASSES,
  'root-use': PASSES,
  'root-central': FAILS,
  'user-mfa': { PASS: 'alice', FAIL: 'bob setup' },
  'mfa-enforced': { PASS: 'alice setup', FAIL: 'bob' },
  'user-administrators': {
    FAIL: 'bob carol dave not-s3',
    PASS: 'alice caught ci erin idle not-iam setup two',
  },
  'role-administrators': { FAIL: 'boss', PASS: 'app bounded permission-set trusting' },
  'privilege-escalation': {
    FAIL: 'erin trusting',
    PASS: 'alice app bounded caught ci idle not-iam setup two',
    'N/A': 'bob boss carol dave not-s3 permission-set',
  },
  'admin-policies': { FAIL: 'everything', PASS: 'grower mfa-guard reader was-everything whole-s3' },
  'wildcard-services': { FAIL: 'everything whole-s3', PASS: 'grower mfa-guard reader was-everything' },
  'unused-services': {
    'N/A': 'alice app bob boss bounded carol caught dave erin not-iam not-s3 permission-set setup trusting',
  },
  'access-analyzer': { FAIL: 'account@all' },
  'external-access': NOBODY,
  'unused-access': NOBODY,
  'group-permissions': {
    FAIL: 'bob carol erin not-iam not-s3',
    PASS: 'alice caught ci dave idle setup two',
  },
  'keys-in-user-data': { FAIL: 'leaky@home', PASS: 'account@home' },
  'keys-in-launch-templates': { FAIL: 'leaky@home', PASS: 'account@home' },
  'keys-in-lambda': { FAIL: 'leaky@home', PASS: 'account@home' },
  'keys-in-ecs': { FAIL: 'leaky:1@home', PASS: 'account@home' },
  'keys-in-codebuild': { FAIL: 'leaky@home', PASS: 'account@home' },
  'keys-in-cloudformation': { FAIL: 'leaky-in@home leaky-out@home', PASS: 'account@home' },
  'keys-in-parameters': { FAIL: 'leaky@home', PASS: 'account@home' },
  'instance-profile': { FAIL: 'leaky@home', PASS: 'account@home' },
  'ci-users': { FAIL: 'ci' },
  'keys-unused': { PASS: 'ci idle setup two' },
  'keys-never-used': { PASS: 'ci idle setup two' },
  'keys-rotated': { PASS: 'ci idle setup two' },
  'two-active-keys': { FAIL: 'two', PASS: 'ci idle setup' },
  'setup-keys': { FAIL: 'setup' },
  'passwords-unused': { PASS: 'alice bob setup' },
  'people-as-users': { FAIL: 'alice bob setup' },
  'password-length': PASSES,
  'password-reuse': PASSES,
  'password-expiry': PASSES,
  'password-uppercase': PASSES,
  'password-lowercase': PASSES,
  'password-symbols': PASSES,
  'password-numbers': PASSES,
  cloudtrail: PASSES,
  'cloudtrail-validation': { PASS: 'all@home', FAIL: 'off@home' },
  'cloudtrail-delivery': { PASS: 'all@home', FAIL: 'off@home' },
  'alarm-root-use': PASSES,
  'alarm-unauthorized-calls': FAILS,
  'alarm-sign-in-without-mfa': FAILS,
  'alarm-iam-changes': PASSES,
  'alarm-cloudtrail-changes': FAILS,
  guardduty: { PASS: 'account@home', FAIL: 'account@elsewhere account@suspended' },
  'identity-center': FAILS,
  organization: PASSES,
  'organization-features': { PASS: 'organization' },
  'service-control-policies': { PASS: 'organization' },
  'quarantined-principals': { FAIL: 'caught' },
};

/** The same of the account of `furnishMember`. */
export const MEMBER: Verdicts = {
  'root-mfa': FAILS,
  'root-hardware-mfa': FAILS,
  'root-keys': PASSES,
  'root-use': PASSES,
  'root-central': { UNKNOWN: 'account' },
  'user-mfa': { FAIL: 'zoe' },
  'mfa-enforced': { FAIL: 'zoe' },
  'user-administrators': { PASS: 'zoe' },
  // What organizations make with an account.
  'role-administrators': { FAIL: 'OrganizationAccountAccessRole' },
  'privilege-escalation': { PASS: 'zoe', 'N/A': 'OrganizationAccountAccessRole' },
  'admin-policies': NOBODY,
  'wildcard-services': NOBODY,
  'unused-services': { 'N/A': 'OrganizationAccountAccessRole' },
  'access-analyzer': { FAIL: 'account@all' },
  'external-access': NOBODY,
  'unused-access': NOBODY,
  'group-permissions': { PASS: 'zoe' },
  'keys-in-user-data': NOBODY,
  'keys-in-launch-templates': NOBODY,
  'keys-in-lambda': NOBODY,
  'keys-in-ecs': NOBODY,
  'keys-in-codebuild': NOBODY,
  'keys-in-cloudformation': NOBODY,
  'keys-in-parameters': NOBODY,
  'instance-profile': NOBODY,
  'ci-users': PASSES,
  'keys-unused': { PASS: 'zoe' },
  'keys-never-used': { PASS: 'zoe' },
  'keys-rotated': { PASS: 'zoe' },
  'two-active-keys': { PASS: 'zoe' },
  'setup-keys': { PASS: 'zoe' },
  'passwords-unused': { PASS: 'zoe' },
  'people-as-users': { FAIL: 'zoe' },
  'password-length': FAILS,
  'password-reuse': FAILS,
  'password-expiry': FAILS,
  'password-uppercase': FAILS,
  'password-lowercase': FAILS,
  'password-symbols': PASSES,
  'password-numbers': FAILS,
  cloudtrail: FAILS,
  'cloudtrail-validation': { PASS: 'reads@home', FAIL: 'narrow@home' },
  'cloudtrail-delivery': { PASS: 'narrow@home reads@home' },
  'alarm-root-use': FAILS,
  'alarm-unauthorized-calls': PASSES,
  'alarm-sign-in-without-mfa': PASSES,
  'alarm-iam-changes': FAILS,
  'alarm-cloudtrail-changes': PASSES,
  guardduty: { FAIL: 'account@all' },
  'identity-center': FAILS,
  organization: PASSES,
  'organization-features': { PASS: 'organization' },
  'service-control-policies': { UNKNOWN: 'account' },
  'quarantined-principals': PASSES,
};

/** The same of an account that has nothing and is in no organization: what is not here is `N/A`. */
export const ALONE: Verdicts = {
  'root-mfa': FAILS,
  'root-hardware-mfa': FAILS,
  'root-keys': PASSES,
  'root-use': PASSES,
  'access-analyzer': { FAIL: 'account@all' },
  'people-as-users': PASSES,
  cloudtrail: FAILS,
  'alarm-root-use': FAILS,
  'alarm-unauthorized-calls': FAILS,
  'alarm-sign-in-without-mfa': FAILS,
  'alarm-iam-changes': FAILS,
  'alarm-cloudtrail-changes': FAILS,
  guardduty: { FAIL: 'account@all' },
  organization: FAILS,
};

/** The ninth section of the account of `furnishBilling`. */
export const BILLING: Verdicts = {
  'identity-center': NOBODY,
  organization: PASSES,
  'organization-features': { FAIL: 'organization' },
  'service-control-policies': { FAIL: 'organization' },
};

/** Of keys and passwords of the shop, by how many days after it was made it is asked: what is not here is as on the first day. */
export const LATER: Readonly<Record<number, Verdicts>> = {
  7: {},
  8: { 'keys-never-used': { FAIL: 'idle setup two', PASS: 'ci' } },
  45: { 'keys-never-used': { FAIL: 'idle setup two', PASS: 'ci' } },
  46: {
    'keys-never-used': { FAIL: 'idle setup two', PASS: 'ci' },
    'keys-unused': { FAIL: 'ci idle setup two' },
    'passwords-unused': { FAIL: 'alice bob setup' },
  },
  90: {
    'keys-never-used': { FAIL: 'idle setup two', PASS: 'ci' },
    'keys-unused': { FAIL: 'ci idle setup two' },
    'passwords-unused': { FAIL: 'alice bob setup' },
  },
  91: {
    'keys-never-used': { FAIL: 'idle setup two', PASS: 'ci' },
    'keys-unused': { FAIL: 'ci idle setup two' },
    'passwords-unused': { FAIL: 'alice bob setup' },
    'keys-rotated': { FAIL: 'ci idle setup two' },
  },
};

/** What moto does not have, and so what AWS is said not to have told, by check: the action that it ends with. */
export const NOT_IN_MOTO: Readonly<Record<string, { action?: string; why: string }>> = {
  'root-use': { why: 'its credential report has no line for root' },
  'root-central': { action: 'iam:ListOrganizationsFeatures', why: 'it answers 500' },
  'access-analyzer': { action: 'access-analyzer:ListAnalyzers', why: 'it has no Access Analyzer: 500' },
  'external-access': { action: 'access-analyzer:ListAnalyzers', why: 'it has no Access Analyzer: 500' },
  'unused-access': { action: 'access-analyzer:ListAnalyzers', why: 'it has no Access Analyzer: 500' },
};

/** Where moto tells something else than AWS would: by account and check, why, and what is right of what it tells. */
export const TOLD_OTHERWISE: Readonly<
  Record<string, Record<string, { why: string; said: Readonly<Record<string, string>> }>>
> = {
  shop: {
    'keys-in-cloudformation': {
      why: 'it tells the value of a parameter with NoEcho, where AWS has asterisks',
      said: { FAIL: 'leaky-in@home leaky-out@home no-echo@home', PASS: 'account@home' },
    },
    'identity-center': {
      why: 'every account has an active instance, and in every region',
      said: { PASS: 'account@somewhere' },
    },
  },
  member: {
    'alarm-root-use': {
      why: 'a subscription by e-mail is confirmed as soon as it is made',
      said: PASSES,
    },
    'role-administrators': {
      why: 'it makes the role without its policy',
      said: { PASS: 'OrganizationAccountAccessRole' },
    },
    'privilege-escalation': {
      why: 'it makes the role without its policy',
      said: { PASS: 'OrganizationAccountAccessRole zoe' },
    },
    'unused-services': { why: 'it makes the role without its policy', said: NOBODY },
    'service-control-policies': {
      why: 'it lets a member ask, and tells it of no policy but FullAWSAccess',
      said: { FAIL: 'organization' },
    },
  },
  alone: {
    'identity-center': {
      why: 'every account has an active instance, and in every region',
      said: { PASS: 'account@somewhere' },
    },
  },
  billing: {
    'identity-center': {
      why: 'every account has an active instance, and in every region',
      said: { PASS: 'account@somewhere' },
    },
  },
};
