import { afterEach, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes } from '../helpers/sandbox.ts';
import { deny, judge } from './audit.ts';
import { withRegion } from './world.ts';

afterEach(closeSandboxes);

it('instance-profile names instances without a role, those that are gone left out', async () => {
  const sandbox = await withRegion({
    instances: [
      { id: 'i-1', profile: 'web' },
      { id: 'i-2', name: 'build', state: 'stopped' },
      { id: 'i-3', state: 'terminated' },
    ],
  });
  expect(await judge(sandbox, 'instance-profile')).toMatchObject([
    {
      status: 'FAIL',
      resource: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-2`,
      evidence: 'build, stopped, has no instance profile',
    },
    { status: 'PASS', evidence: '1 instance with a profile' },
  ]);
});

it('instance-profile passes, does not apply, and is unknown', async () => {
  const sandbox = await withRegion({ instances: [{ id: 'i-1', profile: 'web' }] });
  expect(await judge(sandbox, 'instance-profile')).toMatchObject([{ status: 'PASS' }]);
  deny(sandbox, 'DescribeInstances');
  expect(await judge(sandbox, 'instance-profile')).toHaveLength(3);
  expect(await judge(sandbox, 'instance-profile')).toMatchObject(Array(3).fill({ status: 'UNKNOWN' }));
  expect(await judge(await withRegion({}), 'instance-profile')).toMatchObject([{ status: 'N/A' }]);
});
