import { type Field, linesOf } from './text.ts';

/** `  export NAME = ` and what follows it. */
const ASSIGNMENT = /^(\s*(?:export\s+)?)([A-Za-z_][\w.-]*)(\s*=[ \t]*|:[ \t]+)(.*)$/s;

/**
 * Assignments of a .env file, or of a shell script in its form. A quoted value may go on over several lines, as dotenv has it: what stands in
 * it is no assignment. A value that ends on a later line than it starts has no field here.
 */
export function parseEnvFile(text: string): Field[] {
  const fields: Field[] = [];
  const lines = linesOf(text);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const found = ASSIGNMENT.exec(text.slice(line.start, line.end));
    if (found === null) continue;
    const [, lead = '', name = '', separator = '', rest = ''] = found;
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote === undefined) {
      const [value = ''] = rest.split(/\s#|^#/, 1);
      fields.push({
        ...parts(rest, value.length),
        name,
        line,
        lead,
        separator,
        quote: '',
        value: value.trim(),
      });
      continue;
    }
    const open = line.end - rest.length;
    const close = closingQuote(text, open + 1, quote);
    // Never closed: dotenv takes the quote for a part of the value.
    if (close === -1) continue;
    if (close >= line.end) {
      while (at + 1 < lines.length && lines[at + 1]!.start <= close) at++;
      continue;
    }
    const value = text.slice(open + 1, close);
    const behind = text.slice(close + 1, line.end);
    if (/^\s*(?:#|$)/.test(behind))
      fields.push({ ...parts(behind, 0), name, line, lead, separator, quote, value });
  }
  return fields;
}

function parts(text: string, from: number): Pick<Field, 'comment'> {
  return { comment: text.slice(from).trim() };
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
