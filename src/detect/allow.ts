import { latin1 } from './bytes.ts';

/** Comments that let one line pass: ours, and those that people have already written for other scanners. */
const SAME_LINE: readonly [name: string, pattern: RegExp][] = [
  ['keyturn:allow', /keyturn:allow(?!-next-line)/i],
  ['gitleaks:allow', /gitleaks:allow/i],
  ['betterleaks:allow', /betterleaks:allow/i],
  ['trufflehog:ignore', /trufflehog:ignore/i],
  ['kingfisher:ignore', /kingfisher:(?:ignore|allow)/i],
  ['ggignore', /(?:\bggignore\b|gitguardian:ignore)/i],
  ['pragma: allowlist secret', /pragma: ?(?:allowlist|whitelist)[ -]secret/i],
];
const NEXT_LINE: readonly [name: string, pattern: RegExp][] = [
  ['keyturn:allow-next-line', /keyturn:allow-next-line/i],
  ['pragma: allowlist nextline secret', /pragma: ?(?:allowlist|whitelist)[ -]nextline[ -]secret/i],
];
/** What every one of them holds, so that most lines are looked at once. */
const ANY = /:allow|:ignore|ggignore|pragma:/i;
const LINE_REACH = 1024;

/**
 * The allow comment that stands on the line of byte `at`, or above it for the next line; undefined when there is
 * none.
 */
export function allowedBy(bytes: Uint8Array, at: number): string | undefined {
  const around = latin1(bytes, at - LINE_REACH, at + LINE_REACH);
  // UTF-16 has its zeros between the letters.
  const isWide = around.includes('\0');
  const withoutZeros = (text: string) => (isWide ? text.replaceAll('\0', '') : text);
  if (!ANY.test(withoutZeros(around))) return undefined;
  const before = withoutZeros(latin1(bytes, at - LINE_REACH, at));
  const after = withoutZeros(latin1(bytes, at, at + LINE_REACH));
  const start = before.lastIndexOf('\n') + 1;
  const line = before.slice(start) + after.split('\n', 1)[0];
  const above = start === 0 ? '' : before.slice(before.lastIndexOf('\n', start - 2) + 1, start);
  return nameOf(SAME_LINE, line) ?? nameOf(NEXT_LINE, above);
}

function nameOf(comments: typeof SAME_LINE, text: string): string | undefined {
  return comments.find(([, pattern]) => pattern.test(text))?.[0];
}
