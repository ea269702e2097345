const OPENING = '{[(';
const CLOSING = '}])';
/** A header of an INI or TOML section, or a new YAML document: whatever came before is over. */
const HEADER = /^[ \t]*(?:\[\[?[\w "'.:/@-]{1,80}\]\]?|---)[ \t\r]*$/m;
const TAG = /<(\/?)[A-Za-z][\w:.-]{0,60}[^<>]{0,200}?(\/?)>/g;

/**
 * How many scopes one leaves and enters on the way through `between`, the text from one value to the next: brackets
 * that close and open, XML elements beyond the values' own, section headers, outdented lines. 0 for two fields of
 * one object; 2 or more for two objects side by side.
 */
export function crossings(between: string): number {
  if (HEADER.test(between)) return 2;
  return Math.max(bracketSteps(between), elementSteps(between), indentSteps(between));
}

function bracketSteps(text: string): number {
  let open = 0;
  let closed = 0;
  for (const character of text) {
    if (OPENING.includes(character)) open++;
    else if (CLOSING.includes(character)) {
      if (open > 0) open--;
      else closed++;
    }
  }
  // `f("id"), f("secret")` closes one and opens one, but so do two `{{ templates }}`: objects do both as well.
  return closed > 0 && open > 0 ? closed + open : 0;
}

/** Fields are elements of their own: the one that a value ends and the one that the next begins are no scopes. */
function elementSteps(text: string): number {
  let open = 0;
  let closed = 0;
  for (const [, slash, selfClosing] of text.matchAll(TAG)) {
    if (selfClosing === '/') continue;
    if (slash !== '/') open++;
    else if (open > 0) open--;
    else closed++;
  }
  return closed > 1 && open > 1 ? closed + open - 2 : 0;
}

/**
 * In YAML and Python a line further left than the value's own, and then one further right again, starts something
 * new.
 */
function indentSteps(text: string): number {
  const lines = text.split('\n').slice(1);
  const item = lines.some((line) => /^[ \t]*- /.test(line)) ? 1 : 0;
  let lowest = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const line of lines.filter((each, i) => each.trim() !== '' || i === lines.length - 1)) {
    last = line.search(/[^ \t]|$/);
    lowest = Math.min(lowest, last);
  }
  return Math.max(item, lines.length > 1 && last > lowest ? 2 : 0);
}
