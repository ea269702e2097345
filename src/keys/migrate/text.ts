/**
 * Text of a file as one character a byte (latin1), so that offsets are those of bytes and whatever is not edited comes out as it went in.
 * What is looked for is ASCII.
 */
export interface Line {
  /** From 1. */
  number: number;
  start: number;
  /** Before the line end. */
  end: number;
  /** After it: where the next line starts. */
  next: number;
}

/** Bytes of a UTF-8 byte order mark, as latin1. */
const MARK = '\u00ef\u00bb\u00bf';

/** Lines end with LF or CRLF; a byte order mark is in none of them. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.startsWith(MARK) ? MARK.length : 0;
  while (start < text.length) {
    const feed = text.indexOf('\n', start);
    const next = feed === -1 ? text.length : feed + 1;
    const end = feed === -1 ? text.length : text[feed - 1] === '\r' && feed > start ? feed - 1 : feed;
    lines.push({ number: lines.length + 1, start, end, next });
    start = next;
  }
  return lines;
}

/** That of the first line; LF for a text without. */
export function lineEndOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** What replaces the bytes from `start` to `end`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** All of `edits` at once; they do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

/** `name = value # comment` on a line of its own, in the parts that an edit keeps. */
export interface Field {
  name: string;
  line: Line;
  /** Indentation, and `export` in a .env file. */
  lead: string;
  /** Between name and value, quotes not included. */
  separator: string;
  quote: string;
  value: string;
  /** From its `#` or `;` on; empty when there is none. */
  comment: string;
}

/** The line of `field` with another name and value. A comment behind the old value moves to a line above: readers differ on whether it belongs to the value. */
export function replaceField(
  text: string,
  field: Field,
  replacement: readonly { name: string; value: string; quote?: string }[],
): Edit {
  const { line, lead, separator } = field;
  const lines = replacement.map(
    ({ name, value, quote = '' }) => `${lead}${name}${separator}${quote}${value}${quote}`,
  );
  const end = text.slice(line.end, line.next) || lineEndOf(text);
  return { start: line.start, end: line.end, text: [...commentLine(field), ...lines].join(end) };
}

/** Takes the whole line of `field` away, its comment excepted. */
export function removeField(text: string, field: Field): Edit {
  const { line } = field;
  const end = text.slice(line.end, line.next);
  return {
    start: line.start,
    end: line.next,
    text: commentLine(field)
      .map((kept) => kept + end)
      .join(''),
  };
}

function commentLine({ comment, lead }: Field): string[] {
  return comment === '' ? [] : [/^\s*/.exec(lead)![0] + comment];
}
