import { accountText, skippedLine } from './accounts.ts';
import type { KeysResult, ReportedKey } from './keys-result.ts';
import {
  actionLine,
  ageOf,
  asOfLine,
  countLine,
  dayOf,
  keyIdOf,
  lastUseOf,
  policyLine,
  secretsOf,
  unreadLines,
  whyOf,
} from './keys-summary.ts';
import { escapeMarkdown } from './markdown.ts';

type Column = readonly [title: string, of: (key: ReportedKey) => string];

const ACCOUNT_COLUMN: Column = [
  'Account',
  ({ account }) => (account === undefined ? '' : accountText(account)),
];

const COLUMNS: readonly Column[] = [
  ['Verdict', ({ verdict }) => verdict],
  ['User', ({ principal }) => principal.name],
  ['Key', keyIdOf],
  ['Status', ({ status }) => status],
  ['Age', ageOf],
  ['Last used', lastUseOf],
  ['Due', ({ dueAt }) => dayOf(dueAt)],
  ['Owner', ({ owner = '' }) => owner],
  ['Secret', secretsOf],
  ['Why', whyOf],
];

/** A table as GitHub and GitLab show it, for a summary of a job or a comment. */
export function* reportKeysMarkdown(result: KeysResult): Generator<string> {
  yield `## Access keys\n\n**${actionLine(result)}.** ${escapeMarkdown(countLine(result))}.\n\n`;
  if (result.keys.length > 0) {
    const columns = result.accounts === undefined ? COLUMNS : [ACCOUNT_COLUMN, ...COLUMNS];
    yield row(columns.map(([title]) => title));
    yield row(columns.map(() => '---'));
    for (const key of result.keys) yield row(columns.map(([, of]) => escapeMarkdown(of(key))));
    yield '\n';
  }
  yield `${escapeMarkdown(policyLine(result))}. ${escapeMarkdown(asOfLine(result))}.\n`;
  const skipped = skippedLine(result.accounts ?? []);
  if (skipped !== undefined) yield `\n${escapeMarkdown(skipped)}.\n`;
  for (const note of result.notes) yield `\nNote: ${escapeMarkdown(note)}.\n`;
  if (result.complete) return;
  yield '\n**Incomplete: not all could be read.**\n\n';
  for (const lines of unreadLines(result)) yield `- ${lines.map(escapeMarkdown).join('. ')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}
