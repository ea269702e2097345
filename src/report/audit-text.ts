import { groupBy } from '../base/group-by.ts';
import { failedLines, skippedLine } from './accounts.ts';
import { type AuditResult, type CheckResult, type CheckText, isOpen, type Status } from './audit-result.ts';
import {
  accountLine,
  accountRows,
  comparisonLines,
  controlsOf,
  evidenceOf,
  missingActions,
  resourceText,
  scoreText,
  standingOf,
  statusText,
  toldResults,
  verdictLine,
} from './audit-summary.ts';
import { escapeControl } from './escape.ts';
import { plural } from './numbers.ts';
import type { ReportOptions } from './reporter.ts';
import { createStyle, type Style } from './style.ts';
import { padToWidth, textWidth } from './width.ts';

/** Resources of a check that are listed; every one is in the other formats. */
const RESOURCES = 8;
const CHANGES = 20;
/** A page of one command hides the others; `--list` shows it. */
const LONGEST_FIX = 600;
const MARGIN = '    ';

/** For people: by section, what fails or is unknown, why it matters and how to mend it; then the scores. */
export function* reportAuditText(result: AuditResult, options: ReportOptions): Generator<string> {
  const style = createStyle(options.color);
  const byCheck = groupBy(toldResults(result), ({ check }) => check);
  for (const { number, title, score } of result.sections) {
    yield `${style.title(escapeControl(`${number}. ${title}`))}  ${style.faint(scoreText(score))}\n`;
    for (const check of result.checks)
      if (check.section === number) yield* checkLines(check, byCheck.get(check.id) ?? [], result, style);
    yield '\n';
  }
  if (result.accounts !== undefined) yield* accountTable(result, style);
  yield* summary(result, style);
}

function* accountTable(result: AuditResult, style: Style): Generator<string> {
  const rows = accountRows(result).map((row) => row.map(escapeControl));
  const [names, scores] = [0, 1].map((at) => Math.max(...rows.map((row) => textWidth(row[at]!))));
  yield `${style.title('Accounts')}\n`;
  for (const [name = '', score = '', counts = ''] of rows)
    yield `  ${`${padToWidth(name, names!)}  ${padToWidth(score, scores!)}  ${counts}`.trimEnd()}\n`;
  yield '\n';
}

function* checkLines(
  check: CheckText,
  results: readonly CheckResult[],
  result: AuditResult,
  style: Style,
): Generator<string> {
  const { status, text, worst } = standingOf(results, result);
  const controls = controlsOf(check);
  const isQuiet = status === 'PASS' || status === 'N/A';
  const about = controls === '' || isQuiet ? check.id : `${check.id}; ${controls}`;
  yield `  ${paint(status, style)(text)}  ${escapeControl(check.title)}  ${style.faint(escapeControl(about))}\n`;
  const shown = results.filter(
    (one) => isOpen(one) || one.status === 'UNKNOWN' || one.exception !== undefined,
  );
  const lines = acrossRegions(shown, status);
  for (const line of lines.slice(0, RESOURCES)) yield `${MARGIN}${escapeControl(line)}\n`;
  if (lines.length > RESOURCES) yield `${MARGIN}and ${lines.length - RESOURCES} more\n`;
  if (status !== 'FAIL') return;
  const fix = worst!.fix ?? check.fix;
  // A command of one account, run with the credentials of another, would be about a namesake.
  const where = worst!.account === undefined ? '' : ` in account ${worst!.account.id}`;
  yield `${MARGIN}${style.faint(escapeControl(check.why))}\n`;
  if (fix.console.length + fix.cli.length > LONGEST_FIX) {
    yield `${MARGIN}fix: keyturn audit --list --check ${escapeControl(check.id)}\n`;
    return;
  }
  yield `${MARGIN}${escapeControl(`fix${where}: ${fix.console}`)}\n`;
  yield `${MARGIN}${style.command(escapeControl(`  or: ${fix.cli}`))}\n`;
}

/** A line for what is seen of a resource, however many regions it is seen in, and from however many accounts. */
function acrossRegions(results: readonly CheckResult[], status: Status): string[] {
  const seen = groupBy(results, (one) => JSON.stringify([one.status, one.resource, evidenceOf(one)]));
  return [...seen.values()].map((alike) => {
    const [one] = alike as [CheckResult];
    const names = [...new Set(alike.flatMap(({ region = [] }) => region))];
    const accounts = new Set(alike.map(({ account }) => account?.id)).size;
    const { region: _, account, ...everywhere } = one;
    const by = accounts > 1 ? ` (seen from ${plural(accounts, 'account')})` : '';
    const from = account === undefined || accounts > 1 ? everywhere : { ...everywhere, account };
    const where = names.length > 0 ? ` in ${names.join(', ')}` : '';
    return `${statusPrefix(one, status)}${resourceText(from)}${where}: ${evidenceOf(one)}${by}`;
  });
}

/** Named where it is not that of the check. */
function statusPrefix(one: CheckResult, status: Status): string {
  const own = statusText(one);
  return own === status ? '' : `${own} `;
}

function paint(status: Status, style: Style): (text: string) => string {
  if (status === 'FAIL') return style.high;
  if (status === 'UNKNOWN') return style.medium;
  return status === 'PASS' ? style.good : style.faint;
}

function* summary(result: AuditResult, style: Style): Generator<string> {
  const isGood = result.complete && !result.results.some(isOpen);
  const line = `${verdictLine(result)}; ${scoreText(result.score)}`;
  yield `${isGood ? style.good(line) : style.title(line)}\n`;
  yield `${escapeControl(accountLine(result))}\n`;
  const changes = comparisonLines(result);
  for (const change of changes.slice(0, CHANGES + 1)) yield `${escapeControl(change)}\n`;
  if (changes.length > CHANGES + 1) yield `and ${plural(changes.length - CHANGES - 1, 'more change')}\n`;
  const excepted = result.results.filter(({ exception }) => exception !== undefined).length;
  if (excepted > 0) yield `Not counted: ${plural(excepted, 'resource')} with an exception\n`;
  const skipped = skippedLine(result.accounts ?? []);
  if (skipped !== undefined) yield `${escapeControl(skipped)}\n`;
  for (const note of result.notes) yield `Note: ${escapeControl(note)}\n`;
  if (result.complete) return;
  yield `${style.high('INCOMPLETE: not all could be read')}\n`;
  for (const line of failedLines(result.accounts ?? []).flat()) yield `  ${escapeControl(line)}\n`;
  const actions = missingActions(result);
  if (actions.length === 0) return;
  yield `  Refused: ${escapeControl(actions.join(', '))}\n`;
  yield '  SecurityAudit allows all of this; what is of the organization, only the management account is told.\n';
}
