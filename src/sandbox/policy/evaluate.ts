import { isLike } from '../../base/wildcard.ts';
import { type Context, doHold, fill } from './conditions.ts';
import type { Patterns, Statement } from './document.ts';

export interface PolicyRequest {
  /** Such as `iam:CreateAccessKey`. */
  action: string;
  /** An ARN, or `*` for an action that is about no resource in particular. */
  resource: string;
  context: Context;
}

/** `none`: nothing speaks of it, which denies as well. */
export type Verdict = 'allow' | 'deny' | 'none';

/** A Deny anywhere outweighs every Allow. */
export function evaluate(statements: readonly Statement[], request: PolicyRequest): Verdict {
  const effects = new Set(
    statements.filter((statement) => isAbout(statement, request)).map(({ effect }) => effect),
  );
  if (effects.has('Deny')) return 'deny';
  return effects.has('Allow') ? 'allow' : 'none';
}

/** As `evaluate`, for a trust policy: statements about `principals` only, by any of the names that the caller goes by. */
export function evaluateTrust(
  statements: readonly Statement[],
  callerNames: readonly string[],
  request: PolicyRequest,
): Verdict {
  const about = statements.filter(({ principals }) =>
    principals.some((principal) => principal === '*' || callerNames.includes(principal)),
  );
  // A trust policy is about the role it stands on.
  return evaluate(
    about.map((statement) => ({ ...statement, resources: EVERYTHING })),
    request,
  );
}

const EVERYTHING: Patterns = { isNot: false, patterns: ['*'] };

function isAbout(
  { actions, resources, conditions }: Statement,
  { action, resource, context }: PolicyRequest,
): boolean {
  const lower = action.toLowerCase();
  return (
    doMatch(actions, (pattern) => isLike(lower, pattern.toLowerCase())) &&
    doMatch(resources, (pattern) => isLike(resource, fill(pattern, context))) &&
    doHold(conditions, context)
  );
}

function doMatch({ isNot, patterns }: Patterns, test: (pattern: string) => boolean): boolean {
  return patterns.some(test) !== isNot;
}
