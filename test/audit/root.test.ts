import { afterEach, describe, expect, it } from 'vitest';
import type { SeedAccount, SeedRoot } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { auditOf, deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const withRoot = (root: SeedRoot, account: Partial<SeedAccount> = {}) =>
  openSandbox({ accounts: [{ id: ACCOUNT, root, ...account }] });
const OTHER = '444455556666';
const bare: SeedRoot = { mfa: false, password: false };

describe('root-mfa', () => {
  it('passes with a device, fails without, and is unknown where the summary is denied', async () => {
    expect(await statusesOf(await withRoot({ mfa: true }), 'root-mfa')).toEqual({ root: 'PASS' });
    const sandbox = await withRoot({ mfa: false });
    expect(await statusesOf(sandbox, 'root-mfa')).toEqual({ root: 'FAIL' });
    deny(sandbox, 'GetAccountSummary');
    expect(await judge(sandbox, 'root-mfa')).toMatchObject([
      { status: 'UNKNOWN', evidence: 'iam:GetAccountSummary was denied' },
    ]);
  });

  it('does not apply where the credentials of root were removed centrally (prowler#5804, ScoutSuite#1710)', async () => {
    expect(await statusesOf(await withRoot(bare), 'root-mfa')).toEqual({ root: 'N/A' });
  });

  it('does not apply in GovCloud (ScoutSuite#1132), and does in China', async () => {
    const govCloud = await withRoot({ mfa: false }, { partition: 'aws-us-gov' });
    expect(await judge(govCloud, 'root-mfa')).toMatchObject([
      { status: 'N/A', resource: `arn:aws-us-gov:iam::${ACCOUNT}:root` },
    ]);
    const china = await withRoot({ mfa: false }, { partition: 'aws-cn' });
    expect(await judge(china, 'root-mfa')).toMatchObject([
      { status: 'FAIL', resource: `arn:aws-cn:iam::${ACCOUNT}:root` },
    ]);
  });
});

describe('root-hardware-mfa', () => {
  it('passes with hardware, fails with a virtual device or none, and is unknown where devices are not listed', async () => {
    expect(await statusesOf(await withRoot({ mfa: 'hardware' }), 'root-hardware-mfa')).toEqual({
      root: 'PASS',
    });
    expect(await statusesOf(await withRoot({ mfa: false }), 'root-hardware-mfa')).toEqual({ root: 'FAIL' });
    const virtual = await withRoot({ mfa: true });
    expect(await statusesOf(virtual, 'root-hardware-mfa')).toEqual({ root: 'FAIL' });
    deny(virtual, 'ListVirtualMFADevices');
    expect(await statusesOf(virtual, 'root-hardware-mfa')).toEqual({ root: 'UNKNOWN' });
    expect(await statusesOf(await withRoot(bare), 'root-hardware-mfa')).toEqual({ root: 'N/A' });
  });

  it('sees a virtual device by whose it is, whatever its name (prowler#4652)', async () => {
    const sandbox = await withRoot({ mfa: true });
    sandbox.control.world.accounts.get(ACCOUNT)!.root.mfaSerial = `arn:aws:iam::${ACCOUNT}:mfa/phone`;
    expect(await statusesOf(sandbox, 'root-hardware-mfa')).toEqual({ root: 'FAIL' });
  });

  it('does not say that there is no hardware beside a virtual device: AWS does not tell (prowler#1855)', async () => {
    const [verdict] = await judge(await withRoot({ mfa: true }), 'root-hardware-mfa');
    expect(verdict!.evidence).toContain('AWS does not tell whether there is hardware besides');
  });
});

describe('root-keys', () => {
  it('counts inactive keys as well: they can be activated again', async () => {
    const sandbox = await withRoot({ keys: [{ created: '900d', status: 'Inactive' }] });
    expect(await statusesOf(sandbox, 'root-keys')).toEqual({ root: 'FAIL' });
    expect(await statusesOf(await withRoot({}), 'root-keys')).toEqual({ root: 'PASS' });
    deny(sandbox, 'GetAccountSummary');
    expect(await statusesOf(sandbox, 'root-keys')).toEqual({ root: 'UNKNOWN' });
  });
});

describe('root-use', () => {
  it('passes when root rests, fails when it was used, and is unknown without a report', async () => {
    expect(await statusesOf(await withRoot({ passwordLastUsed: '200d' }), 'root-use')).toEqual({
      root: 'PASS',
    });
    expect(await statusesOf(await withRoot({}), 'root-use')).toEqual({ root: 'PASS' });
    const used = await withRoot({ passwordLastUsed: '3d' });
    expect(await judge(used, 'root-use')).toMatchObject([
      { status: 'FAIL', evidence: expect.stringContaining('used 3 days ago') },
    ]);
    deny(used, 'GenerateCredentialReport');
    expect(await statusesOf(used, 'root-use')).toEqual({ root: 'UNKNOWN' });
  });

  it('sees the use of a key although the password rests (prowler iam_avoid_root_usage: elif chain)', async () => {
    const keys = [{ created: '900d', lastUsed: { at: '2d' } }];
    expect(await statusesOf(await withRoot({ passwordLastUsed: '300d', keys }), 'root-use')).toEqual({
      root: 'FAIL',
    });
  });

  it('passes on old uses and fails on recent ones (steampipe iam_root_last_used: inverted)', async () => {
    const keysAt = (at: string) => [{ created: '900d', lastUsed: { at } }];
    expect(await statusesOf(await withRoot({ keys: keysAt('400d') }), 'root-use')).toEqual({ root: 'PASS' });
    expect(await statusesOf(await withRoot({ keys: keysAt('1d') }), 'root-use')).toEqual({ root: 'FAIL' });
  });

  it('does not apply in GovCloud', async () => {
    expect(await statusesOf(await withRoot({}, { partition: 'aws-us-gov' }), 'root-use')).toEqual({
      root: 'N/A',
    });
  });
});

describe('root-central', () => {
  const organization = (rootManagement: boolean) =>
    openSandbox({ accounts: [{ id: ACCOUNT }, { id: OTHER, root: bare }], organization: { rootManagement } });

  it('asks the management account for the feature', async () => {
    expect(await statusesOf(await organization(true), 'root-central')).toEqual({ root: 'PASS' });
    expect(await statusesOf(await organization(false), 'root-central')).toEqual({ root: 'FAIL' });
  });

  it('is N/A outside of an organization', async () => {
    expect(await statusesOf(await withRoot({}), 'root-central')).toEqual({ root: 'N/A' });
  });

  it('passes for a member without root credentials, and is unknown for one that has them: only management is told', async () => {
    const sandbox = await organization(true);
    const member = () => sandbox.control.adminOf(OTHER);
    expect(await statusesOf(sandbox, 'root-central', member())).toEqual({ root: 'PASS' });
    sandbox.control.world.accounts.get(OTHER)!.root.hasPassword = true;
    expect(await judge(sandbox, 'root-central', member())).toMatchObject([
      { status: 'UNKNOWN', evidence: 'iam:ListOrganizationsFeatures was denied' },
    ]);
  });
});

describe('toAuditResult', () => {
  it('puts failures first, each with its fix, and counts checks by section', async () => {
    const sandbox = await withRoot({ mfa: false, keys: [{ created: '900d' }] });
    const result = await auditOf(sandbox);
    expect(result.results[0]).toMatchObject({ status: 'FAIL', severity: 'critical' });
    expect(result.results[0]!.fix!.console).toContain('Sign in as root');
    expect(result.sections[0]).toMatchObject({
      number: 1,
      title: 'Root',
      score: { passed: 1, failed: 3, unknown: 0, notApplicable: 1, percent: 25 },
    });
  });
});
