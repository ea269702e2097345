// Small readers that are stricter than those in the wild: they throw where a lenient one would guess.

/** RFC 4180 with CRLF. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const cell = /"(?:[^"]|"")*"|[^",\r\n]*/y;
      cell.lastIndex = at;
      const raw = cell.exec(text)![0];
      at += raw.length;
      row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
      if (text[at] === ',') at++;
      else break;
    }
    if (!text.startsWith('\r\n', at))
      throw new Error(`no end of row at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`);
    at += 2;
    rows.push(row);
  }
  return rows;
}

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const TOKEN =
  /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)(\/?)>|[^<>]+/y;
/** What XML 1.0 calls a Char. */
const NO_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The subset that we write: elements, double-quoted attributes, text and the five entities. */
export function parseXml(text: string): XmlElement {
  if (NO_XML.test(text)) throw new Error('a character that XML 1.0 does not have');
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (token === null) throw new Error(`malformed at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    at += token[0].length;
    const [all, slash, name, attributes, isEmpty] = token;
    const parent = open.at(-1)!;
    if (name === undefined) parent.text += all.startsWith('<?') ? '' : unescapeXml(all);
    else if (slash === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const element: XmlElement = { name, attributes: {}, children: [], text: '' };
      for (const [, key, value] of attributes!.matchAll(/([a-z]+)="([^"]*)"/g)) {
        if (key! in element.attributes) throw new Error(`attribute ${key} twice`);
        element.attributes[key!] = unescapeXml(value!);
      }
      parent.children.push(element);
      if (isEmpty === '') open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one root');
  return root.children[0]!;
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&([^;]*;?)/g, (all, name: string) => {
    const plain = entities[name.replace(';', '')];
    if (plain === undefined || !name.endsWith(';')) throw new Error(`bad entity ${all}`);
    return plain;
  });
}

export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  message: string;
}

/** A line of output the way the Actions runner reads it; undefined when it is no command. */
export function parseWorkflowCommand(line: string): WorkflowCommand | undefined {
  const match = /^::([a-z-]+)(?: ([^\n]*?))?::(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, name, list = '', message] = match;
  const properties: Record<string, string> = {};
  for (const pair of list.split(',').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    properties[pair.slice(0, equals)] = unescapeProperty(pair.slice(equals + 1));
  }
  return { name: name!, properties, message: unescapeData(message!) };
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}
