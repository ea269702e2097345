import type { Facts } from '../facts.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';

const rootMfa: Check = {
  id: 'root-mfa',
  section: 1,
  title: 'Root has MFA',
  severity: 'critical',
  cis: { '1.5': '1.5', '3.0': '1.5', '5.0': '1.4' },
  securityHub: ['IAM.9'],
  why: 'Root can do everything and no policy limits it: a password alone must not be enough.',
  fix: {
    console: 'Sign in as root > Security credentials > Multi-factor authentication (MFA) > Assign MFA device',
    cli: 'aws iam enable-mfa-device has no way for root: use the console',
  },
  async judge(facts) {
    const summary = await facts.summary();
    const reason = whyRootCannotSignIn(facts, summary);
    if (reason !== undefined) return [notApplicable(facts.accountArn, reason)];
    return [
      summary.get('AccountMFAEnabled') === 1
        ? pass(facts.accountArn, 'an MFA device is assigned')
        : fail(facts.accountArn, 'no MFA device is assigned'),
    ];
  },
};

const rootKeys: Check = {
  id: 'root-keys',
  section: 1,
  title: 'Root has no access keys',
  severity: 'critical',
  cis: { '1.5': '1.4', '3.0': '1.4', '5.0': '1.3' },
  securityHub: ['IAM.4'],
  why: 'A key of root is a permanent way to do everything, and nothing but deleting it stops it.',
  fix: {
    console: 'Sign in as root > Security credentials > Access keys > Deactivate, then Delete',
    cli: 'as root: aws iam list-access-keys && aws iam delete-access-key --access-key-id KEY_ID',
  },
  async judge(facts): Promise<Verdict[]> {
    const summary = await facts.summary();
    return [
      summary.get('AccountAccessKeysPresent') === 0
        ? pass(facts.accountArn, 'there is none, active or not')
        : fail(facts.accountArn, 'there is at least one, active or not'),
    ];
  },
};

/** GovCloud has no root to sign in as; where an organization removed its credentials, there is nothing to protect. */
function whyRootCannotSignIn({ partition }: Facts, summary: ReadonlyMap<string, number>): string | undefined {
  if (partition === 'aws-us-gov') return 'nobody signs in as root in GovCloud';
  const isBare = summary.get('AccountPasswordPresent') === 0 && summary.get('AccountAccessKeysPresent') === 0;
  return isBare ? 'root has neither password nor keys: they were removed centrally' : undefined;
}

export const ROOT_CHECKS: readonly Check[] = [rootMfa, rootKeys];
