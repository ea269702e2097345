/**
 * Filter patterns of CloudWatch Logs for JSON events (docs: "Filter pattern syntax"), evaluated, so that a metric filter is judged by which
 * events it counts and not by how it is written.
 */
export type EventFilter = (event: unknown) => boolean;

/** Undefined for a pattern that is not understood. */
export function readFilterPattern(pattern: string): EventFilter | undefined {
  const text = pattern.trim();
  if (text === '') return () => true;
  const inner = /^\{([\s\S]*)\}$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const tokens = tokensOf(inner);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  const filter = reader.any();
  return filter !== undefined && reader.isAtEnd ? filter : undefined;
}

type Token =
  | { type: 'mark'; text: string }
  | { type: 'field'; path: readonly string[] }
  | { type: 'regex'; source: string }
  /** `isQuoted` sets texts apart from words such as NOT. */
  | { type: 'text'; text: string; isQuoted: boolean };

const TOKEN =
  /\s*(?:(?<mark>&&|\|\||!=|<=|>=|[()=<>])|"(?<quoted>(?:[^"\\]|\\.)*)"|(?<field>\$(?:\.[\w-]+|\[(?:\d+|\*|"[^"]*"|'[^']*')\])+)|%(?<regex>[^%]+)%|(?<word>[^\s()=<>!&|"]+))/gy;

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && text.slice(TOKEN.lastIndex).trim() !== '') {
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) return undefined;
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf({ mark, quoted, field, regex, word = '' }: Record<string, string | undefined>): Token {
  if (mark !== undefined) return { type: 'mark', text: mark };
  if (quoted !== undefined) return { type: 'text', text: quoted.replace(/\\(.)/g, '$1'), isQuoted: true };
  if (field !== undefined) return { type: 'field', path: pathOf(field) };
  if (regex !== undefined) return { type: 'regex', source: regex };
  return { type: 'text', text: word, isQuoted: false };
}

function pathOf(field: string): string[] {
  return [...field.matchAll(/\.([\w-]+)|\[["']?([^\]"']+)["']?\]/g)].map(([, name, index]) => name ?? index!);
}

/** Reads by descent: `||` binds least, then `&&`. Every method gives undefined for what it does not understand. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  any(): EventFilter | undefined {
    return this.#joined(
      '||',
      () => this.#all(),
      (filters) => (event) => filters.some((filter) => filter(event)),
    );
  }

  #all(): EventFilter | undefined {
    return this.#joined(
      '&&',
      () => this.#one(),
      (filters) => (event) => filters.every((filter) => filter(event)),
    );
  }

  #joined(
    mark: string,
    next: () => EventFilter | undefined,
    join: (filters: EventFilter[]) => EventFilter,
  ): EventFilter | undefined {
    const filters: EventFilter[] = [];
    do {
      const filter = next();
      if (filter === undefined) return undefined;
      filters.push(filter);
    } while (this.#takes(mark));
    return join(filters);
  }

  #one(): EventFilter | undefined {
    if (this.#takes('(')) {
      const inner = this.any();
      return this.#takes(')') ? inner : undefined;
    }
    const field = this.#tokens[this.#at++];
    if (field?.type !== 'field') return undefined;
    const holds = this.#test();
    return holds && ((event) => holds(valuesAt(event, field.path)));
  }

  #test(): ((values: readonly unknown[]) => boolean) | undefined {
    if (this.#takes('NOT')) return this.#takes('EXISTS') ? (values) => values.length === 0 : undefined;
    if (this.#takes('EXISTS')) return (values) => values.length > 0;
    if (this.#takes('IS')) return this.#isTest();
    const operator = this.#tokens[this.#at++];
    const value = this.#tokens[this.#at++];
    if (operator?.type !== 'mark' || value === undefined) return undefined;
    const compare = comparison(operator.text, value);
    // What is not there is neither equal nor different.
    return compare && ((values) => values.some(compare));
  }

  #isTest(): ((values: readonly unknown[]) => boolean) | undefined {
    for (const [word, wanted] of [
      ['TRUE', true],
      ['FALSE', false],
      ['NULL', null],
    ] as const)
      if (this.#takes(word)) return (values) => values.includes(wanted);
    return undefined;
  }

  /** Words in any case. */
  #takes(wanted: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.type === 'field' || token.type === 'regex') return false;
    const isIt =
      token.type === 'mark' ? token.text === wanted : !token.isQuoted && token.text.toUpperCase() === wanted;
    if (isIt) this.#at++;
    return isIt;
  }
}

function comparison(operator: string, value: Token): ((actual: unknown) => boolean) | undefined {
  const isSame = sameness(value);
  if (operator === '=') return isSame;
  if (operator === '!=') return isSame && ((actual) => !isSame(actual));
  const bound = value.type === 'text' ? Number(value.text) : Number.NaN;
  if (Number.isNaN(bound)) return undefined;
  const numbers: Readonly<Record<string, (a: number) => boolean>> = {
    '<': (a) => a < bound,
    '>': (a) => a > bound,
    '<=': (a) => a <= bound,
    '>=': (a) => a >= bound,
  };
  const test = numbers[operator];
  return test && ((actual) => typeof actual === 'number' && test(actual));
}

/** A `*` stands for any run of characters, in quotes too. */
function sameness(value: Token): ((actual: unknown) => boolean) | undefined {
  if (value.type === 'text') {
    const parts = value.text.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
    const wanted = new RegExp(`^${parts.join('[^]*')}$`);
    return (actual) => isPlain(actual) && wanted.test(String(actual));
  }
  if (value.type !== 'regex') return undefined;
  const wanted = regexOf(value.source);
  return wanted && ((actual) => isPlain(actual) && wanted.test(String(actual)));
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function regexOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** What stands at `path`: nothing, one value, or with `*` all of a list. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (name === '*') return Object.values(value).flatMap((item) => valuesAt(item, rest));
  return Object.hasOwn(value, name) ? valuesAt((value as Record<string, unknown>)[name], rest) : [];
}
