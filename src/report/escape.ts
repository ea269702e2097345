/**
 * Everything that moves a cursor, hides itself or turns the reading direction: C0, DEL and C1 controls, soft hyphen,
 * zero-width and bidirectional marks (but not the joiners, which emoji and several scripts need), line and paragraph
 * separators, interlinear annotation, tag characters, and lone surrogates (which with the `u` flag are the only ones
 * that match).
 */
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

/**
 * Makes every character visible that could forge a terminal's picture. Paths, authors and summaries come from the
 * repository that is scanned, so every text format passes them through here.
 */
export function escapeControl(text: string): string {
  return text.replace(UNSAFE, visibleForm);
}

/** True if `escapeControl` would change `text`. */
export function hasControl(text: string): boolean {
  return text.search(UNSAFE) !== -1;
}

function visibleForm(character: string): string {
  switch (character) {
    case '\t':
      return '\\t';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
  }
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 1)}}`;
}

/** One line of JSON in which no character can do harm on a terminal; parses to exactly `value`. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) => {
    let escaped = '';
    for (let at = 0; at < character.length; at++) escaped += `\\u${hex(character.charCodeAt(at), 4)}`;
    return escaped;
  });
}

/** One word of a POSIX shell's command line. Text with control characters needs `$'...'`, which bash, zsh and ksh know. */
export function shellQuote(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (!hasControl(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  let quoted = '';
  for (const character of text) {
    if (character === '\\' || character === "'") quoted += `\\${character}`;
    else if (hasControl(character)) {
      for (const byte of new TextEncoder().encode(character)) quoted += `\\x${hex(byte, 2)}`;
    } else quoted += character;
  }
  return `$'${quoted}'`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
