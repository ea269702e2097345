// Our verdicts beside prowler's on the same emulated accounts: PROWLER=venv/bin/prowler node scripts/run-ts.mjs bench/audit-prowler.ts
// Ends with 1 when they differ in a way that is not explained below.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKS } from '../src/audit/checks/index.ts';
import { EVENT_CLASSES } from '../src/audit/event-classes.ts';
import { openFacts } from '../src/audit/facts.ts';
import { DEFAULT_RULES } from '../src/audit/rules.ts';
import { runChecks } from '../src/audit/run.ts';
import { connectAudit } from '../src/aws/audit.ts';
import { Secret } from '../src/base/secret.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import type { SeedAccount, SeedRegion } from '../src/sandbox/seed/seed.ts';

const prowler = process.env['PROWLER'];
if (prowler === undefined) {
  console.error('usage: PROWLER=FILE node scripts/run-ts.mjs bench/audit-prowler.ts');
  process.exit(2);
}

const ACCOUNT = '111122223333';
/** Prowler asks for much in each region that the sandbox does not have; two are enough to differ. */
const REGIONS = ['us-east-1', 'sa-east-1'];

/** Which of theirs is which of ours, and what a verdict is about. */
const PAIRS: readonly [theirs: string, ours: string, about: 'resource' | 'region' | 'account'][] = [
  ['iam_root_mfa_enabled', 'root-mfa', 'account'],
  ['iam_no_root_access_key', 'root-keys', 'account'],
  ['iam_avoid_root_usage', 'root-use', 'account'],
  ['iam_user_mfa_enabled_console_access', 'user-mfa', 'resource'],
  ['iam_rotate_access_key_90_days', 'keys-rotated', 'resource'],
  ['iam_user_accesskey_unused', 'keys-unused', 'resource'],
  ['iam_user_console_access_unused', 'passwords-unused', 'resource'],
  ['iam_user_two_active_access_key', 'two-active-keys', 'resource'],
  ['iam_policy_attached_only_to_group_or_roles', 'group-permissions', 'resource'],
  ['iam_password_policy_minimum_length_14', 'password-length', 'account'],
  ['iam_password_policy_reuse_24', 'password-reuse', 'account'],
  ['cloudtrail_multi_region_enabled_logging_management_events', 'cloudtrail', 'account'],
  ['cloudtrail_log_file_validation_enabled', 'cloudtrail-validation', 'resource'],
  ['cloudwatch_log_metric_filter_root_usage', 'alarm-root-use', 'account'],
  ['cloudwatch_log_metric_filter_unauthorized_api_calls', 'alarm-unauthorized-calls', 'account'],
  ['cloudwatch_log_metric_filter_sign_in_without_mfa', 'alarm-sign-in-without-mfa', 'account'],
  ['cloudwatch_log_metric_filter_policy_changes', 'alarm-iam-changes', 'account'],
  ['guardduty_is_enabled', 'guardduty', 'region'],
  ['accessanalyzer_enabled', 'access-analyzer', 'region'],
  ['ec2_instance_profile_attached', 'instance-profile', 'resource'],
  ['ec2_instance_secrets_user_data', 'keys-in-user-data', 'resource'],
  ['ec2_launch_template_no_secrets', 'keys-in-launch-templates', 'resource'],
  ['awslambda_function_no_secrets_in_variables', 'keys-in-lambda', 'resource'],
  ['ecs_task_definitions_no_environment_secrets', 'keys-in-ecs', 'resource'],
  ['codebuild_project_no_secrets_in_variables', 'keys-in-codebuild', 'resource'],
  ['cloudformation_stack_outputs_find_secrets', 'keys-in-cloudformation', 'resource'],
];

/** By world, check and place: why it is right that they differ. */
const EXPLAINED: Readonly<Record<string, string>> = {};

const BOTH = { AWS_ACCESS_KEY_ID: '{{ci.keyId}}', AWS_SECRET_ACCESS_KEY: '{{ci.secretKey}}' };
const SCRIPT = Object.entries(BOTH)
  .map(([name, value]) => `export ${name}=${value}`)
  .join('\n');
