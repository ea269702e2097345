import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { SeedRegion, SeedUser } from '../../src/sandbox/seed/seed.ts';
import { makeKeyId, makeRandom, makeSecret } from '../helpers/credentials.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { auditOf, deny, judge } from './audit.ts';
import { withRegion } from './world.ts';

afterEach(closeSandboxes);

const CI: SeedUser = { name: 'ci', keys: [{ created: '10d' }] };
const BOTH = { AWS_ACCESS_KEY_ID: '{{ci.keyId}}', AWS_SECRET_ACCESS_KEY: '{{ci.secretKey}}' };
const SCRIPT = [
  '#!/bin/bash',
  'export AWS_ACCESS_KEY_ID={{ci.keyId}}',
  'export AWS_SECRET_ACCESS_KEY={{ci.secretKey}}',
].join('\n');
const HARMLESS = {
  STAGE: 'prod',
  COMMIT: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  EXAMPLE: 'AKIAIOSFODNN7EXAMPLE',
};

const withCi = (region: SeedRegion) => withRegion(region, { users: [CI] });

/** By check: how a credential stands there, what is harmless, what its evidence says of the place, and what is read last. */
const PLACES: Record<
  string,
  { bad: SeedRegion; good: SeedRegion; resource: string; place: string; action: string }
> = {
  'keys-in-user-data': {
    bad: { instances: [{ id: 'i-1', userData: SCRIPT }] },
    good: { instances: [{ id: 'i-1', userData: '#!/bin/sh\nyum update -y' }, { id: 'i-2' }] },
    resource: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`,
    place: 'line 2',
    action: 'DescribeInstanceAttribute',
  },
  'keys-in-launch-templates': {
    bad: { launchTemplates: [{ name: 'web', versions: [{ userData: SCRIPT }, { userData: 'clean' }] }] },
    good: { launchTemplates: [{ name: 'web', versions: [{}, { userData: 'clean' }] }] },
    resource: `arn:aws:ec2:us-east-1:${ACCOUNT}:launch-template/lt-77656200000000000`,
    place: 'line 2 of version 1',
    action: 'DescribeLaunchTemplateVersions',
  },
  'keys-in-lambda': {
    bad: { functions: [{ name: 'f', env: { ...HARMLESS, ...BOTH } }] },
    good: { functions: [{ name: 'f', env: HARMLESS }, { name: 'bare' }] },
    resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`,
    place: 'variable AWS_ACCESS_KEY_ID',
    action: 'ListFunctions',
  },
  'keys-in-ecs': {
    bad: { taskDefinitions: [{ family: 'app', containers: [{ name: 'log' }, { name: 'main', env: BOTH }] }] },
    good: { taskDefinitions: [{ family: 'app', containers: [{ name: 'main', env: HARMLESS }] }] },
    resource: `arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/app:1`,
    place: 'variable AWS_ACCESS_KEY_ID of container main',
    action: 'DescribeTaskDefinition',
  },
  'keys-in-codebuild': {
    bad: { projects: [{ name: 'site', env: BOTH }] },
    good: { projects: [{ name: 'site', env: HARMLESS, references: BOTH }] },
    resource: `arn:aws:codebuild:us-east-1:${ACCOUNT}:project/site`,
    place: 'variable AWS_ACCESS_KEY_ID',
    action: 'BatchGetProjects',
  },
  'keys-in-cloudformation': {
    bad: { stacks: [{ name: 'users', parameters: HARMLESS, outputs: BOTH }] },
    good: { stacks: [{ name: 'users', parameters: HARMLESS, outputs: { Url: 'https://example.com' } }] },
    resource: `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/users/00000000-0000-4000-8000-000000000000`,
    place: 'output AWS_ACCESS_KEY_ID',
    action: 'DescribeStacks',
  },
  'keys-in-parameters': {
    bad: {
      parameters: [
        {
          name: '/app/credentials',
          value: 'aws_access_key_id={{ci.keyId}}\naws_secret_access_key={{ci.secretKey}}',
        },
      ],
    },
    good: {
      parameters: [
        { name: '/app/stage', value: 'prod' },
        { name: '/app/key', type: 'SecureString', value: '{{ci.secretKey}}' },
      ],
    },
    resource: `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/app/credentials`,
    place: 'parameter /app/credentials',
    action: 'GetParameters',
  },
};

describe.each(Object.entries(PLACES))('%s', (id, { bad, good, resource, place, action }) => {
  it('fails with the place, the owner and no more of the credential than four characters', async () => {
    const sandbox = await withCi(bad);
    const { accessKeyId, secretAccessKey } = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!;
    const [verdict, ...others] = await judge(sandbox, id);
    expect(others).toEqual([]);
    expect(verdict).toEqual({
      status: 'FAIL',
      resource,
      region: 'us-east-1',
      severity: 'critical',
      evidence: `AWS access key pair AKIA************${accessKeyId.slice(-4)} (of user ci, active) in ${place}`,
    });
    expect(JSON.stringify(verdict)).not.toContain(secretAccessKey);
  });

  it('passes what is harmless', async () => {
    expect(await judge(await withCi(good), id)).toMatchObject([
      { status: 'PASS', region: 'us-east-1', evidence: expect.stringMatching(/^no credential in \d/) },
    ]);
  });

  it('does not apply where there is none', async () => {
    expect(await judge(await withCi({}), id)).toMatchObject([
      { status: 'N/A', evidence: expect.stringMatching(/^no .* in any region$/) },
    ]);
  });

  it('is unknown where it is denied', async () => {
    const sandbox = await withCi(bad);
    deny(sandbox, action);
    const verdicts = await judge(sandbox, id);
    expect(verdicts.length).toBeGreaterThan(0);
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({
        status: 'UNKNOWN',
        evidence: expect.stringContaining(`:${action} was denied`),
      });
  });
});

