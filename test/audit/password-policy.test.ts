import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/audit/checks/index.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { auditOf, deny, judge } from './audit.ts';

afterEach(closeSandboxes);

const GOOD = {
  MinimumPasswordLength: 14,
  RequireUppercaseCharacters: true,
  RequireLowercaseCharacters: true,
  RequireNumbers: true,
  RequireSymbols: true,
  ExpirePasswords: true,
  MaxPasswordAge: 90,
  PasswordReusePrevention: 24,
};

const withPolicy = (passwordPolicy?: Record<string, number | boolean>, password = true) =>
  openSandbox({
    accounts: [
      {
        id: ACCOUNT,
        users: [{ name: 'alice', password }],
        ...(passwordPolicy !== undefined && { passwordPolicy }),
      },
    ],
  });

const IDS = CHECKS.filter(({ section }) => section === 7).map(({ id }) => id);

async function statuses(sandbox: Awaited<ReturnType<typeof openSandbox>>): Promise<string[]> {
  const { results } = await auditOf(sandbox);
  return IDS.map((id) => results.find(({ check }) => check === id)!.status);
}

describe('password policy', () => {
  it('passes in every point, and fails in every point', async () => {
    expect(IDS).toHaveLength(7);
    expect(await statuses(await withPolicy(GOOD))).toEqual(IDS.map(() => 'PASS'));
    expect(await statuses(await withPolicy({ MinimumPasswordLength: 8, ExpirePasswords: false }))).toEqual(
      IDS.map(() => 'FAIL'),
    );
    expect(
      await statuses(
        await withPolicy({
          ...GOOD,
          MinimumPasswordLength: 13,
          MaxPasswordAge: 91,
          PasswordReusePrevention: 23,
        }),
      ),
    ).toEqual(['FAIL', 'FAIL', 'FAIL', 'PASS', 'PASS', 'PASS', 'PASS']);
  });

  it('fails without a policy: what AWS takes then is weak', async () => {
    expect(await judge(await withPolicy(), 'password-length')).toMatchObject([
      { status: 'FAIL', evidence: expect.stringContaining('no password policy') },
    ]);
  });

  it('is unknown where it is denied (prowler iam_password_policy_reuse_24: no finding at all)', async () => {
    const sandbox = await withPolicy(GOOD);
    deny(sandbox, 'GetAccountPasswordPolicy');
    expect(await statuses(sandbox)).toEqual(IDS.map(() => 'UNKNOWN'));
  });

  it('is N/A where no user has a password, unless the policy is right anyway', async () => {
    expect(await statuses(await withPolicy(undefined, false))).toEqual(IDS.map(() => 'N/A'));
    expect(await statuses(await withPolicy(GOOD, false))).toEqual(IDS.map(() => 'PASS'));
  });

  it('fails where nobody knows whether it binds anybody', async () => {
    const sandbox = await withPolicy(undefined, false);
    deny(sandbox, 'GetCredentialReport');
    expect(await statuses(sandbox)).toEqual(IDS.map(() => 'FAIL'));
  });
});
