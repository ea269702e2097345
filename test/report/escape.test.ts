import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControl, hasControl, shellQuote, toJsonLine } from '../../src/report/escape.ts';
import { HARMFUL, hostileText } from './hostile.ts';

describe('escapeControl', () => {
  it.each([
    ['\x1b[31mred', '\\x1b[31mred'],
    ['a\tb\r\n', 'a\\tb\\r\\n'],
    ['\x9b2J', '\\x9b2J'],
    ['abc\u202etxt.exe', 'abc\\u202etxt.exe'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['a\u2028b', 'a\\u2028b'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
  ])('makes %j visible', (text, visible) => expect(escapeControl(text)).toBe(visible));

  it.each(['plain', 'é 日本 אב', '👩‍👩‍👧', 'می‌خواهم', 'C:\\dir'])('leaves %j alone', (text) => {
    expect(escapeControl(text)).toBe(text);
    expect(hasControl(text)).toBe(false);
  });

  it('leaves nothing harmful in any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(escapeControl(text)).not.toMatch(HARMFUL);
      }),
    );
  });
});

describe('toJsonLine', () => {
  it('holds nothing harmful and parses to the same value', () => {
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        const line = toJsonLine(texts);
        expect(line).not.toMatch(HARMFUL);
        expect(JSON.parse(line)).toEqual(texts);
      }),
    );
  });
});

describe('shellQuote', () => {
  it('leaves plain words readable', () =>
    expect(shellQuote('4f2c1e9:src/main.ts')).toBe('4f2c1e9:src/main.ts'));

  it('gives a shell the text back', () => {
    const texts = fc.sample(hostileText, { numRuns: 300, seed: 1 }).map(withoutNul);
    const script = `printf '%s\\0' ${texts.map(shellQuote).join(' ')}`;
    expect(script).not.toMatch(HARMFUL);
    const printed = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(printed.split('\0').slice(0, -1)).toEqual(texts);
  });
});

/** No argument and no path can hold a NUL, nor what is no Unicode. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '').replace(/[\ud800-\udfff]/gu, '\ufffd');
}
