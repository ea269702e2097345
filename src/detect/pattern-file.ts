import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { errorMessage, UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';
import { expandExample } from './example.ts';
import {
  ALPHABETS,
  ANCHOR_FORMS,
  BOUNDARIES,
  type DerivedRule,
  type Nearby,
  type Pattern,
  type PatternAnchor,
  type Raise,
  READERS,
} from './pattern.ts';
import { checkRegex, RegexProblem } from './regex-safety.ts';
import { createRandom } from './sample.ts';
import { CONFIDENCES, type TailAlphabet } from './types.ts';

/*
 * Reads pattern files. Loads the yaml package, so callers import this file when there is one to read: the built-in patterns are compiled
 * ahead (scripts/build-patterns.mjs).
 */

const TAILS = ['upper', 'base64', 'hex'] as const satisfies readonly TailAlphabet[];
const PATTERN_KEYS = [
  'id',
  'kind',
  'title',
  'confidence',
  'remediation',
  'reader',
  'anchors',
  'regex',
  'ignoreCase',
  'reach',
  'boundary',
  'entropy',
  'alphabet',
  'labels',
  'raise',
  'match',
  'reject',
] as const;

/** Literal bytes and the tail behind them have to fit into what a delta shows around a change. */
const LIMITS = {
  anchor: { least: 3, most: 32 },
  tail: 180,
  before: 256,
  after: 16_384,
  within: 200,
  anchors: 64,
};
const DEFAULT_REACH = { before: 64, after: 512 };
const DEEPEST_INDENT = 100;
const MOST_BRACKETS = 2000;

/**
 * The patterns of one file. Every mistake is a UsageError `file:line:column: message`; the first one ends the reading.
 * `shownAs` is what messages call the file.
 */
export function parsePatternFile(text: string, shownAs: string): Pattern[] {
  const { file, map } = openFile(text, shownAs);
  return toPatterns(file, map, file.fields(map, ['patterns']), false);
}

/**
 * The same for a file of ours, which may name readers (they may change from version to version) and derived rules.
 * @public scripts/build-patterns.mjs calls it.
 */
export function parseBuiltinFile(
  text: string,
  shownAs: string,
): { patterns: Pattern[]; derived: DerivedRule[] } {
  const { file, map } = openFile(text, shownAs);
  const fields = file.fields(map, ['patterns', 'derived']);
  return {
    patterns: toPatterns(file, map, fields, true),
    derived: file.list(fields, 'derived', map).map((node) => toDerivedRule(file, node)),
  };
}

function openFile(text: string, shownAs: string): { file: Places; map: YAMLMap } {
  const lines = new LineCounter();
  const file = new Places(shownAs, lines);
  const root = parseRoot(text, file, lines);
  return { file, map: file.map(root, 'a pattern file is a mapping with the key "patterns"') };
}

function toPatterns(file: Places, map: YAMLMap, fields: Fields, isBuiltin: boolean): Pattern[] {
  const patterns = file.list(fields, 'patterns', map).map((node) => toPattern(file, node, isBuiltin));
  const seen = new Map<string, string>();
  for (const { pattern, where } of patterns) {
    const first = seen.get(pattern.id);
    if (first !== undefined)
      throw new UsageError(`${where}: pattern "${pattern.id}" is there already, at ${first}`);
    seen.set(pattern.id, where);
  }
  return patterns.map(({ pattern }) => pattern);
}

function toDerivedRule(file: Places, node: Node | null): DerivedRule {
  const map = file.map(node, 'a derived rule is a mapping');
  const fields = file.fields(map, ['id', 'kind', 'title', 'remediation']);
  const text = (name: string) => file.string(file.required(fields, name, map), name).trim();
  return { id: text('id'), kind: text('kind'), title: text('title'), remediation: text('remediation') };
}

function parseRoot(text: string, file: Places, lines: LineCounter): Node | null {
  // The parser recurses; a file that nests like this is no pattern file.
  if (
    text.split('\n').some((line) => line.search(/[^\s?:-]|$/) > DEEPEST_INDENT) ||
    text.split(/[[{]/).length > MOST_BRACKETS
  ) {
    throw new UsageError(`${file.shownAs}:1:1: nested too deeply`);
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const mistake = document.errors[0];
  if (mistake !== undefined)
    throw new UsageError(`${file.at(mistake.pos[0])}: ${errorMessage(mistake.message)}`);
  return document.contents;
}

/** The fields of a mapping by name, each with its place. */
type Fields = ReadonlyMap<string, { node: Node | null; keyAt: number }>;

/** Reads typed values out of YAML nodes and says where a wrong one stands. */
class Places {
  readonly shownAs: string;
  readonly #lines: LineCounter;

  constructor(shownAs: string, lines: LineCounter) {
    this.shownAs = shownAs;
    this.#lines = lines;
  }

  at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.shownAs}:${line}:${col}`;
  }

  where(node: Node | null | undefined): string {
    return this.at(node?.range?.[0] ?? 0);
  }

  fail(node: Node | null | undefined, message: string): never {
    throw new UsageError(`${this.where(node)}: ${message}`);
  }

  map(node: Node | null, message: string): YAMLMap {
    if (isAlias(node)) this.fail(node, 'aliases are not supported');
    return isMap(node) ? node : this.fail(node, message);
  }

  fields(map: YAMLMap, names: readonly string[]): Fields {
    const fields = new Map<string, { node: Node | null; keyAt: number }>();
    for (const pair of map.items) {
      if (!isPair(pair) || !isScalar(pair.key)) return this.fail(map, 'a key must be a plain word');
      const name = String(pair.key.value);
      if (!names.includes(name)) {
        this.fail(
          pair.key,
          `unknown key "${name}"${didYouMean(name, names) || `; known are ${names.join(', ')}`}`,
        );
      }
      fields.set(name, { node: pair.value as Node | null, keyAt: pair.key.range?.[0] ?? 0 });
    }
    return fields;
  }

  required(fields: Fields, name: string, map: YAMLMap): Node | null {
    const field = fields.get(name);
    return field === undefined ? this.fail(map, `"${name}" is missing`) : field.node;
  }

  list(fields: Fields, name: string, map: YAMLMap): (Node | null)[] {
    const node = this.required(fields, name, map);
    if (!isSeq(node)) throw new UsageError(`${this.at(fields.get(name)!.keyAt)}: "${name}" must be a list`);
    return node.items as (Node | null)[];
  }

  string(node: Node | null, name: string): string {
    if (!isScalar(node) || typeof node.value !== 'string' || node.value === '')
      return this.fail(node, `"${name}" must be text`);
    return node.value;
  }

  number(node: Node | null, name: string, least: number, most: number): number {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number' || value < least || value > most) {
      return this.fail(node, `"${name}" must be a number from ${least} to ${most}`);
    }
    return value;
  }

  whole(node: Node | null, name: string, least: number, most: number): number {
    const value = this.number(node, name, least, most);
    return Number.isInteger(value) ? value : this.fail(node, `"${name}" must be a whole number`);
  }

  boolean(node: Node | null, name: string): boolean {
    return isScalar(node) && typeof node.value === 'boolean'
      ? node.value
      : this.fail(node, `"${name}" must be true or false`);
  }

  oneOf<T extends string>(node: Node | null, name: string, values: readonly T[]): T {
    const value = isScalar(node) ? String(node.value) : '';
    const known = values.find((each) => each === value);
    return (
      known ?? this.fail(node, `"${name}" must be one of ${values.join(', ')}${didYouMean(value, values)}`)
    );
  }

  strings(node: Node | null, name: string): string[] {
    if (!isSeq(node)) return this.fail(node, `"${name}" must be a list`);
    return node.items.map((item) => this.string(item as Node | null, name));
  }
}

function toPattern(file: Places, node: Node | null, isBuiltin: boolean): { pattern: Pattern; where: string } {
  const map = file.map(node, 'a pattern is a mapping');
  const fields = file.fields(map, PATTERN_KEYS);
  const optional = <T>(name: string, read: (node: Node | null) => T): T | undefined => {
    const field = fields.get(name);
    return field === undefined ? undefined : read(field.node);
  };
  const text = (name: string) => file.string(file.required(fields, name, map), name);
  const readerField = fields.get('reader');
  if (readerField !== undefined && !isBuiltin) {
    throw new UsageError(
      `${file.at(readerField.keyAt)}: "reader" is for built-in patterns only; use "regex"`,
    );
  }
  const reader = optional('reader', (value) => file.oneOf(value, 'reader', READERS));
  const ignoreCase = optional('ignoreCase', (value) => file.boolean(value, 'ignoreCase')) ?? false;
  const regex = optional('regex', (value) => toRegex(file, value, ignoreCase));
  if (regex === undefined && reader === undefined) file.fail(map, '"regex" is missing');
  const entropy = optional('entropy', (value) => file.number(value, 'entropy', 0, 8));
  const alphabet = optional('alphabet', (value) => file.oneOf(value, 'alphabet', ALPHABETS));
  const near = optional('labels', (value) => toLabels(file, value));
  const pattern: Pattern = {
    id: toId(file, file.required(fields, 'id', map), 'id'),
    kind: toId(file, file.required(fields, 'kind', map), 'kind'),
    title: text('title'),
    remediation: text('remediation').trim(),
    confidence: file.oneOf(file.required(fields, 'confidence', map), 'confidence', CONFIDENCES),
    anchors: toAnchors(file, fields, map),
    ...(reader === undefined ? {} : { reader }),
    ...(regex === undefined ? {} : { regex }),
    ignoreCase,
    ...(optional('reach', (value) => toReach(file, value)) ?? DEFAULT_REACH),
    boundary: optional('boundary', (value) => file.oneOf(value, 'boundary', BOUNDARIES)) ?? 'word',
    ...(entropy === undefined ? {} : { entropy }),
    ...(alphabet === undefined ? {} : { alphabet }),
    ...(near === undefined ? {} : { near }),
    raise: optional('raise', (value) => toRaises(file, value)) ?? [],
    examples: {
      match: toExamples(file, file.required(fields, 'match', map), 'match'),
      reject: optional('reject', (value) => toExamples(file, value, 'reject')) ?? [],
    },
  };
  return { pattern, where: file.where(map) };
}

function toId(file: Places, node: Node | null, name: string): string {
  const id = file.string(node, name);
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)
    ? id
    : file.fail(node, `"${name}" must be of lower-case words joined by hyphens`);
}

function toAnchors(file: Places, fields: Fields, map: YAMLMap): PatternAnchor[] {
  if (!fields.has('anchors'))
    file.fail(map, '"anchors" is missing: literal text of which every match holds a part');
  const anchors = file.list(fields, 'anchors', map);
  if (anchors.length === 0 || anchors.length > LIMITS.anchors) {
    throw new UsageError(
      `${file.at(fields.get('anchors')!.keyAt)}: a pattern has 1 to ${LIMITS.anchors} anchors`,
    );
  }
  return anchors.map((node) => toAnchor(file, node));
}

function toAnchor(file: Places, node: Node | null): PatternAnchor {
  if (isScalar(node)) return { text: toAnchorText(file, node), forms: ['plain'] };
  const map = file.map(node, 'an anchor is text, or a mapping with the key "text"');
  const fields = file.fields(map, ['text', 'tail', 'min', 'forms']);
  const alphabet = fields.get('tail');
  const min = fields.get('min');
  if ((alphabet === undefined) !== (min === undefined)) file.fail(map, '"tail" and "min" go together');
  const forms = fields.get('forms');
  return {
    text: toAnchorText(file, file.required(fields, 'text', map)),
    ...(alphabet === undefined || min === undefined
      ? {}
      : {
          tail: {
            alphabet: file.oneOf(alphabet.node, 'tail', TAILS),
            min: file.whole(min.node, 'min', 1, LIMITS.tail),
          },
        }),
    forms: forms === undefined ? ['plain'] : toForms(file, forms.node),
  };
}

function toForms(file: Places, node: Node | null): PatternAnchor['forms'] {
  if (!isSeq(node) || node.items.length === 0) return file.fail(node, '"forms" must be a list');
  return node.items.map((item) => file.oneOf(item as Node | null, 'forms', ANCHOR_FORMS));
}

function toAnchorText(file: Places, node: Node | null): string {
  const text = file.string(node, 'anchor');
  const { least, most } = LIMITS.anchor;
  const length = Buffer.byteLength(text);
  if (length < least || length > most)
    file.fail(node, `an anchor has ${least} to ${most} bytes, not ${length}`);
  return Buffer.from(text).toString('latin1');
}

function toRegex(file: Places, node: Node | null, ignoreCase: boolean): string {
  const source = file.string(node, 'regex');
  try {
    checkRegex(source, ignoreCase);
    new RegExp(source, 'd');
  } catch (error) {
    const offset = error instanceof RegexProblem ? error.at : 0;
    throw new UsageError(`${file.at(offsetInScalar(node as Scalar, offset))}: regex: ${errorMessage(error)}`);
  }
  return source;
}

/** Where a character of a scalar stands in the file: exact on one line, the scalar's start for blocks and escapes. */
function offsetInScalar(node: Scalar & Node, offset: number): number {
  const start = node.range?.[0] ?? 0;
  const quote = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? 1 : 0;
  const isOneLine = node.type === 'PLAIN' || node.type === 'QUOTE_SINGLE';
  return isOneLine ? start + quote + offset : start;
}

function toReach(file: Places, node: Node | null): { before: number; after: number } {
  const fields = file.fields(file.map(node, '"reach" is a mapping'), ['before', 'after']);
  const read = (name: 'before' | 'after') => {
    const field = fields.get(name);
    return field === undefined ? DEFAULT_REACH[name] : file.whole(field.node, name, 0, LIMITS[name]);
  };
  return { before: read('before'), after: read('after') };
}

function toLabels(file: Places, node: Node | null): Nearby {
  if (isSeq(node)) return { words: file.strings(node, 'labels'), within: LIMITS.within };
  const map = file.map(node, '"labels" is a list of words, or a mapping with the keys "words" and "within"');
  return toNearby(file, map, file.fields(map, ['words', 'within']));
}

function toNearby(file: Places, map: YAMLMap, fields: Fields): Nearby {
  const within = fields.get('within');
  return {
    words: file.strings(file.required(fields, 'words', map), 'words'),
    within: within === undefined ? LIMITS.within : file.whole(within.node, 'within', 1, LIMITS.within),
  };
}

function toRaises(file: Places, node: Node | null): Raise[] {
  if (!isSeq(node)) return file.fail(node, '"raise" must be a list');
  return node.items.map((item) => {
    const map = file.map(item as Node | null, 'an entry of "raise" is a mapping');
    const fields = file.fields(map, ['words', 'within', 'to']);
    return {
      ...toNearby(file, map, fields),
      to: file.oneOf(file.required(fields, 'to', map), 'to', CONFIDENCES),
    };
  });
}

function toExamples(file: Places, node: Node | null, name: string): string[] {
  if (!isSeq(node)) return file.fail(node, `"${name}" must be a list`);
  return node.items.map((item) => {
    const example = file.string(item as Node | null, name);
    try {
      expandExample(example, createRandom(1));
    } catch (error) {
      return file.fail(item as Node | null, errorMessage(error));
    }
    return example;
  });
}
