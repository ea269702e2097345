import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge } from './audit.ts';

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
