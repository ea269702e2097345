import { isAwsError } from '../../aws/errors.ts';
import { inParallel } from '../../base/parallel.ts';
import { type ConsoleUser, consoleUsers } from '../console-users.ts';
import type { Facts } from '../facts.ts';
import { isAdministrator, reachOf, subjectOf } from '../policy/access.ts';
import { mfaGuardOf } from '../policy/mfa.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass, unknown } from '../verdict.ts';
import { dayOf } from '../words.ts';

const AT_A_TIME = 8;

const userMfa: Check = {
  id: 'user-mfa',
  section: 2,
  title: 'Every user with a password has MFA',
  severity: 'high',
  cis: { '1.5': '1.10', '3.0': '1.10', '5.0': '1.9' },
  securityHub: ['IAM.5', 'IAM.19'],
  why: 'Passwords are guessed, reused and phished; without a second factor each of them opens the console.',
  fix: {
    console: 'IAM > Users > USER > Security credentials > Assign MFA device',
    cli: 'aws iam enable-mfa-device --user-name USER --serial-number SERIAL --authentication-code1 CODE --authentication-code2 CODE',
  },
  async judge(facts) {
    const users = await consoleUsers(facts);
    if (users.length === 0) return [notApplicable(facts.accountArn, 'no user has a password')];
    const admins = await administrators(facts);
    return inParallel(users, AT_A_TIME, async (user) => {
      const isAdmin = admins?.has(user.user.name) === true;
      const verdict = await mfaOf(facts, user);
      if (!isAdmin) return verdict;
      return { ...verdict, evidence: `${verdict.evidence}; an administrator`, severity: 'critical' };
    });
  },
};

/** A device that was assigned since the report was made counts: what it misses is asked for. */
async function mfaOf(facts: Facts, { user, signIn, asOf }: ConsoleUser): Promise<Verdict> {
  if (signIn.hasMfa === true) return pass(user.arn, `has MFA, as of ${dayOf(asOf)}`);
  const fix = { cli: userMfa.fix.cli.replace('USER', user.name) };
  try {
    const devices = await facts.mfaDevices(user.name);
    if (devices.length > 0) return pass(user.arn, `has MFA: ${devices.map(kindOf).join(', ')}`);
    return fail(user.arn, 'has a password and no MFA', { fix });
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return fail(user.arn, `has a password and no MFA, as of ${dayOf(asOf)}`, { fix });
  }
}

function kindOf(serial: string): string {
  if (serial.includes(':mfa/')) return 'a virtual device';
  return serial.includes(':u2f/') ? 'a security key' : 'a hardware token';
}

/** Names of users who are, or can become, administrators; undefined when policies could not be read. */
async function administrators(facts: Facts): Promise<Set<string> | undefined> {
  try {
    const [{ users }, policies] = await Promise.all([facts.details(), facts.policies()]);
    const found = users.filter((user) =>
      isAdministrator(reachOf(policies.ofUser(user), subjectOf(facts, user))),
    );
    return new Set(found.map(({ name }) => name));
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return undefined;
  }
}

const mfaEnforced: Check = {
  id: 'mfa-enforced',
  section: 2,
  title: 'A policy denies users with a password what they do without MFA',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'A device that is assigned protects the console only; a policy also keeps keys and sessions without MFA from acting, and new users from staying without.',
  fix: {
    console:
      'IAM > User groups > GROUP > Permissions > Add permissions > a policy that denies all but setting up MFA where aws:MultiFactorAuthPresent is false',
    cli: 'aws iam attach-group-policy --group-name GROUP --policy-arn ARN_OF_A_POLICY_THAT_DENIES_WITHOUT_MFA',
  },
  async judge(facts) {
    const users = await consoleUsers(facts);
    if (users.length === 0) return [notApplicable(facts.accountArn, 'no user has a password')];
    const policies = await facts.policies();
    return users.map(({ user }) => {
      const permissions = policies.ofUser(user);
      const guard = mfaGuardOf(permissions);
      if (guard !== undefined) return pass(user.arn, `by ${guard}`);
      const unread = permissions.sources.find(({ statements }) => statements === undefined);
      if (unread !== undefined) return unknown(user.arn, `not read: ${unread.label}`);
      return fail(user.arn, 'no policy of the user or of its groups does');
    });
  },
};

export const MFA_CHECKS: readonly Check[] = [userMfa, mfaEnforced];
