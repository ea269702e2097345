import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderFrame } from '../../src/report/frame.ts';
import { createStyle } from '../../src/report/style.ts';
import { characterWidth, textWidth } from '../../src/report/width.ts';
import { hostileText } from './hostile.ts';

const PLAIN = createStyle(false);

function frameOf(before: string, marked: string, after: string, room = Number.POSITIVE_INFINITY): string[] {
  const excerpt = { text: before + marked + after, from: before.length, to: before.length + marked.length };
  return renderFrame(excerpt, 12, room, PLAIN);
}

/** The part of a line that stands above the carets, by columns of a terminal. */
function aboveCarets([line, carets]: string[]): string {
  const from = carets!.indexOf('^');
  const to = carets!.lastIndexOf('^') + 1;
  let column = 0;
  let above = '';
  for (const character of line!) {
    if (column >= from && column < to) above += character;
    column += characterWidth(character);
  }
  return above;
}

describe('a code frame', () => {
  it('marks the span', () => {
    expect(frameOf('key = "', 'VALUE', '"')).toEqual(['   12 | key = "VALUE"', '      |        ^^^^^']);
  });

  it.each([
    ['tabs', '\ta\t= ', 'VALUE'],
    ['wide characters', '日本語 = ', 'VALUE'],
    ['emoji', '🔑 = ', 'VALUE'],
    ['combining characters', 'e\u0301e\u0301 = ', 'VALUE'],
    ['control characters', '\x1b[31m\x00', 'VALUE'],
    ['wide characters in the span', 'x ', '日本'],
  ])('aligns after %s', (_what, before, marked) => {
    expect(aboveCarets(frameOf(before, marked, ' tail'))).toBe(marked);
  });

  it('shows control characters', () => {
    expect(frameOf('\x1b[2J', 'V', '')[0]).toBe('   12 | \\x1b[2JV');
  });

  it('keeps what it marks in sight when it cuts a long line', () => {
    const frame = frameOf('x'.repeat(300), 'VALUE', 'y'.repeat(300), 60);
    expect(aboveCarets(frame)).toBe('VALUE');
    expect(frame[0]).toMatch(/\| \.\.\.x+VALUEy+\.\.\.$/);
    expect(textWidth(frame[0]!)).toBeLessThanOrEqual(60);
  });

  it('cuts a span that is longer than the line', () => {
    const frame = frameOf('k=', 'V'.repeat(500), '', 60);
    expect(textWidth(frame[0]!)).toBeLessThanOrEqual(60);
    expect(textWidth(frame[1]!)).toBeLessThanOrEqual(60);
    expect(aboveCarets(frame)).toMatch(/^V+$/);
  });

  it('always has a caret, and never more columns than there are', () => {
    fc.assert(
      fc.property(
        hostileText,
        hostileText,
        hostileText,
        fc.integer({ min: 40, max: 100 }),
        (before, marked, after, room) => {
          const frame = frameOf(before, marked, after, room);
          expect(frame).toHaveLength(2);
          expect(frame[1]).toMatch(/^ {6}\| *\^+$/);
          for (const line of frame) expect(textWidth(line)).toBeLessThanOrEqual(room + 1);
        },
      ),
    );
  });
});
