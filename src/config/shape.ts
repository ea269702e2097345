import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { parseDuration } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';
import { openYaml, type WhereIs } from './yaml.ts';

/** A seed of thousands of users in the flow style has many; what recursion can take is bounded by indents. */
const MOST_BRACKETS = 200_000;

/** What stands somewhere in a file. */
export interface Located {
  node: Node | null;
  /** `file:line:column`. */
  where: string;
  whereIs: WhereIs;
}

/** Reads one value, or throws a UsageError that begins with its place. Shapes are built out of shapes. */
export type Shape<T> = (value: Located) => T;

/** YAML, and so JSON. An empty text is an empty mapping. */
export function parseShaped<T>(text: string, shownAs: string, shape: Shape<T>): T {
  const { root = null, whereIs } = openYaml(text, shownAs, MOST_BRACKETS);
  return shape({ node: root, where: root === null ? shownAs : whereIs(startOf(root)), whereIs });
}

/** A mapping of these keys, all optional. */
export function record<T extends object>(
  fields: { [K in keyof T]-?: Shape<Exclude<T[K], undefined>> },
): Shape<T> {
  return (value) => {
    const result: Partial<T> = {};
    for (const { key, where, value: item } of entriesOf(value)) {
      if (!Object.hasOwn(fields, key))
        throw new UsageError(`${where}: unknown key ${quote(key)}${didYouMean(key, Object.keys(fields))}`);
      result[key as keyof T] = fields[key as keyof T](item);
    }
    return result as T;
  };
}

/** As `record`, some keys mandatory. */
export function recordWith<T extends object>(
  mandatory: readonly (keyof T & string)[],
  fields: { [K in keyof T]-?: Shape<Exclude<T[K], undefined>> },
): Shape<T> {
  const read = record(fields);
  return (value) => {
    const result = read(value);
    const missing = mandatory.find((key) => !Object.hasOwn(result, key));
    if (missing !== undefined) throw new UsageError(`${value.where}: ${quote(missing)} is missing`);
    return result;
  };
}

/** A mapping of one of several shapes: what stands at `key` is the name of its own. */
export function variant<T extends object>(key: string, shapes: Readonly<Record<string, Shape<T>>>): Shape<T> {
  const names = Object.keys(shapes);
  return (value) => {
    const entry = entriesOf(value).find((each) => each.key === key);
    if (entry === undefined)
      throw new UsageError(`${value.where}: ${quote(key)} is missing: ${names.join(', ')}`);
    return shapes[oneOf(...names)(entry.value)]!(value);
  };
}

/** A mapping of any keys. */
export function mapOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value) => Object.fromEntries(entriesOf(value).map(({ key, value: item }) => [key, shape(item)]));
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return ({ node, where, whereIs }) => {
    if (!isSeq(node)) throw expected(where, 'a list');
    return node.items.map((item) => {
      const at = isNode(item) ? item : null;
      return shape({ node: at, where: at === null ? where : whereIs(startOf(at)), whereIs });
    });
  };
}

/** A text; `check` says what is wrong with it, if anything. */
export function textWhere(check: (text: string) => string | undefined): Shape<string> {
  return (value) => {
    const text = scalarOf(value);
    if (typeof text === 'number') throw expected(value.where, 'a text (put it in quotes)');
    if (typeof text !== 'string') throw expected(value.where, 'a text');
    const wrong = check(text);
    if (wrong !== undefined) throw new UsageError(`${value.where}: ${wrong}`);
    return text;
  };
}

export const text: Shape<string> = textWhere(() => undefined);

export function oneOf<const T extends string>(...choices: readonly T[]): Shape<T> {
  return textWhere((given) =>
    (choices as readonly string[]).includes(given)
      ? undefined
      : `${quote(given)} is not one of ${choices.join(', ')}${didYouMean(given, choices)}`,
  ) as Shape<T>;
}

export const flag: Shape<boolean> = (value) => {
  const given = scalarOf(value);
  if (typeof given !== 'boolean') throw expected(value.where, 'true or false');
  return given;
};

/** A whole number from `least` on. */
export function count(least = 0): Shape<number> {
  return (value) => {
    const given = scalarOf(value);
    if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < least)
      throw expected(value.where, `a whole number from ${least} on`);
    return given;
  };
}

/** Whatever stands there, as plain data: a policy document, say. */
export const anything: Shape<unknown> = ({ node }) => node?.toJSON() ?? null;

/** What the shape reads, then what `to` makes of it; what `to` throws gets its place. */
export function mapped<T, U>(shape: Shape<T>, to: (value: T) => U): Shape<U> {
  return (value) => {
    const read = shape(value);
    try {
      return to(read);
    } catch (error) {
      throw new UsageError(`${value.where}: ${(error as Error).message}`, { cause: error });
    }
  };
}

function entriesOf({ node, where, whereIs }: Located): { key: string; where: string; value: Located }[] {
  if (node === null) return [];
  if (!isMap(node)) throw expected(where, '"key: value" lines');
  return node.items.map((pair) => {
    if (!isScalar(pair.key)) throw expected(where, 'plain words as keys');
    const at = whereIs(startOf(pair.key));
    const item = isNode(pair.value) ? pair.value : null;
    return {
      key: String(pair.key.value),
      where: at,
      value: { node: item, where: item === null ? at : whereIs(startOf(item)), whereIs },
    };
  });
}

function scalarOf({ node, where }: Located): unknown {
  if (!isScalar(node)) throw expected(where, 'a single value');
  return node.value;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function expected(where: string, what: string): UsageError {
  return new UsageError(`${where}: expected ${what}`);
}

function quote(given: string): string {
  return JSON.stringify(given.length > 60 ? `${given.slice(0, 57)}...` : given);
}

/** A text such as 90d, in milliseconds. */
export function lengthOfTime({ mayBeZero = false } = {}): Shape<number> {
  return mapped(text, (given) => {
    const length = parseDuration(given);
    if (length === undefined || (length === 0 && !mayBeZero))
      throw new RangeError(`${JSON.stringify(given)} is no length of time such as 90d, 12h or 2w`);
    return length;
  });
}
