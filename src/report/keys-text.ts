import { skippedLine } from './accounts.ts';
import { escapeControl } from './escape.ts';
import { type KeysResult, needsAction, type ReportedKey, type Verdict } from './keys-result.ts';
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
import { plural } from './numbers.ts';
import type { ReportOptions } from './reporter.ts';
import { createStyle, type Style } from './style.ts';
import { clipToWidth, textWidth } from './width.ts';

interface Column {
  title: string;
  of: (key: ReportedKey) => string;
  /** Cut to this where the terminal is too narrow; one without is left out instead. */
  least?: number;
  /** What goes first where the terminal is too narrow; 0 never does. */
  expendable: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'VERDICT', of: ({ verdict }) => verdict, expendable: 0 },
  { title: 'ACCOUNT', of: ({ account }) => account?.id ?? '', expendable: 0 },
  { title: 'NAME', of: ({ account }) => account?.name ?? '', least: 8, expendable: 4 },
  { title: 'USER', of: ({ principal }) => principal.name, least: 8, expendable: 0 },
  { title: 'KEY', of: keyIdOf, expendable: 0 },
  { title: 'STATUS', of: ({ status }) => status, expendable: 5 },
  { title: 'AGE', of: ageOf, expendable: 0 },
  { title: 'LAST USED', of: lastUseOf, least: 10, expendable: 3 },
  { title: 'DUE', of: ({ dueAt }) => dayOf(dueAt), expendable: 2 },
  { title: 'SECRET', of: secretsOf, least: 12, expendable: 6 },
  { title: 'OWNER', of: ({ owner = '' }) => owner, least: 8, expendable: 7 },
  { title: 'WHY', of: whyOf, least: 24, expendable: 1 },
];

const GAP = '  ';

/** For people: a line for each key, then what was counted and what could not be read. Fits the terminal, where there is one. */
export function* reportKeysText(result: KeysResult, options: ReportOptions): Generator<string> {
  const style = createStyle(options.color);
  if (result.keys.length > 0) yield* table(result.keys, options.width, style);
  for (const line of summary(result, style)) yield `${line}\n`;
}

function* table(keys: readonly ReportedKey[], width: number | undefined, style: Style): Generator<string> {
  const filled = COLUMNS.map((column) => {
    const cells = keys.map((key) => escapeControl(column.of(key)));
    return { column, cells, width: Math.max(...cells.map(textWidth)) };
  }).filter(({ width: used }) => used > 0);
  const shown = fitColumns(
    filled.map((entry) => ({ ...entry, width: Math.max(entry.width, entry.column.title.length) })),
    width,
  );
  yield `${line(shown.map(({ column, width: room }) => pad(column.title, room, style.faint)))}\n`;
  for (const [at, key] of keys.entries()) {
    const cells = shown.map(({ column, cells: texts, width: room }) =>
      pad(texts[at]!, room, column.title === 'VERDICT' ? paintOf(key.verdict, style) : undefined),
    );
    yield `${line(cells)}\n`;
  }
  yield '\n';
}

/** Leaves columns out, the least needed first, until the rest fits, cut or not. */
function fitColumns<T extends { column: Column; width: number }>(
  columns: readonly T[],
  width: number | undefined,
): T[] {
  if (width === undefined) return [...columns];
  let shown = [...columns];
  const leastOf = ({ column: { least }, width: used }: T) => Math.min(used, least ?? used);
  const total = (widths: readonly number[]) =>
    widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total(shown.map(leastOf)) > width) {
    const most = Math.max(...shown.map(({ column }) => column.expendable));
    if (most === 0) break;
    shown = shown.filter(({ column }) => column.expendable !== most);
  }
  // What is left over goes to those that were cut, from the left.
  let spare = width - total(shown.map(leastOf));
  return shown.map((entry) => {
    const more = Math.max(0, Math.min(spare, entry.width - leastOf(entry)));
    spare -= more;
    return { ...entry, width: leastOf(entry) + more };
  });
}

function pad(text: string, width: number, paint: (text: string) => string = (plain) => plain): string {
  const cut = textWidth(text) > width ? `${clipToWidth(text, width - 1)}…` : text;
  return `${paint(cut)}${' '.repeat(Math.max(0, width - textWidth(cut)))}`;
}

function line(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

function paintOf(verdict: Verdict, style: Style): (text: string) => string {
  if (verdict === 'root' || verdict === 'overdue') return style.high;
  if (needsAction(verdict) || verdict === 'unknown') return style.medium;
  return verdict === 'ok' ? style.good : style.faint;
}

function summary(result: KeysResult, style: Style): string[] {
  const isCalm = !result.keys.some(({ verdict }) => needsAction(verdict));
  const action = isCalm && result.complete ? style.good(actionLine(result)) : style.title(actionLine(result));
  const lines = [action, countLine(result), policyLine(result), asOfLine(result)];
  if (result.filteredOut > 0)
    lines.push(`Not shown: ${plural(result.filteredOut, 'key')} that the filters left out`);
  const skipped = skippedLine(result.accounts ?? []);
  if (skipped !== undefined) lines.push(skipped);
  for (const note of result.notes) lines.push(`Note: ${note}`);
  const gaps = unreadLines(result)
    .flat()
    .map((text) => `  ${text}`);
  const escaped = [...lines.slice(1), ...gaps].map(escapeControl);
  const told = escaped.slice(0, lines.length - 1);
  return [
    action,
    ...told,
    ...(gaps.length === 0
      ? []
      : [style.high('INCOMPLETE: not all could be read'), ...escaped.slice(told.length)]),
  ];
}
