import { isLike } from '../../base/wildcard.ts';

/** A statement of an identity or trust policy, lists made of what may stand alone. */
export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: Patterns;
  /** `actions` in lower case, to match with. */
  lowerActions: Patterns;
  /** Nothing in a trust policy, which is about the role it stands on. */
  resources: Patterns;
  /** Services that a trust policy names, such as `ec2.amazonaws.com`; `*` is everybody. Nobody in an identity policy. */
  services: readonly string[];
  /** ARNs and accounts that a trust policy names; `*` is everybody. */
  principals: readonly string[];
  /** By operator, then by key, lower-case. Empty when it always holds. */
  conditions: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** `isNot`: whatever matches none of them, as with NotAction. */
export interface Patterns {
  isNot: boolean;
  patterns: readonly string[];
}

/** Undefined for what is no policy: nothing can be said of it then. */
export function parseDocument(text: string): Statement[] | undefined {
  try {
    const { Statement: statements } = JSON.parse(text) as { Statement?: unknown };
    return statements === undefined ? undefined : listOf(statements).map(toStatement);
  } catch {
    return undefined;
  }
}

function toStatement(given: unknown): Statement {
  const { Effect, Condition, Principal, NotPrincipal, ...rest } = given as Record<string, unknown>;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new TypeError('Effect must be Allow or Deny');
  const actions = patternsOf(rest, 'Action', 'NotAction');
  return {
    effect: Effect,
    actions,
    lowerActions: { ...actions, patterns: actions.patterns.map((pattern) => pattern.toLowerCase()) },
    resources: patternsOf(rest, 'Resource', 'NotResource'),
    ...(NotPrincipal === undefined
      ? trustedBy(Principal)
      : { services: [EVERYBODY], principals: [EVERYBODY] }),
    conditions: new Map(
      Object.entries(Condition ?? {}).map(([operator, keys]) => [
        operator.toLowerCase(),
        new Map(
          Object.entries(keys as object).map(([key, values]) => [
            key.toLowerCase(),
            listOf(values).map((value) => String(value).toLowerCase()),
          ]),
        ),
      ]),
    ),
  };
}

export const EVERYBODY = '*';

/** AWS takes `*` and `{"AWS": "*"}` for the same (IAM User Guide, Principal). */
function trustedBy(principal: unknown): Pick<Statement, 'services' | 'principals'> {
  const { AWS, Service } = (principal === EVERYBODY ? { AWS: EVERYBODY } : (principal ?? {})) as Record<
    string,
    unknown
  >;
  const principals = listOf(AWS).map(String);
  return {
    services: [...listOf(Service).map(String), ...principals.filter((name) => name === EVERYBODY)],
    principals,
  };
}

function patternsOf(statement: Record<string, unknown>, is: string, isNot: string): Patterns {
  return statement[isNot] === undefined
    ? { isNot: false, patterns: listOf(statement[is]).map(String) }
    : { isNot: true, patterns: listOf(statement[isNot]).map(String) };
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Whether a statement speaks of an action on a resource, its conditions aside. */
export function isAbout(statement: Statement, action: string, resource: string): boolean {
  return (
    isAboutAction(statement, action) && doMatch(statement.resources, (pattern) => isLike(resource, pattern))
  );
}

/** Whether a statement speaks of an action, on whatever it is. */
export function isAboutAction({ lowerActions }: Statement, action: string): boolean {
  const lower = action.toLowerCase();
  return doMatch(lowerActions, (pattern) => isLike(lower, pattern));
}

function doMatch({ isNot, patterns }: Patterns, test: (pattern: string) => boolean): boolean {
  return patterns.some(test) !== isNot;
}
