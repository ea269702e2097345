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
const POLICY = 'iam:policyarn';
const BOUNDARY = 'iam:permissionsboundary';

/** Conditions that say which policy, under which boundary, or to whom: rights under these do not lead everywhere. */
const TIES: readonly string[] = [POLICY, BOUNDARY, PASSED_TO];

/** Actions whose requests always have the key. */
const ALWAYS: Readonly<Record<string, RegExp>> = {
  [POLICY]: /^iam:attach/i,
  [BOUNDARY]: /^iam:put.*boundary$/i,
};

export function holding({ conditions }: Statement, request: Request, isTying = true): Holding {
  const { action, passedTo } = request;
  let holds: Holding = 'always';
  for (const [operator, keys] of conditions) {
    for (const [key, values] of keys) {
      const one =
        key === PASSED_TO && passedTo !== undefined && action === 'iam:PassRole'
          ? comparing(operator, values.map(baseName), passedTo)
          : isTying && TIES.includes(key)
            ? tying(operator, key, values, request)
            : 'maybe';
      if (one === 'never') return 'never';
      if (one === 'maybe') holds = 'maybe';
    }
  }
  return holds;
}

/**
 * Only an operator that asks for a value, and for the key to be there, ties: the others also hold of a request without the key, as most
 * of IAM's are (Service Authorization Reference, Actions defined by IAM). Where the key always is there, what is asked is whether a
 * policy that is enough may be given.
 */
function tying(
  operator: string,
  key: string,
  values: readonly string[],
  { action, resource }: Request,
): Holding {
  const { name, isLenient } = partsOf(operator);
  const isGiven = ALWAYS[key]?.test(action) === true;
  if (name === 'null') return values.includes('true') || isGiven || key === BOUNDARY ? 'maybe' : 'never';
  // That of a boundary that is taken off is the one that is there.
  if (key === BOUNDARY && /^iam:delete.*boundary$/i.test(action)) return 'maybe';
  const isNegated = /^(?:string|arn)not/.test(name);
  if (!isNegated && !/^(?:string(?:equals(?:ignorecase)?|like)|arn(?:equals|like))$/.test(name))
    return 'maybe';
  if (!isGiven) return isNegated || isLenient ? 'maybe' : 'never';
  if (values.some((value) => leadsUp(value, resource))) return 'maybe';
  return isNegated ? 'always' : 'never';
}

/** Whether a pattern, in lower case, is about policies of AWS that are enough. */
function leadsUp(pattern: string, resource: string): boolean {
  const [, partition] = resource.split(':');
  return ['administratoraccess', 'iamfullaccess'].some((name) =>
    isLike(`arn:${partition}:iam::aws:policy/${name}`, pattern),
  );
}

/** `isLenient`: holds also where the key is absent. */
function partsOf(operator: string): { name: string; isLenient: boolean } {
  const [, set, name = '', ifExists] = /^(for(?:any|all)values?:)?(.*?)(ifexists)?$/.exec(operator)!;
  return { name, isLenient: set?.startsWith('forall') === true || ifExists !== undefined };
}

/** Whether a condition holds of a key that has this value, in lower case. */
export function comparing(operator: string, values: readonly string[], actual: string): Holding {
  const isSame = values.includes(actual);
  const isAlike = values.some((value) => isLike(actual, value));
  switch (partsOf(operator).name) {
    case 'stringequals':
    case 'stringequalsignorecase':
      return isSame ? 'always' : 'never';
    case 'stringlike':
    case 'arnequals':
    case 'arnlike':
      return isAlike ? 'always' : 'never';
    case 'stringnotequals':
    case 'stringnotequalsignorecase':
      return isSame ? 'never' : 'always';
    case 'stringnotlike':
    case 'arnnotequals':
    case 'arnnotlike':
      return isAlike ? 'never' : 'always';
    default:
      return 'maybe';
  }
}

/** In China some services go by `ec2.amazonaws.com.cn`. */
export function baseName(service: string): string {
  return service.replace(/\.cn$/, '');
}
