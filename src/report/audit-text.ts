import { type AuditResult, type CheckResult, type CheckText, isOpen, type Status } from './audit-result.ts';
import {
  accountLine,
  comparisonLines,
  controlsOf,
  evidenceOf,
  missingActions,
  resourceText,
  scoreText,
  statusText,
  verdictLine,
} from './audit-summary.ts';
import { escapeControl } from './escape.ts';
import { plural } from './numbers.ts';
import type { ReportOptions } from './reporter.ts';
import { createStyle, type Style } from './style.ts';

/** Resources of a check that are listed; every one is in the other formats. */
const RESOURCES = 8;
const CHANGES = 20;
/** A page of one command hides the others; `--list` shows it. */
const LONGEST_FIX = 600;
const MARGIN = '    ';

/** For people: by section, what fails or is unknown, why it matters and how to mend it; then the scores. */
export function* reportAuditText(result: AuditResult, options: ReportOptions): Generator<string> {
  const style = createStyle(options.color);
  const byCheck = new Map<string, CheckResult[]>();
  for (const one of result.results) {
    const known = byCheck.get(one.check);
    if (known === undefined) byCheck.set(one.check, [one]);
    else known.push(one);
  }
  for (const { number, title, score } of result.sections) {
    yield `${style.title(escapeControl(`${number}. ${title}`))}  ${style.faint(scoreText(score))}\n`;
    for (const check of result.checks)
      if (check.section === number) yield* checkLines(check, byCheck.get(check.id) ?? [], style);
    yield '\n';
  }
  yield* summary(result, style);
}

function* checkLines(check: CheckText, results: readonly CheckResult[], style: Style): Generator<string> {
  const [worst] = results.filter(isOpen);
  const unknown = results.some(({ status }) => status === 'UNKNOWN');
  const status: Status = worst !== undefined ? 'FAIL' : unknown ? 'UNKNOWN' : quietStatus(results);
  const controls = controlsOf(check);
  const severity = status === 'FAIL' ? ` ${worst!.severity}` : '';
  const isQuiet = status === 'PASS' || status === 'N/A';
  const about = controls === '' || isQuiet ? check.id : `${check.id}; ${controls}`;
  yield `  ${paint(status, style)(`${status}${severity}`)}  ${escapeControl(check.title)}  ${style.faint(escapeControl(about))}\n`;
  const shown = results.filter(
    (one) => isOpen(one) || one.status === 'UNKNOWN' || one.exception !== undefined,
  );
  const lines = acrossRegions(shown, status);
  for (const line of lines.slice(0, RESOURCES)) yield `${MARGIN}${escapeControl(line)}\n`;
  if (lines.length > RESOURCES) yield `${MARGIN}and ${lines.length - RESOURCES} more\n`;
  if (status !== 'FAIL') return;
  const fix = worst!.fix ?? check.fix;
  yield `${MARGIN}${style.faint(escapeControl(check.why))}\n`;
  if (fix.console.length + fix.cli.length > LONGEST_FIX) {
    yield `${MARGIN}fix: keyturn audit --list --check ${escapeControl(check.id)}\n`;
    return;
  }
  yield `${MARGIN}${escapeControl(`fix: ${fix.console}`)}\n`;
  yield `${MARGIN}${style.command(escapeControl(`  or: ${fix.cli}`))}\n`;
}

/** A line for what is seen of a resource, however many regions it is seen in. */
function acrossRegions(results: readonly CheckResult[], status: Status): string[] {
  const regions = new Map<string, { one: CheckResult; names: string[] }>();
  for (const one of results) {
    const key = JSON.stringify([one.status, one.resource, evidenceOf(one)]);
    const known = regions.get(key) ?? { one, names: [] };
    if (one.region !== undefined) known.names.push(one.region);
    regions.set(key, known);
  }
  return [...regions.values()].map(({ one, names }) => {
    const { region: _, ...everywhere } = one;
    const where = names.length > 0 ? ` in ${names.join(', ')}` : '';
    return `${statusPrefix(one, status)}${resourceText(everywhere)}${where}: ${evidenceOf(one)}`;
  });
}

function quietStatus(results: readonly CheckResult[]): Status {
  return results.some(({ status }) => status !== 'N/A') ? 'PASS' : 'N/A';
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
  for (const note of result.notes) yield `Note: ${escapeControl(note)}\n`;
  if (result.complete) return;
  yield `${style.high('INCOMPLETE: not all could be read')}\n`;
  const actions = missingActions(result);
  if (actions.length === 0) return;
  yield `  Refused: ${escapeControl(actions.join(', '))}\n`;
  yield '  SecurityAudit allows all of this; what is of the organization, only the management account is told.\n';
}
