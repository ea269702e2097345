import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { auditOf, deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const withRoot = (root: object, partition = 'aws') =>
  openSandbox({ accounts: [{ id: ACCOUNT, root, partition }] });

describe('root-mfa', () => {
  it('passes with a device, fails without, and is unknown where the summary is denied', async () => {
    expect(await statusesOf(await withRoot({ mfa: true }), 'root-mfa')).toEqual({ root: 'PASS' });
    const bare = await withRoot({ mfa: false });
    expect(await statusesOf(bare, 'root-mfa')).toEqual({ root: 'FAIL' });
    deny(bare, 'GetAccountSummary');
    expect(await judge(bare, 'root-mfa')).toMatchObject([
      { status: 'UNKNOWN', evidence: 'iam:GetAccountSummary was denied' },
    ]);
  });

  it('does not apply where the credentials of root were removed centrally (prowler#5804, ScoutSuite#1710)', async () => {
    const sandbox = await withRoot({ mfa: false, password: false });
    expect(await statusesOf(sandbox, 'root-mfa')).toEqual({ root: 'N/A' });
  });

  it('does not apply in GovCloud (ScoutSuite#1132)', async () => {
    const sandbox = await withRoot({ mfa: false }, 'aws-us-gov');
    expect(await statusesOf(sandbox, 'root-mfa')).toEqual({ root: 'N/A' });
  });
});

describe('root-keys', () => {
  it('counts inactive keys as well: they can be activated again', async () => {
    const sandbox = await withRoot({ keys: [{ created: '900d', status: 'Inactive' }] });
    expect(await statusesOf(sandbox, 'root-keys')).toEqual({ root: 'FAIL' });
    expect(await statusesOf(await withRoot({}), 'root-keys')).toEqual({ root: 'PASS' });
  });
});

describe('toAuditResult', () => {
  it('puts failures first, each with its fix, and counts checks by section', async () => {
    const result = await auditOf(await withRoot({ mfa: false, keys: [{ created: '900d' }] }));
    expect(result.results[0]).toMatchObject({ status: 'FAIL', severity: 'critical' });
    expect(result.results[0]!.fix!.console).toContain('Sign in as root');
    expect(result.sections[0]).toMatchObject({ number: 1, title: 'Root' });
  });
});
