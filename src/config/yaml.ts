import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { errorMessage, UsageError } from '../base/errors.ts';
import type { YamlEntry, YamlValue } from './file.ts';

/** A real configuration has a handful of either. */
const MAX_BRACKETS = 500;
const MAX_PREFIX = 200;

/**
 * The entries of a flat YAML mapping, with their places. Nothing is expanded: aliases are refused, so a small file stays small,
 * and tags are not followed.
 */
export function parseYaml(text: string, shownAs: string): YamlEntry[] {
  const { root, whereIs } = openYaml(text, shownAs);
  if (root === undefined) return [];
  if (!isMap(root)) throw new UsageError(`${whereIs(startOf(root))}: expected "key: value" lines`);
  return root.items.map((pair) => {
    if (!isPair(pair) || !isScalar(pair.key)) {
      throw new UsageError(
        `${whereIs(isNode(pair.key) ? startOf(pair.key) : 0)}: a key must be a plain word`,
      );
    }
    const at = startOf(pair.key);
    const value = isNode(pair.value) ? toValue(pair.value, whereIs) : absent(whereIs(at));
    return { key: String(pair.key.value), where: whereIs(at), value };
  });
}

/** `FILE:LINE:COLUMN` of an offset. */
export type WhereIs = (offset: number) => string;

/** The one document of a text, as nodes; no root where it is empty. Throws a UsageError for what is no YAML, or nested too deeply. */
export function openYaml(
  text: string,
  shownAs: string,
  mostBrackets = MAX_BRACKETS,
): { root: Node | undefined; whereIs: WhereIs } {
  const lines = new LineCounter();
  const whereIs = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shownAs}:${line}:${col}`;
  };
  if (isDeep(text, mostBrackets)) throw new UsageError(`${shownAs}: nested too deeply`);
  const root = parseDocument(text, lines, whereIs)?.contents ?? undefined;
  return { root: isScalar(root) && root.value === null ? undefined : root, whereIs };
}

function parseDocument(text: string, lines: LineCounter, whereIs: WhereIs): Document | undefined {
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  if (!Array.isArray(documents)) return undefined;
  const [first, second] = documents;
  const mistake = first?.errors[0];
  if (mistake !== undefined) {
    throw new UsageError(`${whereIs(mistake.pos[0])}: ${sentenceOf(mistake)}`, { cause: mistake });
  }
  if (second !== undefined)
    throw new UsageError(`${whereIs(second.range?.[0] ?? 0)}: a second document in one file`);
  return first;
}

/**
 * The parser recurses, and a regular expression compiled near the end of the stack does not throw but ends the process. So nesting
 * is bounded before it runs: by all opening brackets for the one style, by what a line begins with for the other.
 */
function isDeep(text: string, mostBrackets: number): boolean {
  let brackets = 0;
  let prefix = 0;
  let isInPrefix = true;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\n' || char === '\r') {
      isInPrefix = true;
      prefix = 0;
      continue;
    }
    if (char === '[' || char === '{') brackets++;
    isInPrefix &&= ' \t-?:'.includes(char);
    if (isInPrefix) prefix++;
    if (brackets > mostBrackets || prefix > MAX_PREFIX) return true;
  }
  return false;
}

function sentenceOf(mistake: { code: string; message: string }): string {
  if (mistake.code === 'DUPLICATE_KEY') return 'this key stands here for the second time';
  if (mistake.code === 'TAB_AS_INDENT') return 'a tab cannot indent; use spaces';
  return errorMessage(mistake.message);
}

function toValue(node: Node, whereIs: WhereIs): YamlValue {
  const where = whereIs(startOf(node));
  if (isScalar(node)) {
    const { value } = node;
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      return { type: 'scalar', value, where };
    }
    return { type: 'scalar', value: String(value), where };
  }
  if (isSeq(node)) {
    return {
      type: 'list',
      items: node.items.map((item) => (isNode(item) ? toItem(item, whereIs) : absent(where))),
      where,
    };
  }
  if (isMap(node)) return { type: 'mapping', where, located: { node, where, whereIs } };
  throw new UsageError(`${where}: anchors and aliases are not supported`);
}

/** No setting is a list of lists, so that is as deep as it goes. */
function toItem(node: Node, whereIs: WhereIs): YamlValue {
  const where = whereIs(startOf(node));
  return isSeq(node) ? { type: 'mapping', where } : toValue(node, whereIs);
}

function absent(where: string): YamlValue {
  return { type: 'scalar', value: null, where };
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
