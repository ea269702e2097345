import { isLike } from '../../base/wildcard.ts';

/** By operator, then by context key: one text or several. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is known of a request, by lower-case context key. A key that is absent is unknown, not empty. */
export type Context = ReadonlyMap<string, readonly string[]>;

type Test = (actual: string, wanted: string) => boolean;

const same: Test = (actual, wanted) => actual === wanted;
const sameIgnoringCase: Test = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const number =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));
const date =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    compare(timeOf(actual), timeOf(wanted));

interface Operator {
  test: Test;
  /** Holds when no value passes the test, and when the key is absent. */
  isNegated?: boolean;
}

export const CONDITION_OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { test: same },
  StringNotEquals: { test: same, isNegated: true },
  StringEqualsIgnoreCase: { test: sameIgnoringCase },
  StringNotEqualsIgnoreCase: { test: sameIgnoringCase, isNegated: true },
  StringLike: { test: isLike },
  StringNotLike: { test: isLike, isNegated: true },
  ArnEquals: { test: isLike },
  ArnLike: { test: isLike },
  ArnNotEquals: { test: isLike, isNegated: true },
  ArnNotLike: { test: isLike, isNegated: true },
  Bool: { test: sameIgnoringCase },
  NumericEquals: { test: number((a, b) => a === b) },
  NumericNotEquals: { test: number((a, b) => a === b), isNegated: true },
  NumericLessThan: { test: number((a, b) => a < b) },
  NumericLessThanEquals: { test: number((a, b) => a <= b) },
  NumericGreaterThan: { test: number((a, b) => a > b) },
  NumericGreaterThanEquals: { test: number((a, b) => a >= b) },
  DateEquals: { test: date((a, b) => a === b) },
  DateNotEquals: { test: date((a, b) => a === b), isNegated: true },
  DateLessThan: { test: date((a, b) => a < b) },
  DateLessThanEquals: { test: date((a, b) => a <= b) },
  DateGreaterThan: { test: date((a, b) => a > b) },
  DateGreaterThanEquals: { test: date((a, b) => a >= b) },
  /** Whether the key is absent. */
  Null: { test: same },
};

/** Whether all conditions hold. */
export function doHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      doesHold(
        operator,
        context.get(key.toLowerCase()),
        listOf(wanted).map((text) => fill(text, context)),
      ),
    ),
  );
}

/** Replaces `${aws:username}` and the like. A variable without a value matches nothing. */
export function fill(text: string, context: Context): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    return context.get(name.toLowerCase())?.[0] ?? whole;
  });
}

function doesHold(
  operator: string,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  const [, set, name = '', ifExists] =
    /^(ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') return wanted.includes(String(actual === undefined));
  const { test, isNegated = false } = CONDITION_OPERATORS[name]!;
  if (actual === undefined) return ifExists !== undefined || set === 'ForAllValues:' || isNegated;
  const passes = (value: string) => wanted.some((text) => test(value, text)) !== isNegated;
  return set === 'ForAllValues:' || (set === undefined && isNegated)
    ? actual.every(passes)
    : actual.some(passes);
}

/** ISO 8601, or seconds since the epoch. */
function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
