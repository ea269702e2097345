import { expect, it } from 'vitest';
import { untilScissors } from '../../src/git/commit-message.ts';

const scissors = (prefix: string) => `${prefix} ------------------------ >8 ------------------------\n`;

it('cuts at the line that git commit --verbose writes, whatever the comment character', () => {
  for (const prefix of ['#', ';', '//']) {
    const text = `subject\n${prefix} a comment\n${scissors(prefix)}${prefix} Do not modify\ndiff --git a b\n-gone\n`;
    expect(untilScissors(text)).toBe(`subject\n${prefix} a comment\n`);
  }
});

it('keeps a line of the user that only looks like it, and what is below', () => {
  const text = `subject\n${scissors('#')}a key\n`;
  expect(untilScissors(text)).toBe(text);
  expect(untilScissors('subject\n# comment\n')).toBe('subject\n# comment\n');
});
