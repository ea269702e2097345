import type { KeysResult, ReportedKey } from './keys-result.ts';
import {
  actionLine,
  ageOf,
  asOfLine,
  countLine,
  dayOf,
  gapLines,
  keyIdOf,
  lastUseOf,
  policyLine,
  secretsOf,
  whyOf,
} from './keys-summary.ts';
import { escapeMarkdown } from './markdown.ts';

const COLUMNS: readonly (readonly [title: string, of: (key: ReportedKey) => string])[] = [
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
    yield row(COLUMNS.map(([title]) => title));
    yield row(COLUMNS.map(() => '---'));
    for (const key of result.keys) yield row(COLUMNS.map(([, of]) => escapeMarkdown(of(key))));
    yield '\n';
  }
  yield `${escapeMarkdown(policyLine(result))}. ${escapeMarkdown(asOfLine(result))}.\n`;
  for (const note of result.notes) yield `\nNote: ${escapeMarkdown(note)}.\n`;
  if (result.gaps.length === 0) return;
  yield '\n**Incomplete: not all could be read.**\n\n';
  for (const gap of result.gaps) yield `- ${gapLines(gap).map(escapeMarkdown).join('. ')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}
