import { ServiceError } from '../errors.ts';
import { CONDITION_OPERATORS, type Conditions } from './conditions.ts';

/** A statement of a policy, lists made of what may stand alone. */
export interface Statement {
  effect: 'Allow' | 'Deny';
  /** `not`: whatever matches none of the patterns. */
  actions: Patterns;
  resources: Patterns;
  /** AWS principals of a trust policy; `*` is everybody. */
  principals: readonly string[];
  conditions: Conditions;
}

export interface Patterns {
  isNot: boolean;
  patterns: readonly string[];
}

/** Throws MalformedPolicyDocument for what is no policy, and for conditions that the sandbox cannot evaluate. */
export function parsePolicy(text: string): Statement[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('The policy is not in the valid JSON format.');
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document))
    throw malformed('Missing required field Statement');
  return listOf(document.Statement).map(toStatement);
}

function toStatement(statement: unknown): Statement {
  if (typeof statement !== 'object' || statement === null) throw malformed('A statement is no object.');
  const { Effect, Principal, Condition = {}, ...rest } = statement as Record<string, unknown>;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('Effect must be Allow or Deny.');
  const conditions = Condition as Conditions;
  for (const operator of Object.keys(conditions)) {
    const name = operator.replace(/^For(?:Any|All)Values?:/, '').replace(/IfExists$/, '');
    if (!Object.hasOwn(CONDITION_OPERATORS, name))
      throw malformed(`The sandbox cannot evaluate the condition operator ${operator}.`);
  }
  return {
    effect: Effect,
    actions: patternsOf(rest, 'Action', 'NotAction'),
    resources: patternsOf(rest, 'Resource', 'NotResource'),
    principals:
      Principal === '*' ? ['*'] : listOf((Principal as { AWS?: unknown } | undefined)?.AWS).map(String),
    conditions,
  };
}

function patternsOf(statement: Record<string, unknown>, is: string, isNot: string): Patterns {
  return statement[isNot] === undefined
    ? { isNot: false, patterns: listOf(statement[is]).map(String) }
    : { isNot: true, patterns: listOf(statement[isNot]).map(String) };
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
