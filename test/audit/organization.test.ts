import { afterEach, describe, expect, it } from 'vitest';
import type { SeedOrganization } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge } from './audit.ts';

afterEach(closeSandboxes);

const IDS = ['organization', 'organization-features', 'service-control-policies'];
const OTHER = '444455556666';

async function statuses(
  organization: boolean | SeedOrganization,
  { as = ACCOUNT, denied = [] as string[] } = {},
): Promise<string[]> {
  const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT }, { id: OTHER }], organization });
  for (const action of denied) deny(sandbox, action);
  const all = [];
  for (const id of IDS) all.push(...(await judge(sandbox, id, sandbox.control.adminOf(as))));
  return all.map(({ status }) => status);
}

describe('organization', () => {
  it('passes with all features and a policy that is attached', async () => {
    expect(await statuses({ serviceControlPolicies: ['deny-leaving'] })).toEqual(['PASS', 'PASS', 'PASS']);
  });

  it('says that rights are told without what the policies deny', async () => {
    const organization = { serviceControlPolicies: ['deny-leaving'] };
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT }], organization });
    expect(await judge(sandbox, 'service-control-policies')).toMatchObject([
      { status: 'PASS', evidence: 'attached: deny-leaving; section 3 does not ask what they deny' },
    ]);
  });

  it('fails with FullAWSAccess alone, and with consolidated billing', async () => {
    expect(await statuses(true)).toEqual(['PASS', 'PASS', 'FAIL']);
    expect(await statuses({ features: 'CONSOLIDATED_BILLING' })).toEqual(['PASS', 'FAIL', 'FAIL']);
  });

  it('fails when a policy is attached nowhere', async () => {
    const sandbox = await openSandbox({ organization: { serviceControlPolicies: ['deny-leaving'] } });
    for (const { targets } of sandbox.control.world.organization!.policies.values()) targets.clear();
    expect(await judge(sandbox, 'service-control-policies')).toMatchObject([
      { status: 'FAIL', evidence: 'attached nowhere: deny-leaving' },
    ]);
  });

  it('fails for an account in none, and the rest is N/A', async () => {
    expect(await statuses(false)).toEqual(['FAIL', 'N/A', 'N/A']);
  });

  it('is unknown to a member what only management is told, and where it is denied', async () => {
    expect(await statuses(true, { as: OTHER })).toEqual(['PASS', 'PASS', 'UNKNOWN']);
    expect(await statuses(true, { denied: ['DescribeOrganization'] })).toEqual([
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
    ]);
  });
});
