import type { Statement } from './document.ts';
import type { Permissions } from './sources.ts';

const PRESENT = 'aws:multifactorauthpresent';

/**
 * The policy that keeps somebody from acting without MFA: a Deny of more than a few named actions wherever
 * `aws:MultiFactorAuthPresent` is not true. Undefined when there is none.
 */
export function mfaGuardOf({ sources }: Permissions): string | undefined {
  return sources.find(({ statements = [] }) => statements.some(isMfaGuard))?.label;
}

function isMfaGuard({ effect, actions, resources, conditions }: Statement): boolean {
  if (effect !== 'Deny' || resources.isNot || !resources.patterns.includes('*')) return false;
  const isBroad = actions.isNot || actions.patterns.some((pattern) => /^\*+$|^\*:\*$/.test(pattern));
  // Conditions of a statement must all hold: with a second one it denies only some of what is done without MFA.
  return isBroad && conditions.size === 1 && [...conditions].some(isWithoutMfa);
}

function isWithoutMfa([operator, keys]: [string, ReadonlyMap<string, readonly string[]>]): boolean {
  if (keys.size !== 1) return false;
  const values = keys.get(PRESENT);
  if (operator === 'boolifexists' || operator === 'bool') return values?.includes('false') ?? false;
  return operator === 'null' && (values?.includes('true') ?? false);
}
