import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { auditOf } from '../audit.ts';
import { isThere, notRun, runProwler } from './prowler.ts';
import { SEED } from './seed.ts';

/** Its check for each of ours that it has. */
const SAME: Readonly<Record<string, string>> = {
  'root-mfa': 'iam_root_mfa_enabled',
  'root-hardware-mfa': 'iam_root_hardware_mfa_enabled',
  'root-keys': 'iam_no_root_access_key',
  'root-use': 'iam_avoid_root_usage',
  'user-mfa': 'iam_user_mfa_enabled_console_access',
  'two-active-keys': 'iam_user_two_active_access_key',
  'admin-policies': 'iam_customer_attached_policy_no_administrative_privileges',
  'user-administrators': 'iam_user_administrator_access_policy',
  'role-administrators': 'iam_role_administratoraccess_policy',
  'group-permissions': 'iam_policy_attached_only_to_group_or_roles',
  'keys-unused': 'iam_user_accesskey_unused',
  'setup-keys': 'iam_user_no_setup_initial_access_key',
  'keys-rotated': 'iam_rotate_access_key_90_days',
  'passwords-unused': 'iam_user_console_access_unused',
  'password-length': 'iam_password_policy_minimum_length_14',
  'password-uppercase': 'iam_password_policy_uppercase',
  'password-lowercase': 'iam_password_policy_lowercase',
  'password-symbols': 'iam_password_policy_symbol',
  'password-numbers': 'iam_password_policy_number',
  'password-expiry': 'iam_password_policy_expires_passwords_within_90_days_or_less',
  'password-reuse': 'iam_password_policy_reuse_24',
};

/** Where the two differ, `ours, theirs`, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  // It lets a key and a password that were never used rest for ever.
  'keys-unused never': 'FAIL, PASS',
  'passwords-unused never': 'FAIL, PASS',
  // It looks for the policy of AWS that is attached to the user, and for no other way.
  'user-administrators idle': 'FAIL, PASS',
  'role-administrators boss': 'FAIL, PASS',
};

/** What it calls the account, where it is about that. */
const ACCOUNT_NAMES = /^(?:root|mfa|password-policy|<root_account>)$/;

describe.runIf(isThere)(`beside prowler${notRun}`, () => {
  let sandbox: Sandbox;
  let ours: Map<string, string>;
  let theirs: Map<string, string>;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: SEED });
    theirs = verdictsOf(await runProwler(sandbox, Object.values(SAME), ['us-east-1']));
    ours = verdictsOf((await auditOf(sandbox)).results);
  }, 300_000);
  afterAll(async () => {
    await sandbox?.close();
  });

  it('tells the same of every resource that both speak of, but for what is known', () => {
    const differences: Record<string, string> = {};
    let same = 0;
    for (const [check, theirCheck] of Object.entries(SAME)) {
      for (const [name, status] of ours) {
        if (!name.startsWith(`${check} `)) continue;
        const theirStatus = theirs.get(name.replace(check, theirCheck));
        if (theirStatus === undefined) continue;
        if (theirStatus === status) same++;
        else differences[name] = `${status}, ${theirStatus}`;
      }
    }
    expect(differences).toEqual(DIFFERENT);
    expect(same).toBeGreaterThan(35);
  });

  it('passes over nothing that it fails', () => {
    const missed = Object.entries(SAME).flatMap(([check, theirCheck]) =>
      [...theirs]
        .filter(([name, status]) => name.startsWith(`${theirCheck} `) && status === 'FAIL')
        .map(([name]) => name.replace(theirCheck, check))
        .filter((name) => ours.get(name) !== 'FAIL'),
    );
    expect(missed).toEqual([]);
  });
});

/** Statuses by `check resource`, the resource by its last part. */
function verdictsOf(
  results: readonly { check: string; resource: string; status: string }[],
): Map<string, string> {
  return new Map(
    results.map(({ check, resource, status }) => {
      const last = resource.split(/[:/]/).at(-1)!;
      return [`${check} ${ACCOUNT_NAMES.test(last) ? 'account' : last}`, status];
    }),
  );
}
