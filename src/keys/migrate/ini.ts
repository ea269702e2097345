import { type Field, type Line, linesOf } from './text.ts';

/** A profile of an AWS credentials file, and what stands in it. */
export interface Section {
  name: string;
  line: Line;
  /** By name in lower case, as botocore reads them; a name given twice has two. */
  fields: ReadonlyMap<string, readonly Field[]>;
}

/**
 * Sections of an INI file as the AWS SDKs read it: `#` and `;` begin a comment at the start of a line or after white space, and an indented
 * line belongs to the one above when that one's value is empty. What is neither header nor field is passed over: it is never edited.
 */
export function parseIni(text: string): Section[] {
  const sections: (Section & { fields: Map<string, Field[]> })[] = [];
  let nested = false;
  for (const line of linesOf(text)) {
    const raw = text.slice(line.start, line.end);
    const [content = ''] = raw.split(/(?:^|\s)[;#]/, 1);
    const name = /^\s*\[(.*)\]\s*$/.exec(content)?.[1]?.trim();
    if (name !== undefined) {
      sections.push({ name, line, fields: new Map() });
      nested = false;
      continue;
    }
    const field = parseField(raw, content, line);
    const section = sections.at(-1);
    if (field === undefined || section === undefined) continue;
    const isIndented = field.lead !== '';
    if (nested && isIndented) continue;
    nested = field.value === '';
    const key = field.name.toLowerCase();
    section.fields.set(key, [...(section.fields.get(key) ?? []), field]);
  }
  return sections;
}

/** No SDK takes quotes away here; people write them all the same. */
function parseField(raw: string, content: string, line: Line): Field | undefined {
  const found = /^(\s*)([^\s=:;#[][^=:]*?)(\s*[=:]\s*)(.*?)\s*$/s.exec(content);
  if (found === null) return undefined;
  const [, lead = '', name = '', separator = '', written = ''] = found;
  const [, quote = '', inner = written] = /^(["'])(.*)\1$/s.exec(written) ?? [];
  const comment = raw.slice(content.length).trim();
  return { name, line, lead, separator, quote, value: inner, comment };
}
