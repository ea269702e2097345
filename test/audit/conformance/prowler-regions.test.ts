import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/audit/checks/index.ts';
import { EVENT_CLASSES } from '../../../src/audit/event-classes.ts';
import { openFacts } from '../../../src/audit/facts.ts';
import { runChecks } from '../../../src/audit/run.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { SeedRegion } from '../../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../../helpers/sandbox.ts';
import { factsOf } from '../audit.ts';
import { isThere, notRun, runProwler } from './prowler.ts';

afterEach(closeSandboxes);

const REGIONS = ['us-east-1', 'sa-east-1'];
const PATIENCE_MS = 300_000;

/** Which of theirs is which of ours, and what a verdict is about. */
const PAIRS: readonly [theirs: string, ours: string, about: 'resource' | 'region' | 'account'][] = [
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

const BOTH = { AWS_ACCESS_KEY_ID: '{{ci.keyId}}', AWS_SECRET_ACCESS_KEY: '{{ci.secretKey}}' };
const SCRIPT = Object.entries(BOTH)
  .map(([name, value]) => `export ${name}=${value}`)
  .join('\n');
const HARMLESS = { STAGE: 'prod', COMMIT: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' };

/** Where everything is as it should be. */
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

/** Where nothing is. */
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

/** Where it only looks right, or only looks wrong. */
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

/** Where the two differ, by what a seed is: `ours, theirs`, and why. */
const DIFFERENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tidy: {},
  messy: {
    // An environment that could not be read is none for it.
    'keys-in-lambda sealed': 'UNKNOWN, PASS',
    // A key ID without its secret.
    'keys-in-lambda lone': 'FAIL, PASS',
    // It looks at one variable at a time, and a secret without its ID looks like anything.
    'keys-in-codebuild site': 'FAIL, PASS',
    // Of a stack it looks at outputs only.
    'keys-in-cloudformation in': 'FAIL, PASS',
  },
  edges: {
    // It knows advanced selectors by a name that people are free to choose.
    'cloudtrail account': 'PASS, FAIL',
    // It does not ask whether the alarm does anything, nor whether anybody is told.
    'alarm-root-use account': 'FAIL, PASS',
    'alarm-unauthorized-calls account': 'FAIL, PASS',
    // It compares the text of a filter, not what it counts.
    'alarm-iam-changes account': 'PASS, FAIL',
  },
};

describe.runIf(isThere)(`beside prowler, by region${notRun}`, () => {
  it.each(Object.entries({ tidy: TIDY, messy: MESSY, edges: EDGES }))(
    'an account that is %s: the same, but for what is known',
    async (name, region) => {
      const elsewhere = name === 'tidy' ? { guardDuty: TIDY.guardDuty, analyzers: TIDY.analyzers } : {};
      const sandbox = await openSandbox({
        settings: { regions: REGIONS },
        accounts: [
          {
            id: ACCOUNT,
            users: [{ name: 'ci', keys: [{}] }],
            regions: { 'us-east-1': region, 'sa-east-1': elsewhere as SeedRegion },
          },
        ],
      });
      const theirs = byPlace(
        await runProwler(
          sandbox,
          PAIRS.map(([check]) => check),
          REGIONS,
        ),
      );
      const ours = byPlace(await runOurs(sandbox));
      const differences: Record<string, string> = {};
      let same = 0;
      for (const [theirCheck, ourCheck, about] of PAIRS) {
        for (const place of placesOf(about, [...theirs.keys(), ...ours.keys()], [theirCheck, ourCheck])) {
          // What is not named is not wrong.
          const [our, their] = [`${ourCheck} ${place}`, `${theirCheck} ${place}`].map(
            (key, at) => (at === 0 ? ours : theirs).get(key) ?? 'PASS',
          );
          if (our === their) same++;
          else differences[`${ourCheck} ${shortOf(place)}`] = `${our}, ${their}`;
        }
      }
      expect(differences).toEqual(DIFFERENT[name]);
      expect(same).toBeGreaterThan(5);
    },
    PATIENCE_MS,
  );
});

interface Said {
  check: string;
  status: string;
  resource: string;
  region?: string;
}

async function runOurs(sandbox: Sandbox): Promise<Said[]> {
  const checks = CHECKS.filter(({ id }) => PAIRS.some(([, ours]) => ours === id));
  const judged = await runChecks(checks, openFacts(await factsOf(sandbox)));
  return judged.flatMap(({ check, verdicts }) =>
    verdicts.map((verdict) => ({ ...verdict, check: check.id })),
  );
}

const ORDER = ['FAIL', 'UNKNOWN', 'PASS'];

/** The worst that is said of each resource, of each region, and of the account. */
function byPlace(all: readonly Said[]): Map<string, string> {
  const worst = new Map<string, string>();
  for (const { check, status, resource, region = '' } of all) {
    const word = { MANUAL: 'UNKNOWN', 'N/A': 'PASS' }[status] ?? status;
    for (const place of [resource, region, 'account']) {
      const key = `${check} ${place}`;
      if (ORDER.indexOf(word) < ORDER.indexOf(worst.get(key) ?? '') || !worst.has(key)) worst.set(key, word);
    }
  }
  return worst;
}

function placesOf(about: string, keys: readonly string[], checks: readonly string[]): string[] {
  if (about === 'account') return ['account'];
  if (about === 'region') return REGIONS;
  const places = keys
    .map((key) => [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)] as const)
    .filter(([check, place]) => checks.includes(check) && /^arn:/.test(place) && !place.endsWith(':root'));
  return [...new Set(places.map(([, place]) => place))];
}

/** `arn:...:function:f` is `f`. */
function shortOf(place: string): string {
  return place
    .replace(/\/00000000-.*$/, '')
    .split(/[:/]/)
    .at(-1)!;
}
