import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { auditOf } from './audit.ts';

afterEach(closeSandboxes);

describe('a whole audit', () => {
  it('needs no more than SecurityAudit (docs/IAM-POLICY.md)', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          users: [
            { name: 'auditor', policies: ['SecurityAudit'], keys: [{ created: '1d' }] },
            { name: 'alice', password: true, keys: [{ created: '60d' }] },
          ],
        },
      ],
      organization: { serviceControlPolicies: ['limits'] },
    });
    sandbox.control.settings.regions = ['us-east-1', 'eu-west-1'];
    const [credentials] = sandbox.control.keysOf(ACCOUNT, 'auditor');
    const { results, complete } = await auditOf(sandbox, credentials);
    expect(results.filter(({ status }) => status === 'UNKNOWN')).toEqual([]);
    expect(complete).toBe(true);
  });

  it('is all UNKNOWN, and nothing PASS, for whom nothing is allowed', async () => {
    const sandbox = await openSandbox([{ name: 'nobody', keys: [{ created: '1d' }] }]);
    const [credentials] = sandbox.control.keysOf(ACCOUNT, 'nobody');
    const { results, score } = await auditOf(sandbox, credentials);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['UNKNOWN']));
    expect(score).toMatchObject({ passed: 0, notApplicable: 0, percent: 0 });
  });

  it('names the user in the way to mend it, and has ids that stay', async () => {
    const sandbox = await openSandbox([{ name: 'alice', path: '/people/', password: true }]);
    const [first, second] = [await auditOf(sandbox), await auditOf(sandbox)];
    const mfa = first.results.find(({ check }) => check === 'user-mfa')!;
    expect(mfa.fix!.console).toBe('IAM > Users > alice > Security credentials > Assign MFA device');
    const ids = first.results.map(({ id }) => id);
    expect(second.results.map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
