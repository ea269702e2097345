import type { Subject } from './access.ts';
import { baseName, comparing } from './conditions.ts';
import { EVERYBODY, isAboutAction, type Statement } from './document.ts';

/**
 * Whether a trust policy lets a service, such as `ec2.amazonaws.com`, assume its role. Conditions are not asked, but for those on
 * everybody: they are about people, and services do not meet them.
 */
export function doesTrust(trust: readonly Statement[], service: string): boolean {
  const speaks = (one: Statement) =>
    isAboutAction(one, 'sts:AssumeRole') && one.services.some((name) => isMeant(name, one, service));
  const isDenied = trust.some((one) => one.effect === 'Deny' && one.conditions.size === 0 && speaks(one));
  return !isDenied && trust.some((one) => one.effect === 'Allow' && speaks(one));
}

function isMeant(name: string, { conditions }: Statement, service: string): boolean {
  return name === EVERYBODY ? conditions.size === 0 : baseName(name.toLowerCase()) === service;
}

/**
 * How a trust policy lets a user or role of the account assume its role: `named` needs no policy beside it, and neither does everybody
 * (IAM User Guide, All principals); `account` does (IAM User Guide, Cross-account policy evaluation). Conditions are not asked, but for
 * those on everybody that are about who asks.
 */
export function trustIn(trust: readonly Statement[], subject: Subject): 'named' | 'account' | 'none' {
  const { arn, accountId, partition } = subject;
  const account = [accountId, `arn:${partition}:iam::${accountId}:root`];
  const names = (effect: Statement['effect'], meant: readonly string[]) =>
    trust.some(
      (one) =>
        one.effect === effect &&
        (effect === 'Allow' || one.conditions.size === 0) &&
        isAboutAction(one, 'sts:AssumeRole') &&
        one.principals.some(
          (name) => meant.includes(name) && (name !== EVERYBODY || !isExcluded(one, subject)),
        ),
    );
  if (names('Deny', [arn, ...account, EVERYBODY])) return 'none';
  if (names('Allow', [arn, EVERYBODY])) return 'named';
  return names('Allow', account) ? 'account' : 'none';
}

function isExcluded({ conditions }: Statement, { arn, accountId, name }: Subject): boolean {
  const known = new Map([
    ['aws:principalarn', arn.toLowerCase()],
    ['aws:principalaccount', accountId],
    ...(arn.includes(':user/') ? [['aws:username', name.toLowerCase()] as const] : []),
  ]);
  return [...conditions].some(([operator, keys]) =>
    [...keys].some(([key, values]) => {
      const actual = known.get(key);
      return actual !== undefined && comparing(operator, values, actual) === 'never';
    }),
  );
}