describe('user data', () => {
  it('is looked into when it is packed', async () => {
    const sandbox = await withCi({ instances: [{ id: 'i-1', userData: SCRIPT, gzip: true }] });
    expect(await judge(sandbox, 'keys-in-user-data')).toMatchObject([
      { status: 'FAIL', evidence: expect.stringContaining('in line 2 of what it unpacks to') },
    ]);
  });

  it('is looked into when cloud-init writes it as a file', async () => {
    const random = makeRandom(7);
    const file = Buffer.from(
      `[default]\naws_access_key_id=${makeKeyId(random)}\naws_secret_access_key=${makeSecret(random)}\n`,
    );
    const userData = `#cloud-config\nwrite_files:\n  - encoding: b64\n    content: ${file.toString('base64')}\n`;
    const [verdict] = await judge(
      await withCi({ instances: [{ id: 'i-1', userData }] }),
      'keys-in-user-data',
    );
    expect(verdict).toMatchObject({ status: 'FAIL' });
    expect(verdict!.evidence).not.toContain('of user');
  });

  it('of an instance that is gone is not asked for', async () => {
    const sandbox = await withCi({ instances: [{ id: 'i-1', state: 'terminated', userData: SCRIPT }] });
    expect(await judge(sandbox, 'keys-in-user-data')).toMatchObject([{ status: 'N/A' }]);
  });
});

it('an environment that Lambda cannot decrypt is unknown, and never clean', async () => {
  const sandbox = await withCi({
    functions: [{ name: 'sealed', envError: 'no kms:Decrypt' }, { name: 'f' }],
  });
  expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([
    { status: 'UNKNOWN', evidence: 'could not be looked into: its environment (no kms:Decrypt)' },
    { status: 'PASS', evidence: 'no credential in 1 function' },
  ]);
});

it('a lone key ID is less than a pair', async () => {
  const sandbox = await withCi({ functions: [{ name: 'f', env: { SOME_ID: '{{ci.keyId}}' } }] });
  expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([{ status: 'FAIL', severity: 'medium' }]);
});

it('what stands in clear in the regions reaches no result of a whole audit', async () => {
  const sandbox = await withCi(Object.assign({}, ...Object.values(PLACES).map(({ bad }) => bad)));
  const { secretAccessKey } = sandbox.control.keysOf(ACCOUNT, 'ci')[0]!;
  expect(JSON.stringify(await auditOf(sandbox))).not.toContain(secretAccessKey);
});

describe('regions', () => {
  const many = { functions: Array.from({ length: 120 }, (_, i) => ({ name: `f${i}`, env: HARMLESS })) };

  it('are looked at one by one, and page by page', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [CI],
          regions: { 'us-east-1': many, 'sa-east-1': { functions: [{ name: 'far', env: BOTH }] } },
        },
      ],
    });
    expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([
      { status: 'PASS', region: 'us-east-1', evidence: 'no credential in 120 functions' },
      { status: 'FAIL', region: 'sa-east-1' },
    ]);
  });

  it('that a service control policy denies are unknown, the others are not', async () => {
    const sandbox = await openSandbox({
      accounts: [{ id: ACCOUNT, deniedRegions: ['eu-west-3'], regions: { 'us-east-1': many } }],
    });
    expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([
      { status: 'PASS', region: 'us-east-1' },
      { status: 'UNKNOWN', region: 'eu-west-3', action: 'lambda:ListFunctions' },
    ]);
  });

  it('that are not enabled are not asked', async () => {
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, enabledRegions: ['af-south-1'] }] });
    await judge(sandbox, 'keys-in-lambda');
    const asked = asks(sandbox, 'ListFunctions');
    expect(asked).toHaveLength(18);
    expect(asked).toContain('af-south-1');
    expect(asked).not.toContain('eu-south-1');
  });

  it('of China and GovCloud are their own', async () => {
    for (const [partition, count] of [
      ['aws-cn', 2],
      ['aws-us-gov', 2],
    ] as const) {
      const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, partition }] });
      expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([{ status: 'N/A' }]);
      expect(asks(sandbox, 'ListFunctions')).toHaveLength(count);
    }
  });

  it('that cannot be listed make everything unknown', async () => {
    const sandbox = await withCi(many);
    deny(sandbox, 'DescribeRegions');
    expect(await judge(sandbox, 'keys-in-lambda')).toMatchObject([
      { status: 'UNKNOWN', evidence: 'ec2:DescribeRegions was denied' },
    ]);
  });
});

function asks({ control }: Sandbox, action: string): string[] {
  return control.journal.filter((entry) => entry.action === action).map(({ region }) => region);
}
