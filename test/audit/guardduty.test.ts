import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge, mend } from './audit.ts';

afterEach(closeSandboxes);

describe('guardduty', () => {
  it('is judged in every region that is enabled', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          deniedRegions: ['eu-west-3'],
          regions: { 'us-east-1': { guardDuty: 'ENABLED' }, 'eu-west-1': { guardDuty: 'DISABLED' } },
        },
      ],
    });
    const verdicts = await judge(sandbox, 'guardduty');
    const of = (name: string) => verdicts.find(({ region }) => region === name);
    expect(verdicts).toHaveLength(17);
    expect(of('us-east-1')).toMatchObject({ status: 'PASS' });
    expect(of('eu-west-1')).toMatchObject({ status: 'FAIL', evidence: 'its detector is suspended' });
    expect(of('sa-east-1')).toMatchObject({ status: 'FAIL', evidence: 'there is no detector' });
    expect(of('eu-west-3')).toMatchObject({ status: 'UNKNOWN', action: 'guardduty:ListDetectors' });
  });

  it('is unknown where a detector may not be read', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          partition: 'aws-us-gov',
          regions: { 'us-gov-west-1': { guardDuty: 'ENABLED' }, 'us-gov-east-1': { guardDuty: 'ENABLED' } },
        },
      ],
    });
    deny(sandbox, 'GetDetector');
    const verdicts = await judge(sandbox, 'guardduty');
    expect(verdicts.map(({ status, evidence }) => [status, evidence])).toEqual([
      ['UNKNOWN', 'guardduty:GetDetector was denied'],
      ['UNKNOWN', 'guardduty:GetDetector was denied'],
    ]);
  });
});

it('a fix turns it on where it is off, and nowhere else', async () => {
  const sandbox = await openSandbox({
    accounts: [
      {
        id: ACCOUNT,
        deniedRegions: ['eu-west-3'],
        regions: { 'us-east-1': { guardDuty: 'ENABLED' }, 'eu-west-1': { guardDuty: 'DISABLED' } },
      },
    ],
  });
  const { steps, told } = await mend(sandbox, 'guardduty');
  expect(steps).toHaveLength(15);
  expect(steps).toContain('resume GuardDuty in eu-west-1; AWS charges by what it reads');
  expect(steps).toContain('turn GuardDuty on in sa-east-1; AWS charges by what it reads');
  expect(told[0]).toMatch(/^[\w-]+: detector [0-9a-f]{32} is enabled$/);
  const after = (await judge(sandbox, 'guardduty')).filter(({ status }) => status !== 'PASS');
  expect(after).toMatchObject([{ status: 'UNKNOWN', region: 'eu-west-3' }]);
});
