import { describe, expect, it } from 'vitest';
import { type ColorChoice, shouldColor, terminalWidth } from '../../src/cli/terminal.ts';

describe('colour', () => {
  it.each<[string, ColorChoice, boolean, Record<string, string>, boolean]>([
    ['a terminal', 'auto', true, {}, true],
    ['a pipe', 'auto', false, {}, false],
    ['--color always', 'always', false, { NO_COLOR: '1', TERM: 'dumb' }, true],
    ['--color never', 'never', true, { FORCE_COLOR: '1' }, false],
    ['NO_COLOR', 'auto', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', 'auto', true, { NO_COLOR: '' }, true],
    ['NO_COLOR over FORCE_COLOR', 'auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['FORCE_COLOR on a pipe', 'auto', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', 'auto', true, { FORCE_COLOR: '0' }, false],
    ['FORCE_COLOR=false on a terminal', 'auto', true, { FORCE_COLOR: 'false' }, false],
    ['FORCE_COLOR over TERM=dumb', 'auto', true, { FORCE_COLOR: '3', TERM: 'dumb' }, true],
    ['CLICOLOR_FORCE on a pipe', 'auto', false, { CLICOLOR_FORCE: '1' }, true],
    ['an empty FORCE_COLOR', 'auto', false, { FORCE_COLOR: '' }, false],
    ['TERM=dumb', 'auto', true, { TERM: 'dumb' }, false],
  ])('%s', (_case, choice, isTTY, env, expected) => {
    expect(shouldColor(choice, { isTTY }, env)).toBe(expected);
  });
});

describe('width', () => {
  it.each([
    [{ isTTY: true, columns: 123 }, 123],
    [{ isTTY: true, columns: 0 }, 80],
    [{ isTTY: true }, 80],
    [{ isTTY: false, columns: 123 }, undefined],
    [{}, undefined],
  ])('of %j', (stream, width) => expect(terminalWidth(stream)).toBe(width));
});
