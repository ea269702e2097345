import type { Excerpt } from '../detect/types.ts';
import { escapeControl } from './escape.ts';
import type { Style } from './style.ts';
import { textWidth } from './width.ts';

const TAB_STOP = 4;
const CUT = '...';

interface Cell {
  /** What is printed for one character of the excerpt. */
  text: string;
  column: number;
  width: number;
  isMarked: boolean;
}

/**
 * The excerpt's line with its number, and carets under what was found:
 *
 *     12 | access_key = "AKIA..."
 *        |               ^^^^^^^
 *
 * Columns are those of a terminal: tabs are spread, wide characters count two, combining ones none, and control
 * characters stand as their visible escapes. A line longer than `room` columns is cut around the carets.
 */
export function renderFrame(excerpt: Excerpt, line: number, room: number, style: Style): string[] {
  const number = String(line).padStart(5);
  const gutter = `${' '.repeat(number.length)} | `;
  const { text, carets } = cutAround(toCells(excerpt), Math.max(20, room - gutter.length));
  return [`${style.faint(`${number} |`)} ${text}`, `${style.faint(gutter.trimEnd())} ${style.high(carets)}`];
}

function toCells(excerpt: Excerpt): Cell[] {
  const cells: Cell[] = [];
  const to = Math.max(excerpt.to, excerpt.from + 1);
  let at = 0;
  let column = 0;
  for (const character of excerpt.text) {
    const text = character === '\t' ? ' '.repeat(TAB_STOP - (column % TAB_STOP)) : escapeControl(character);
    const width = textWidth(text);
    cells.push({ text, column, width, isMarked: at < to && at + character.length > excerpt.from });
    column += width;
    at += character.length;
  }
  return cells;
}

function cutAround(cells: readonly Cell[], room: number): { text: string; carets: string } {
  const end = endColumn(cells);
  const markStart = cells.find((cell) => cell.isMarked)?.column ?? end;
  const markEnd = endColumn(cells.filter((cell) => cell.isMarked)) || markStart + 1;
  const start = markEnd + CUT.length <= room || end <= room ? 0 : Math.max(0, markStart - (room >> 2));
  const isCutLeft = start > 0;
  const usable = room - (isCutLeft ? CUT.length : 0);
  const isCutRight = end - start > usable;
  const stop = start + usable - (isCutRight ? CUT.length : 0);

  const shown = cells.filter((cell) => cell.column >= start && cell.column + cell.width <= stop);
  const offset = shown[0]?.column ?? start;
  const indent = isCutLeft ? CUT.length : 0;
  const caretStart = Math.max(0, markStart - offset) + indent;
  const caretEnd = Math.max(caretStart + 1, Math.min(markEnd, endColumn(shown)) - offset + indent);
  return {
    text: `${isCutLeft ? CUT : ''}${shown.map((cell) => cell.text).join('')}${isCutRight ? CUT : ''}`,
    carets: ' '.repeat(caretStart) + '^'.repeat(caretEnd - caretStart),
  };
}

function endColumn(cells: readonly Cell[]): number {
  const last = cells.at(-1);
  return last === undefined ? 0 : last.column + last.width;
}
