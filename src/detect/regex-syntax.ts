/** A set of bytes, as the bits of one number. */
export type ByteSet = bigint;

export type Node =
  | { type: 'bytes'; set: ByteSet; at: number }
  | { type: 'sequence'; items: Node[] }
  | { type: 'choice'; options: Node[] }
  | { type: 'repeat'; body: Node; min: number; max: number; at: number }
  /** `behind` says which way it looks. It takes no bytes itself. */
  | { type: 'look'; body: Node; behind: boolean; at: number };

/** What is wrong with a regular expression, and at which of its characters. */
export class RegexProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const ALL: ByteSet = (1n << 256n) - 1n;
const DIGITS = range(48, 57);
const WORD = DIGITS | range(65, 90) | range(97, 122) | bit(95);
const SPACES = range(9, 13) | bit(32) | bit(0xa0);
const LINE_BREAKS = bit(10) | bit(13);
const EMPTY: Node = { type: 'sequence', items: [] };

const CLASS_ESCAPES: Record<string, ByteSet> = {
  d: DIGITS,
  D: ALL ^ DIGITS,
  w: WORD,
  W: ALL ^ WORD,
  s: SPACES,
  S: ALL ^ SPACES,
};
const CONTROLS: Record<string, number> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 };

/**
 * Reads a regular expression as JavaScript does without flags, over bytes. Throws a RegexProblem for what patterns
 * may not use.
 */
export function parseRegex(source: string): Node {
  return new Parser(source).parse();
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#problem('unmatched )');
    return node;
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 ? options[0]! : { type: 'choice', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#peek())) items.push(this.#repeated());
    return items.length === 1 ? items[0]! : { type: 'sequence', items };
  }

  #repeated(): Node {
    const at = this.#at;
    const body = this.#atom();
    const bounds = this.#quantifier();
    if (bounds === undefined) return body;
    this.#take('?');
    return { type: 'repeat', body, ...bounds, at };
  }

  #quantifier(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at));
    if (braces === null) return undefined;
    this.#at += braces[0].length;
    const min = Number(braces[1]);
    if (braces[2] === undefined) return { min, max: min };
    return { min, max: braces[3] === '' ? Number.POSITIVE_INFINITY : Number(braces[3]) };
  }

  #atom(): Node {
    const at = this.#at;
    const character = this.#next();
    if (character === '(') return this.#group(at);
    if (character === '[') return { type: 'bytes', set: this.#class(), at };
    if (character === '\\') return this.#escape(at);
    if (character === '^' || character === '$') return EMPTY;
    if (character === '.') return { type: 'bytes', set: ALL ^ LINE_BREAKS, at };
    return { type: 'bytes', set: this.#byte(character.charCodeAt(0), at), at };
  }

  #group(at: number): Node {
    const opening = /^\?(?:(<?[=!])|:|<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at));
    if (this.#peek() === '?' && opening === null) throw new RegexProblem('unknown kind of group', at);
    this.#at += opening?.[0].length ?? 0;
    const body = this.#choice();
    if (!this.#take(')')) throw new RegexProblem('group is never closed', at);
    const look = opening?.[1];
    return look === undefined ? body : { type: 'look', body, behind: look[0] === '<', at };
  }

  #escape(at: number): Node {
    const character = this.#peek();
    if (character === 'b' || character === 'B') {
      this.#next();
      return EMPTY;
    }
    if (/[1-9k]/.test(character)) throw new RegexProblem('a back-reference can take exponential time', at);
    return { type: 'bytes', set: this.#escapedSet(at), at };
  }

  #class(): ByteSet {
    const at = this.#at - 1;
    const isNegated = this.#take('^');
    let set = 0n;
    while (this.#peek() !== ']') {
      if (this.#at >= this.#source.length) throw new RegexProblem('class is never closed', at);
      set |= this.#classItem();
    }
    this.#next();
    return isNegated ? ALL ^ set : set;
  }

  #classItem(): ByteSet {
    const at = this.#at;
    const first = this.#classAtom();
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return first;
    this.#next();
    const last = this.#classAtom();
    const [from, to] = [lowest(first), lowest(last)];
    if (from > to) throw new RegexProblem('range is out of order', at);
    return range(from, to);
  }

  #classAtom(): ByteSet {
    const at = this.#at;
    const character = this.#next();
    if (character !== '\\') return this.#byte(character.charCodeAt(0), at);
    if (this.#take('b')) return bit(8);
    return this.#escapedSet(at);
  }

  #escapedSet(at: number): ByteSet {
    const character = this.#next();
    const named = CLASS_ESCAPES[character];
    if (named !== undefined) return named;
    const control = CONTROLS[character];
    if (control !== undefined) return bit(control);
    const digits = character === 'x' ? 2 : character === 'u' ? 4 : 0;
    if (digits === 0) return this.#byte(character.charCodeAt(0), at);
    const hex = this.#source.slice(this.#at, this.#at + digits);
    if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits) throw new RegexProblem('malformed escape', at);
    this.#at += digits;
    return this.#byte(Number.parseInt(hex, 16), at);
  }

  /** Patterns see bytes: what is beyond them can never match. */
  #byte(code: number, at: number): ByteSet {
    if (!(code < 256))
      throw new RegexProblem('only characters up to U+00FF can match: text is searched byte by byte', at);
    return bit(code);
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #next(): string {
    if (this.#at >= this.#source.length) throw this.#problem('ends too early');
    return this.#source[this.#at++]!;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #problem(message: string): RegexProblem {
    return new RegexProblem(message, this.#at);
  }
}

function bit(code: number): ByteSet {
  return 1n << BigInt(code);
}

function range(from: number, to: number): ByteSet {
  return ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from);
}

function lowest(set: ByteSet): number {
  let code = 0;
  while (((set >> BigInt(code)) & 1n) === 0n) code++;
  return code;
}
