import { failedLines, skippedLine } from './accounts.ts';
import { type AuditResult, isOpen } from './audit-result.ts';
import {
  accountLine,
  accountRows,
  comparisonLines,
  controlsOf,
  evidenceOf,
  missingActions,
  resourceText,
  scoreText,
  statusText,
  toldResults,
  verdictLine,
  whereOf,
} from './audit-summary.ts';
import { escapeMarkdown } from './markdown.ts';
import { plural } from './numbers.ts';

/** Rows of the table; a summary is read, and GitHub takes at most 1 MiB of it. */
const ROWS = 200;

/** A page for people in GitHub's Markdown, such as the summary of a job. */
export function* reportAuditMarkdown(result: AuditResult): Generator<string> {
  yield `## Audit of ${escapeMarkdown(whereOf(result))}\n\n**${escapeMarkdown(verdictLine(result))}.** ${escapeMarkdown(scoreText(result.score))}.\n\n`;
  yield '| section | score |\n| --- | --- |\n';
  for (const { number, title, score } of result.sections)
    yield `| ${number}\\. ${escapeMarkdown(title)} | ${escapeMarkdown(scoreText(score))} |\n`;
  if (result.accounts !== undefined) {
    yield '\n| account | score | what fails |\n| --- | --- | --- |\n';
    for (const cells of accountRows(result).slice(0, ROWS))
      yield `| ${cells.map(escapeMarkdown).join(' | ')} |\n`;
  }
  const texts = new Map(result.checks.map((check) => [check.id, check]));
  const shown = toldResults(result).filter(({ status }) => status === 'FAIL' || status === 'UNKNOWN');
  if (shown.length > 0)
    yield '\n| status | severity | check | resource | evidence | controls |\n| --- | --- | --- | --- | --- | --- |\n';
  for (const one of shown.slice(0, ROWS)) {
    const check = texts.get(one.check)!;
    const cells = [
      statusText(one),
      one.severity,
      check.title,
      resourceText(one),
      evidenceOf(one),
      controlsOf(check),
    ];
    yield `| ${cells.map(escapeMarkdown).join(' | ')} |\n`;
  }
  if (shown.length > ROWS) yield `\n${plural(shown.length - ROWS, 'more result')} in the full report.\n`;
  const failing = [...new Set(shown.filter(isOpen).map(({ check }) => check))];
  if (failing.length > 0) yield '\n### What to do\n\n';
  for (const id of failing) {
    const { title, why, fix } = texts.get(id)!;
    yield `- **${escapeMarkdown(title)}.** ${escapeMarkdown(why)} ${escapeMarkdown(fix.console)}. <code>${escapeMarkdown(fix.cli)}</code>\n`;
  }
  const changes = comparisonLines(result);
  if (changes.length > 0)
    yield `\n${changes
      .slice(0, ROWS)
      .map((line) => `- ${escapeMarkdown(line)}`)
      .join('\n')}\n`;
  yield `\n${escapeMarkdown(accountLine(result))}.\n`;
  const skipped = skippedLine(result.accounts ?? []);
  if (skipped !== undefined) yield `\n${escapeMarkdown(skipped)}.\n`;
  for (const note of result.notes) yield `\nNote: ${escapeMarkdown(note)}.\n`;
  if (result.complete) return;
  const actions = missingActions(result).map((action) => `<code>${escapeMarkdown(action)}</code>`);
  yield `\n**Incomplete: not all could be read.** ${actions.join(', ')}\n`;
  const failed = failedLines(result.accounts ?? []);
  if (failed.length > 0) yield '\n';
  for (const lines of failed) yield `- ${lines.map(escapeMarkdown).join('. ')}\n`;
}
