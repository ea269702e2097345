import { isLike } from '../../base/wildcard.ts';
import type { Statement } from './document.ts';

/** What a request is known to say: of a role that is passed, to which service. */
export interface Request {
  action: string;
  resource: string;
  /** Such as `ec2.amazonaws.com`. */
  passedTo?: string;
}

/** Whether the conditions of a statement hold; `maybe` where they ask for what is not known, such as MFA. */
export type Holding = 'always' | 'maybe' | 'never';

const PASSED_TO = 'iam:passedtoservice';

/** Conditions that say which policy, under which boundary, or to whom: rights under these do not lead everywhere. */
const TIES: readonly string[] = ['iam:policyarn', 'iam:permissionsboundary', PASSED_TO];

export function holding({ conditions }: Statement, { action, passedTo }: Request, isTying = true): Holding {
  let holds: Holding = 'always';
  for (const [operator, keys] of conditions) {
    for (const [key, values] of keys) {
      const one =
        key === PASSED_TO && passedTo !== undefined && action === 'iam:PassRole'
          ? isPassedTo(operator, values, passedTo)
          : isTying && TIES.includes(key)
            ? 'never'
            : 'maybe';
      if (one === 'never') return 'never';
      if (one === 'maybe') holds = 'maybe';
    }
  }
  return holds;
}

function isPassedTo(operator: string, values: readonly string[], service: string): Holding {
  const name = operator.replace(/^for(?:any|all)values?:/, '').replace(/ifexists$/, '');
  const isSame = values.some((value) => baseName(value) === service);
  const isAlike = values.some((value) => isLike(service, baseName(value)));
  switch (name) {
    case 'stringequals':
    case 'stringequalsignorecase':
      return isSame ? 'always' : 'never';
    case 'stringlike':
      return isAlike ? 'always' : 'never';
    case 'stringnotequals':
    case 'stringnotequalsignorecase':
      return isSame ? 'never' : 'always';
    case 'stringnotlike':
      return isAlike ? 'never' : 'always';
    default:
      return 'maybe';
  }
}

/** In China some services go by `ec2.amazonaws.com.cn`. */
export function baseName(service: string): string {
  return service.replace(/\.cn$/, '');
}
