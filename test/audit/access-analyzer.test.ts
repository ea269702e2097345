import { afterEach, describe, expect, it } from 'vitest';
import type { SeedRegion } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes } from '../helpers/sandbox.ts';
import { deny, judge, mend } from './audit.ts';
import { HOME, withRegion } from './world.ts';

afterEach(closeSandboxes);

async function here(region: SeedRegion, id: string) {
  return (await judge(await withRegion(region), id)).filter((verdict) => verdict.region === HOME);
}

describe('access-analyzer', () => {
  it.each<[status: string, evidence: string, analyzers: NonNullable<SeedRegion['analyzers']>]>([
    ['PASS', 'analyzer a is active', [{ name: 'a' }]],
    ['PASS', 'analyzer org is active', [{ name: 'org', type: 'ORGANIZATION' }]],
    ['FAIL', 'there is no analyzer of external access that this account can see', []],
    [
      'FAIL',
      'there is no analyzer of external access that this account can see',
      [{ name: 'u', type: 'ACCOUNT_UNUSED_ACCESS' }],
    ],
    ['FAIL', 'analyzer a is disabled', [{ name: 'a', status: 'DISABLED' }]],
  ])('%s: %s', async (status, evidence, analyzers) => {
    expect(await here({ analyzers }, 'access-analyzer')).toMatchObject([{ status, evidence }]);
  });

  it('is judged in every region, and unknown where it is denied', async () => {
    const sandbox = await withRegion({ analyzers: [{ name: 'a' }] });
    const statuses = (await judge(sandbox, 'access-analyzer')).map(({ status }) => status);
    expect([statuses.filter((one) => one === 'PASS'), statuses.length]).toEqual([['PASS'], 3]);
    deny(sandbox, 'ListAnalyzers');
    const denied = await judge(sandbox, 'access-analyzer');
    expect(new Set(denied.map(({ status }) => status))).toEqual(new Set(['UNKNOWN']));
  });
});

const bucket = (name: string, status?: 'ARCHIVED') => ({
  resource: `arn:aws:s3:::${name}`,
  resourceType: 'AWS::S3::Bucket',
  findingType: 'ExternalAccess' as const,
  ...(status !== undefined && { status }),
});

describe('external-access', () => {
  it('fails for each resource that is open, unless its finding was archived', async () => {
    const findings = [bucket('open'), bucket('open'), bucket('meant', 'ARCHIVED')];
    expect(await here({ analyzers: [{ name: 'a', findings }] }, 'external-access')).toMatchObject([
      { status: 'FAIL', resource: 'arn:aws:s3:::open', evidence: 'reached from outside' },
    ]);
  });

  it('passes with an analyzer that found nothing, and does not apply without', async () => {
    expect(await here({ analyzers: [{ name: 'a' }] }, 'external-access')).toMatchObject([
      { status: 'PASS', evidence: '1 analyzer found nothing' },
    ]);
    expect(await judge(await withRegion({}), 'external-access')).toMatchObject([
      { status: 'N/A', evidence: 'no active analyzer of external access in any region' },
    ]);
  });

  it('is unknown where findings are denied', async () => {
    const sandbox = await withRegion({ analyzers: [{ name: 'a' }] });
    deny(sandbox, 'ListFindingsV2');
    expect(await judge(sandbox, 'external-access')).toMatchObject([
      { status: 'UNKNOWN', action: 'access-analyzer:ListFindings' },
    ]);
  });
});

describe('unused-access', () => {
  const resource = `arn:aws:iam::${ACCOUNT}:user/ci`;
  const unused = (findingType: 'UnusedPermission' | 'UnusedIAMUserAccessKey') => ({
    resource,
    resourceType: 'AWS::IAM::User',
    findingType,
  });

  it('says what of a principal is unused', async () => {
    const findings = [unused('UnusedPermission'), unused('UnusedIAMUserAccessKey')];
    const analyzers = [{ name: 'u', type: 'ACCOUNT_UNUSED_ACCESS' as const, findings }];
    expect(await here({ analyzers }, 'unused-access')).toMatchObject([
      { status: 'FAIL', resource, evidence: 'permissions are unused, an access key is unused' },
    ]);
  });

  it('passes, does not apply, and is unknown as the others', async () => {
    const analyzers = [{ name: 'u', type: 'ACCOUNT_UNUSED_ACCESS' as const }];
    const sandbox = await withRegion({ analyzers });
    expect(await judge(sandbox, 'unused-access')).toMatchObject([{ status: 'PASS' }]);
    deny(sandbox, 'ListFindingsV2');
    expect(await judge(sandbox, 'unused-access')).toMatchObject([{ status: 'UNKNOWN' }]);
    const other = await withRegion({ analyzers: [{ name: 'a' }] });
    expect(await judge(other, 'unused-access')).toMatchObject([{ status: 'N/A' }]);
  });
});

it('a fix makes an analyzer where there is none', async () => {
  const sandbox = await withRegion({ analyzers: [{ name: 'a', status: 'FAILED' }] });
  const { steps, told } = await mend(sandbox, 'access-analyzer');
  expect(steps).toHaveLength(2);
  expect(steps).toContain('create an analyzer of external access in sa-east-1, named external');
  expect(told).toContain(
    `sa-east-1: arn:aws:access-analyzer:sa-east-1:${ACCOUNT}:analyzer/external is active`,
  );
  const after = (await judge(sandbox, 'access-analyzer')).filter(({ status }) => status !== 'PASS');
  // What failed is for people to look at.
  expect(after).toMatchObject([{ status: 'FAIL', region: HOME, evidence: 'analyzer a is failed' }]);
});
