import type { PasswordPolicy } from '../../aws/audit-types.ts';
import { isAwsError } from '../../aws/errors.ts';
import { consoleUsers } from '../console-users.ts';
import type { Facts } from '../facts.ts';
import type { FixStep } from '../fix.ts';
import type { Check } from '../types.ts';
import { fail, notApplicable, pass } from '../verdict.ts';

interface Demand {
  id: string;
  title: string;
  severity: Check['severity'];
  cis?: Check['cis'];
  securityHub: readonly string[];
  why: string;
  /** Of the AWS CLI. */
  option: string;
  holds(policy: PasswordPolicy): boolean;
  /** Makes it hold, and changes nothing else. */
  raised: Partial<PasswordPolicy>;
  told(policy: PasswordPolicy): string;
}

const DEMANDS: readonly Demand[] = [
  {
    id: 'password-length',
    title: 'Passwords have at least 14 characters',
    severity: 'medium',
    cis: { '1.5': '1.8', '3.0': '1.8', '5.0': '1.7' },
    securityHub: ['IAM.15', 'IAM.7', 'IAM.10'],
    why: 'Length is what makes a password hard to guess.',
    option: '--minimum-password-length 14',
    holds: ({ minimumLength }) => minimumLength >= 14,
    raised: { minimumLength: 14 },
    told: ({ minimumLength }) => `at least ${minimumLength} characters`,
  },
  {
    id: 'password-reuse',
    title: 'The last 24 passwords cannot be used again',
    severity: 'low',
    cis: { '1.5': '1.9', '3.0': '1.9', '5.0': '1.8' },
    securityHub: ['IAM.16', 'IAM.7'],
    why: 'A password that leaked once must not come back.',
    option: '--password-reuse-prevention 24',
    holds: ({ remembered = 0 }) => remembered >= 24,
    raised: { remembered: 24 },
    told: ({ remembered = 0 }) => `${remembered} are remembered`,
  },
  {
    id: 'password-expiry',
    title: 'Passwords expire within 90 days',
    severity: 'low',
    securityHub: ['IAM.17', 'IAM.7'],
    why: 'Security Hub asks for it. CIS does not any more: with MFA everywhere, an exception is in order.',
    option: '--max-password-age 90',
    holds: ({ maxAgeDays }) => maxAgeDays !== undefined && maxAgeDays <= 90,
    raised: { maxAgeDays: 90 },
    told: ({ maxAgeDays }) => (maxAgeDays === undefined ? 'they do not expire' : `after ${maxAgeDays} days`),
  },
  mixOf('uppercase', 'an upper-case letter', 'IAM.11', '--require-uppercase-characters', 'requiresUppercase'),
  mixOf('lowercase', 'a lower-case letter', 'IAM.12', '--require-lowercase-characters', 'requiresLowercase'),
  mixOf('symbols', 'a symbol', 'IAM.13', '--require-symbols', 'requiresSymbols'),
  mixOf('numbers', 'a digit', 'IAM.14', '--require-numbers', 'requiresNumbers'),
];

function mixOf(
  id: string,
  what: string,
  control: string,
  option: string,
  field: 'requiresUppercase' | 'requiresLowercase' | 'requiresSymbols' | 'requiresNumbers',
): Demand {
  return {
    id: `password-${id}`,
    title: `Passwords hold ${what}`,
    severity: 'low',
    securityHub: [control, 'IAM.7'],
    why: 'A mix of characters keeps words of a dictionary out.',
    option,
    holds: (policy) => policy[field],
    raised: { [field]: true },
    told: (policy) => (policy[field] ? 'required' : 'not required'),
  };
}

/** A call replaces the whole policy: what it does not name falls back to what AWS takes. */
const CLI =
  'aws iam update-account-password-policy --minimum-password-length 14 --require-uppercase-characters --require-lowercase-characters --require-numbers --require-symbols --allow-users-to-change-password --max-password-age 90 --password-reuse-prevention 24';

function checkOf({ holds, told, option, raised: _, ...text }: Demand): Check {
  return {
    ...text,
    section: 7,
    cis: text.cis ?? {},
    fix: {
      console: 'IAM > Account settings > Password policy > Edit > Custom',
      cli: `${CLI}   # here: ${option}`,
    },
    async judge(facts) {
      const policy = await facts.passwordPolicy();
      if (policy !== undefined && holds(policy)) return [pass(facts.accountArn, told(policy))];
      if (await bindsNobody(facts)) return [notApplicable(facts.accountArn, 'no user has a password')];
      if (policy === undefined)
        return [
          fail(facts.accountArn, 'the account has no password policy: 8 characters, no expiry, any reuse'),
        ];
      return [fail(facts.accountArn, told(policy))];
    },
  };
}

/** False when it is not known. */
async function bindsNobody(facts: Facts): Promise<boolean> {
  try {
    return (await consoleUsers(facts)).length === 0;
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return false;
  }
}

/** Where the account has none of its own: what AWS asks for then must not become less. */
const FIRST_POLICY: PasswordPolicy = {
  minimumLength: 14,
  requiresUppercase: true,
  requiresLowercase: true,
  requiresNumbers: true,
  requiresSymbols: true,
  mayChange: true,
  isHardExpiry: false,
};

/** One call for all of `checks` that do not hold: it keeps whatever else the policy says. */
export async function policySteps(facts: Facts, checks: readonly Check[]): Promise<FixStep[]> {
  const before = await facts.passwordPolicy();
  const broken = DEMANDS.filter(
    ({ id, holds }) => checks.some((check) => check.id === id) && (before === undefined || !holds(before)),
  );
  if (broken.length === 0) return [];
  const after: PasswordPolicy = Object.assign(
    { ...(before ?? FIRST_POLICY) },
    ...broken.map(({ raised }) => raised),
  );
  const changes = DEMANDS.filter(({ told }) => before === undefined || told(before) !== told(after)).map(
    ({ id, told }) => `${id}: ${before === undefined ? 'AWS default' : told(before)} -> ${told(after)}`,
  );
  return [
    {
      check: broken.map(({ id }) => id).join(', '),
      text: `set the password policy; ${changes.join('; ')}`,
      change: {
        run: async ({ account }) => {
          await account.setPasswordPolicy(after);
          return 'the password policy is set; it holds for the next password of each user';
        },
      },
    },
  ];
}

export const PASSWORD_POLICY_CHECKS: readonly Check[] = DEMANDS.map(checkOf);
