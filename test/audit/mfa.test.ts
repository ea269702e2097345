import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const GUARD = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Deny',
    NotAction: ['iam:EnableMFADevice', 'iam:CreateVirtualMFADevice', 'sts:GetSessionToken'],
    Resource: '*',
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  },
};

describe('user-mfa', () => {
  it('passes and fails by user, administrators first, and leaves out who has no password (prowler#3519)', async () => {
    const sandbox = await openSandbox([
      { name: 'alice', password: true, mfa: true },
      { name: 'bob', password: true },
      { name: 'carol', password: true, policies: ['AdministratorAccess'] },
      { name: 'ci', keys: [{ created: '9d' }] },
    ]);
    const verdicts = await judge(sandbox, 'user-mfa');
    expect(
      verdicts.map(({ resource, status, severity }) => [resource.split('/')[1], status, severity]),
    ).toEqual([
      ['alice', 'PASS', undefined],
      ['bob', 'FAIL', undefined],
      ['carol', 'FAIL', 'critical'],
    ]);
  });

  it('asks for what the report of some hours ago missed: a new user, and a new device', async () => {
    const sandbox = await openSandbox([{ name: 'alice', password: true }]);
    await judge(sandbox, 'user-mfa');
    const { world, clock } = sandbox.control;
    clock.advance(3_600_000);
    const { users } = world.accounts.get(ACCOUNT)!;
    const alice = users.get('alice')!;
    alice.mfaDevices.set('GAHT87654321', clock.now());
    users.set('late', { ...alice, name: 'late', mfaDevices: new Map() });
    expect(await statusesOf(sandbox, 'user-mfa')).toEqual({ alice: 'PASS', late: 'FAIL' });
  });

  it('is unknown without a report, and N/A without passwords', async () => {
    const sandbox = await openSandbox([{ name: 'alice', password: true }]);
    deny(sandbox, 'GetCredentialReport');
    expect(await statusesOf(sandbox, 'user-mfa')).toEqual({ root: 'UNKNOWN' });
    expect(await statusesOf(await openSandbox([{ name: 'ci' }]), 'user-mfa')).toEqual({ root: 'N/A' });
  });

  it('still fails without policies: only who is an administrator is not known then', async () => {
    const sandbox = await openSandbox([{ name: 'alice', password: true }]);
    deny(sandbox, 'ListMFADevices');
    const [verdict] = await judge(sandbox, 'user-mfa');
    expect(verdict).toMatchObject({ status: 'FAIL', evidence: expect.stringMatching(/as of \d{4}-/) });
  });
});

describe('mfa-enforced', () => {
  it('finds the policy of a user or of its groups, single statements and all', async () => {
    const sandbox = await openSandbox({
      accounts: [
        {
          id: ACCOUNT,
          groups: [{ name: 'people', inline: { 'force-mfa': GUARD } }],
          users: [
            { name: 'alice', password: true, groups: ['people'] },
            { name: 'bob', password: true, inline: { own: GUARD } },
            { name: 'carol', password: true },
          ],
        },
      ],
    });
    const verdicts = await judge(sandbox, 'mfa-enforced');
    expect(verdicts.map(({ status, evidence }) => [status, evidence])).toEqual([
      ['PASS', 'by force-mfa, inline in group people'],
      ['PASS', 'by own, inline'],
      ['FAIL', 'no policy of the user or of its groups does'],
    ]);
  });

  it.each([
    ['of two conditions', { ...GUARD.Statement.Condition, IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }],
    ['of the opposite', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }],
  ])('does not take a Deny %s for one', async (_, Condition) => {
    const inline = { own: { ...GUARD, Statement: { ...GUARD.Statement, Condition } } };
    const sandbox = await openSandbox([{ name: 'bob', password: true, inline }]);
    expect(await statusesOf(sandbox, 'mfa-enforced')).toEqual({ bob: 'FAIL' });
  });

  it('is unknown where policies are denied, and N/A without passwords', async () => {
    const sandbox = await openSandbox([{ name: 'bob', password: true }]);
    deny(sandbox, 'GetAccountAuthorizationDetails');
    expect(await statusesOf(sandbox, 'mfa-enforced')).toEqual({ root: 'UNKNOWN' });
    expect(await statusesOf(await openSandbox([]), 'mfa-enforced')).toEqual({ root: 'N/A' });
  });
});