const HARMLESS = { STAGE: 'prod', COMMIT: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' };

const TIDY: SeedRegion = {
  instances: [{ id: 'i-0123456789abcdef0', profile: 'web', userData: '#!/bin/sh\nyum update -y' }],
  launchTemplates: [{ name: 'web', versions: [{ userData: '#!/bin/sh\nyum update -y' }] }],
  functions: [{ name: 'f', env: HARMLESS }],
  taskDefinitions: [{ family: 'app', containers: [{ name: 'main', env: HARMLESS }] }],
  projects: [{ name: 'site', env: HARMLESS }],
  stacks: [{ name: 'network', outputs: HARMLESS }],
  trails: [{ name: 'all', logGroup: 'trail' }],
  metricFilters: EVENT_CLASSES.map(({ id, pattern }) => ({
    name: id,
    logGroup: 'trail',
    pattern,
    metric: id,
    namespace: 'CIS',
  })),
  alarms: EVENT_CLASSES.map(({ id }) => ({ name: id, metric: id, namespace: 'CIS', actions: ['alerts'] })),
  topics: [{ name: 'alerts', subscriptions: [{ protocol: 'email', endpoint: 'a@example.com' }] }],
  guardDuty: 'ENABLED',
  analyzers: [{ name: 'outside' }],
};

const MESSY: SeedRegion = {
  instances: [
    { id: 'i-0123456789abcdef0', userData: SCRIPT },
    { id: 'i-0123456789abcdef1', profile: 'web', userData: SCRIPT, gzip: true },
  ],
  launchTemplates: [{ name: 'web', versions: [{ userData: SCRIPT }, { userData: 'clean' }] }],
  functions: [
    { name: 'f', env: { ...HARMLESS, ...BOTH } },
    { name: 'sealed', envError: 'no kms:Decrypt' },
    { name: 'lone', env: { WHO: '{{ci.keyId}}' } },
  ],
  taskDefinitions: [{ family: 'app', containers: [{ name: 'main', env: BOTH }] }],
  projects: [{ name: 'site', env: BOTH }],
  stacks: [
    { name: 'out', outputs: BOTH },
    { name: 'in', parameters: BOTH },
  ],
  trails: [{ name: 'all', logGroup: 'trail', validation: false, managementEvents: 'WriteOnly' }],
  guardDuty: 'DISABLED',
  analyzers: [{ name: 'outside', status: 'DISABLED' }],
};

/** Where the two are known to look at different things. */
const EDGES: SeedRegion = {
  trails: [
    {
      name: 'all',
      logGroup: 'trail',
      advanced: [{ Name: 'ours', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
    },
  ],
  metricFilters: [
    ...EVENT_CLASSES.slice(0, 2).map(({ id, pattern }) => ({
      name: id,
      logGroup: 'trail',
      pattern,
      metric: id,
      namespace: 'CIS',
    })),
    {
      name: 'iam-changes',
      logGroup: 'trail',
      pattern: '{ $.eventSource = "iam.amazonaws.com" && $.eventName = "*Policy*" }',
      metric: 'iam-changes',
      namespace: 'CIS',
    },
  ],
  alarms: [
    { name: 'muted', metric: 'root-use', namespace: 'CIS', actions: ['alerts'], enabled: false },
    { name: 'unheard', metric: 'unauthorized-calls', namespace: 'CIS', actions: ['nobody'] },
    { name: 'heard', metric: 'iam-changes', namespace: 'CIS', actions: ['alerts'] },
  ],
  topics: [
    { name: 'alerts', subscriptions: [{ protocol: 'email', endpoint: 'a@example.com' }] },
    { name: 'nobody', subscriptions: [{ protocol: 'email', endpoint: 'a@example.com', confirmed: false }] },
  ],
};

const NEW_KEY = { created: '20d', lastUsed: { at: '1d' } };
const WORLDS: Readonly<Record<string, Omit<SeedAccount, 'id'>>> = {
  tidy: {
    root: { mfa: true, passwordLastUsed: '300d' },
    passwordPolicy: { MinimumPasswordLength: 14, PasswordReusePrevention: 24 },
    groups: [{ name: 'readers', policies: ['ReadOnlyAccess'] }],
    users: [
      { name: 'alice', password: true, passwordLastUsed: '1d', mfa: true, groups: ['readers'] },
      { name: 'ci', groups: ['readers'], keys: [NEW_KEY] },
    ],
    regions: { 'us-east-1': TIDY, 'sa-east-1': { guardDuty: 'ENABLED', analyzers: [{ name: 'outside' }] } },
  },
  messy: {
    root: { mfa: false, keys: [{ created: '900d', lastUsed: { at: '1h' } }], passwordLastUsed: '2h' },
    users: [
      { name: 'alice', password: true, passwordLastUsed: '100d', policies: ['ReadOnlyAccess'] },
      { name: 'ci', keys: [{ created: '200d', lastUsed: { at: '100d' } }, NEW_KEY] },
    ],
    regions: { 'us-east-1': MESSY },
  },
  edges: {
    root: { mfa: true, keys: [{ created: '900d', lastUsed: { at: '1h' } }], passwordLastUsed: '300d' },
    users: [
      { name: 'unused', created: '200d', keys: [{ created: '200d' }] },
      { name: 'never-in', created: '200d', password: true, mfa: true },
      { name: 'ci', keys: [NEW_KEY] },
    ],
    regions: { 'us-east-1': EDGES },
  },
};

/** By check and place. */
type Statuses = Map<string, string>;

async function ourStatuses({ url, control }: Sandbox): Promise<Statuses> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = control.adminOf(ACCOUNT);
  const aws = await connectAudit({
    endpoint: url,
    region: REGIONS[0]!,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: new Secret(sessionToken),
    },
  });
  const facts = openFacts({
    aws,
    self: await aws.sts.self(),
    now: control.clock.now(),
    rules: DEFAULT_RULES,
    sleep: async (ms) => control.clock.advance(ms),
  });
  const statuses: Statuses = new Map();
  for (const { check, verdicts } of await runChecks(CHECKS, facts))
    for (const { status, resource, region = '' } of verdicts)
      for (const place of [resource, region, 'account'])
        note(statuses, `${check.id} ${place}`, status === 'N/A' ? 'PASS' : status);
  return statuses;
}

async function theirStatuses({ env }: Sandbox): Promise<Statuses> {
  const folder = mkdtempSync(join(tmpdir(), 'prowler-'));
  const checks = PAIRS.map(([theirs]) => theirs);
  const args = [
    'aws',
    '-c',
    ...checks,
    '--region',
    ...REGIONS,
    '-M',
    'json-ocsf',
    '-o',
    folder,
    '-F',
    'result',
  ];
  try {
    // It ends with 3 when something fails.
    await promisify(execFile)(prowler!, [...args, '--no-banner', '--log-level', 'CRITICAL'], {
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
    }).catch(({ code }: { code: unknown }) => {
      if (code !== 3) throw new Error(`prowler ended with ${code}`);
    });
    const statuses: Statuses = new Map();
    for (const finding of JSON.parse(readFileSync(join(folder, 'result.ocsf.json'), 'utf8'))) {
      const status = finding.status_code === 'MANUAL' ? 'UNKNOWN' : finding.status_code;
      const { uid, region } = finding.resources[0];
      for (const place of [uid, region, 'account'])
        note(statuses, `${finding.metadata.event_code} ${place}`, status);
    }
    return statuses;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ORDER = ['FAIL', 'UNKNOWN', 'PASS'];

/** The worst that is said of a place. */
function note(statuses: Statuses, key: string, status: string): void {
  const before = statuses.get(key) ?? 'PASS';
  statuses.set(key, ORDER.indexOf(status) < ORDER.indexOf(before) ? status : before);
}

let [agreed, explained, unexplained] = [0, 0, 0];
for (const [world, account] of Object.entries(WORLDS)) {
  const sandbox = await startSandbox({ seed: { accounts: [{ id: ACCOUNT, ...account }] } });
  const theirs = await theirStatuses(sandbox);
  const ours = await ourStatuses(sandbox);
  await sandbox.close();
  for (const [theirCheck, ourCheck, about] of PAIRS) {
    for (const place of placesOf(about, theirs, theirCheck, ours, ourCheck)) {
      // What is not named is not wrong.
      const [their, our] = [
        theirs.get(`${theirCheck} ${place}`) ?? 'PASS',
        ours.get(`${ourCheck} ${place}`) ?? 'PASS',
      ];
      if (their === our) {
        agreed++;
        continue;
      }
      const why = EXPLAINED[`${world} ${ourCheck} ${place.split(/[:/]/).at(-1)}`];
      if (why === undefined) unexplained++;
      else explained++;
      console.log(
        `${world}  ${ourCheck}  ${place}\n  prowler ${their}, keyturn ${our}: ${why ?? 'NOT EXPLAINED'}`,
      );
    }
  }
}
console.log(`${agreed} alike, ${explained} explained, ${unexplained} not explained`);
process.exitCode = unexplained === 0 ? 0 : 1;

function placesOf(
  about: string,
  theirs: Statuses,
  theirCheck: string,
  ours: Statuses,
  ourCheck: string,
): string[] {
  if (about === 'account') return ['account'];
  if (about === 'region') return REGIONS;
  const places = [
    ...[...theirs.keys()].filter((key) => key.startsWith(`${theirCheck} `)),
    ...[...ours.keys()].filter((key) => key.startsWith(`${ourCheck} `)),
  ].map((key) => key.slice(key.indexOf(' ') + 1));
  return [...new Set(places)].filter((place) => /^arn:/.test(place) && !place.endsWith(':root'));
}
