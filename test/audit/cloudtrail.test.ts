import { afterEach, describe, expect, it } from 'vitest';
import type { SeedRegion } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge } from './audit.ts';
import { withRegion } from './world.ts';

afterEach(closeSandboxes);

const MANAGEMENT = { Field: 'eventCategory', Equals: ['Management'] };

async function verdictOf(trails: NonNullable<SeedRegion['trails']>) {
  const [verdict, ...others] = await judge(await withRegion({ trails }), 'cloudtrail');
  expect(others).toEqual([]);
  return verdict!;
}

describe('cloudtrail', () => {
  it('passes with a trail of all regions that takes management events', async () => {
    expect(await verdictOf([{ name: 'all' }])).toMatchObject({ status: 'PASS', evidence: 'trail all' });
  });

  it.each<[evidence: string, trails: NonNullable<SeedRegion['trails']>]>([
    ['there is no trail', []],
    ['trail all is not logging', [{ name: 'all', logging: false }]],
    ['trail all leaves out global services', [{ name: 'all', globalEvents: false }]],
    ['trail all takes writes only', [{ name: 'all', managementEvents: 'WriteOnly' }]],
    ['trail all takes reads only', [{ name: 'all', managementEvents: 'ReadOnly' }]],
    ['trail all takes no management events', [{ name: 'all', managementEvents: 'none' }]],
  ])('fails: %s', async (evidence, trails) => {
    expect(await verdictOf(trails)).toMatchObject({ status: 'FAIL', evidence });
  });

  it('does not pass on trails of one region each (prowler: the multi-region check passes on them)', async () => {
    const trails = [{ name: 'one', multiRegion: false }];
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          partition: 'aws-cn',
          regions: { 'cn-north-1': { trails }, 'cn-northwest-1': { trails } },
        },
      ],
    });
    expect(await judge(sandbox, 'cloudtrail')).toMatchObject([
      {
        status: 'FAIL',
        evidence: '2 trails, each of one region: new regions and global services go unseen',
      },
    ]);
  });

  it('reads advanced selectors by their fields, whatever they are named (prowler: only "Management events selector")', async () => {
    const named = (Name: string) => [{ name: 'all', advanced: [{ Name, FieldSelectors: [MANAGEMENT] }] }];
    expect(await verdictOf(named('Management events selector'))).toMatchObject({ status: 'PASS' });
    expect(await verdictOf(named('ours'))).toMatchObject({ status: 'PASS' });
  });

  it.each<[why: string, fields: object[], evidence: string]>([
    ['only reads', [MANAGEMENT, { Field: 'readOnly', Equals: ['true'] }], 'trail all takes reads only'],
    ['only writes', [MANAGEMENT, { Field: 'readOnly', Equals: ['false'] }], 'trail all takes writes only'],
    [
      'data events',
      [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      ],
      'trail all takes no management events',
    ],
    [
      'all but some sources',
      [MANAGEMENT, { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }],
      'trail all leaves out kms.amazonaws.com',
    ],
    [
      'one source',
      [MANAGEMENT, { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }],
      'trail all takes no management events',
    ],
  ])('fails on advanced selectors of %s', async (_why, FieldSelectors, evidence) => {
    expect(await verdictOf([{ name: 'all', advanced: [{ FieldSelectors }] }])).toMatchObject({
      status: 'FAIL',
      evidence,
    });
  });

  it('takes what several selectors, and several trails, take together', async () => {
    const half = (value: string) => ({
      FieldSelectors: [MANAGEMENT, { Field: 'readOnly', Equals: [value] }],
    });
    expect(await verdictOf([{ name: 'all', advanced: [half('true'), half('false')] }])).toMatchObject({
      status: 'PASS',
    });
    expect(
      await verdictOf([
        { name: 'reads', managementEvents: 'ReadOnly' },
        { name: 'writes', managementEvents: 'WriteOnly' },
        { name: 'stopped', logging: false },
      ]),
    ).toMatchObject({ status: 'PASS', evidence: 'trail reads, trail writes' });
  });

  it('counts the trail of the organization in its members', async () => {
    const sandbox = await openSandbox({
      accounts: [
        { id: ACCOUNT },
        { id: '444455556666', regions: { 'us-east-1': { trails: [{ name: 'org', organization: true }] } } },
      ],
    });
    sandbox.control.world.organization!.managementAccount = '444455556666';
    expect(await judge(sandbox, 'cloudtrail')).toMatchObject([{ status: 'PASS', evidence: 'trail org' }]);
  });

  it('is unknown where its status or its selectors are denied', async () => {
    for (const action of ['DescribeTrails', 'GetTrailStatus', 'GetEventSelectors']) {
      const sandbox = await withRegion({ trails: [{ name: 'all' }] });
      deny(sandbox, action);
      expect(await judge(sandbox, 'cloudtrail')).toMatchObject([
        { status: 'UNKNOWN', evidence: `cloudtrail:${action} was denied` },
      ]);
    }
  });

  it('is seen from other regions when some are denied', async () => {
    const sandbox = await withRegion({ trails: [{ name: 'all' }] }, { deniedRegions: ['eu-west-3'] });
    expect(await judge(sandbox, 'cloudtrail')).toMatchObject([{ status: 'PASS' }]);
    expect(await judge(sandbox, 'cloudtrail-validation')).toMatchObject([
      { status: 'PASS' },
      { status: 'UNKNOWN', region: 'eu-west-3' },
    ]);
  });
});

const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/all`;

describe('cloudtrail-validation', () => {
  it('judges each trail', async () => {
    const sandbox = await withRegion({ trails: [{ name: 'all' }, { name: 'other', validation: false }] });
    expect(await judge(sandbox, 'cloudtrail-validation')).toMatchObject([
      { status: 'PASS', resource: ARN, region: 'us-east-1' },
      { status: 'FAIL', evidence: 'log files are not validated' },
    ]);
  });

  it('does not apply without a trail, and is unknown where trails are denied', async () => {
    const sandbox = await withRegion({});
    expect(await judge(sandbox, 'cloudtrail-validation')).toMatchObject([{ status: 'N/A' }]);
    deny(sandbox, 'DescribeTrails');
    expect(await judge(sandbox, 'cloudtrail-validation')).toMatchObject([{ status: 'UNKNOWN' }]);
  });
});

describe('cloudtrail-delivery', () => {
  it.each<[evidence: string, status: string, trail: object]>([
    ['logging, and the last delivery arrived', 'PASS', {}],
    ['is not logging', 'FAIL', { logging: false }],
    ['delivery to S3 fails: NoSuchBucket', 'FAIL', { deliveryError: 'NoSuchBucket' }],
  ])('%s: %s', async (evidence, status, trail) => {
    const sandbox = await withRegion({ trails: [{ name: 'all', ...trail }] });
    expect(await judge(sandbox, 'cloudtrail-delivery')).toMatchObject([{ status, evidence, resource: ARN }]);
  });

  it('does not apply without a trail, and is unknown where its status is denied', async () => {
    expect(await judge(await withRegion({}), 'cloudtrail-delivery')).toMatchObject([{ status: 'N/A' }]);
    const sandbox = await withRegion({ trails: [{ name: 'all' }] });
    deny(sandbox, 'GetTrailStatus');
    expect(await judge(sandbox, 'cloudtrail-delivery')).toMatchObject([{ status: 'UNKNOWN', resource: ARN }]);
  });
});
