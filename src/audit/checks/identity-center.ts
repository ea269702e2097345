import { plural } from '../../report/numbers.ts';
import type { Facts } from '../facts.ts';
import type { Check, Verdict } from '../types.ts';
import { fail, inEveryRegion, notApplicable, pass } from '../verdict.ts';

const identityCenter: Check = {
  id: 'identity-center',
  section: 9,
  title: 'People sign in through one place',
  severity: 'medium',
  cis: { '1.5': '1.21', '3.0': '1.21', '5.0': '1.20' },
  securityHub: [],
  why: 'Who leaves is then gone from every account at once, and what they had were hours, not permanent keys.',
  fix: {
    console: 'IAM Identity Center > Enable with AWS Organizations, in the management account',
    cli: 'aws sso-admin list-instances, then enable it in the console of the management account: there is no command for an organization',
  },
  async judge(facts) {
    const found = await instancesOf(facts);
    const active = found.find(({ status }) => status === 'PASS');
    if (active !== undefined) return [active];
    const providers = await facts.samlProviders();
    if (providers.length > 0)
      return [pass(facts.accountArn, `federated by ${plural(providers.length, 'SAML provider')}`)];
    // It lives in one region: nobody knows that it is not in the one that could not be asked.
    const unknown = found.filter(({ status }) => status === 'UNKNOWN');
    if (unknown.length > 0) return unknown;
    const { users } = await facts.details();
    if (users.length === 0) return [notApplicable(facts.accountArn, 'there are no IAM users')];
    const [other] = found;
    return [
      fail(
        facts.accountArn,
        other?.evidence ??
          `neither Identity Center nor a SAML provider, and ${plural(users.length, 'IAM user')}`,
      ),
    ];
  },
};

/** An instance of one account, which AWS lets members make for applications, gives nobody access to AWS: it does not count. */
async function instancesOf(facts: Facts): Promise<Verdict[]> {
  return inEveryRegion(facts, async ({ aws }) => {
    const instances = await aws.identityCenter.instances();
    if (instances.length === 0) return [];
    const manager = (await facts.organization())?.managementAccount;
    return instances.map(({ status, owner }) => {
      if (manager !== undefined && owner !== manager)
        return fail(
          facts.accountArn,
          `an instance of Identity Center of account ${owner} alone, and none of the organization`,
        );
      return status === 'ACTIVE'
        ? pass(facts.accountArn, 'Identity Center is active')
        : fail(facts.accountArn, `Identity Center is not active yet (${status})`);
    });
  });
}

export const IDENTITY_CENTER_CHECKS: readonly Check[] = [identityCenter];
