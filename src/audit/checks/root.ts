import type { Facts } from '../facts.ts';
import type { Check } from '../types.ts';
import { fail, notApplicable, pass, unknown } from '../verdict.ts';
import { dayOf, daysText } from '../words.ts';

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
    cli: 'as root: aws iam enable-mfa-device --user-name root --serial-number SERIAL --authentication-code1 CODE --authentication-code2 CODE',
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

const rootHardwareMfa: Check = {
  id: 'root-hardware-mfa',
  section: 1,
  title: 'The MFA device of root is hardware',
  severity: 'medium',
  cis: { '1.5': '1.6', '3.0': '1.6', '5.0': '1.5' },
  securityHub: ['IAM.6'],
  why: 'A virtual device lives on a phone that is lost, copied or taken over; a hardware key is not.',
  fix: {
    console:
      'Sign in as root > Security credentials > MFA > Assign MFA device > Passkey or security key, then remove the virtual one',
    cli: 'as root: aws iam deactivate-mfa-device --user-name root --serial-number SERIAL',
  },
  async judge(facts) {
    const summary = await facts.summary();
    const reason = whyRootCannotSignIn(facts, summary);
    if (reason !== undefined) return [notApplicable(facts.accountArn, reason)];
    if (summary.get('AccountMFAEnabled') !== 1) return [fail(facts.accountArn, 'no MFA device is assigned')];
    const virtual = (await facts.virtualMfaDevices()).find(isOfRoot);
    return [
      virtual === undefined
        ? pass(facts.accountArn, 'an MFA device is assigned, and no virtual one')
        : fail(
            facts.accountArn,
            `${virtual.serial} is virtual, and root can sign in with it; AWS does not tell whether there is hardware besides`,
          ),
    ];
  },
};

/** By whose it is as well: a virtual device may have any name. */
function isOfRoot({ serial, holder }: { serial: string; holder: string }): boolean {
  return holder.endsWith(':root') || serial.endsWith(':mfa/root-account-mfa-device');
}

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
  async judge(facts) {
    const summary = await facts.summary();
    return [
      summary.get('AccountAccessKeysPresent') === 0
        ? pass(facts.accountArn, 'there is none, active or not')
        : fail(facts.accountArn, 'there is at least one, active or not'),
    ];
  },
};

const rootUse: Check = {
  id: 'root-use',
  section: 1,
  title: 'Root is not used day to day',
  severity: 'high',
  cis: { '1.5': '1.7', '3.0': '1.7', '5.0': '1.6' },
  securityHub: ['IAM.20', 'CloudWatch.1'],
  why: 'What is done as root nobody in particular has done, and no policy could have stopped it.',
  fix: {
    console: 'IAM Identity Center > give people a permission set; keep root for what only root can do',
    cli: 'aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=root',
  },
  async judge(facts) {
    const { root, generatedAt } = await facts.credentialReport();
    if (facts.partition === 'aws-us-gov')
      return [notApplicable(facts.accountArn, 'nobody signs in as root in GovCloud')];
    if (root === undefined) return [unknown(facts.accountArn, 'the credential report has no line for root')];
    // Password and keys, whichever came last.
    const uses = [root.signIn.passwordUsedAt, ...root.slots.map(({ lastUse }) => timeOf(lastUse))];
    const times = uses.filter((use) => typeof use === 'number');
    const last = Math.max(...times);
    const since = `as of ${dayOf(generatedAt)}`;
    if (times.length > 0 && facts.now - last <= facts.rules.rootQuietMs)
      return [fail(facts.accountArn, `used ${daysText(facts.now - last)} ago, on ${dayOf(last)}`)];
    if (uses.includes('unknown'))
      return [unknown(facts.accountArn, 'the credential report does not tell all uses')];
    if (times.length === 0) return [pass(facts.accountArn, `no use is recorded, ${since}`)];
    return [pass(facts.accountArn, `last used ${daysText(facts.now - last)} ago, ${since}`)];
  },
};

function timeOf(use: { at: number } | 'never' | 'unknown'): number | 'never' | 'unknown' {
  return typeof use === 'object' ? use.at : use;
}

const rootCentral: Check = {
  id: 'root-central',
  section: 1,
  title: 'The organization keeps the credentials of root away from its accounts',
  severity: 'medium',
  cis: {},
  securityHub: [],
  why: 'A member account without root credentials has none to lose; the management account can still act as its root.',
  fix: {
    console:
      'Management account > IAM > Root access management > Enable; then delete the root credentials of each account',
    cli: 'aws organizations enable-aws-service-access --service-principal iam.amazonaws.com && aws iam enable-organizations-root-credentials-management',
  },
  async judge(facts) {
    const organization = await facts.organization();
    if (organization === undefined)
      return [notApplicable(facts.accountArn, 'the account is in no organization')];
    if (organization.managementAccount !== facts.accountId) {
      const reason = whyRootCannotSignIn(facts, await facts.summary());
      if (reason !== undefined) return [pass(facts.accountArn, reason)];
    }
    const features = (await facts.organizationFeatures()) ?? [];
    return [
      features.includes('RootCredentialsManagement')
        ? pass(facts.accountArn, 'RootCredentialsManagement is enabled')
        : fail(facts.accountArn, 'RootCredentialsManagement is not enabled'),
    ];
  },
};

/** GovCloud has no root to sign in as; where an organization removed its credentials, there is nothing to protect. */
function whyRootCannotSignIn({ partition }: Facts, summary: ReadonlyMap<string, number>): string | undefined {
  if (partition === 'aws-us-gov') return 'nobody signs in as root in GovCloud';
  const isBare = summary.get('AccountPasswordPresent') === 0 && summary.get('AccountAccessKeysPresent') === 0;
  return isBare ? 'root has neither password nor keys: they were removed centrally' : undefined;
}

export const ROOT_CHECKS: readonly Check[] = [rootMfa, rootHardwareMfa, rootKeys, rootUse, rootCentral];
