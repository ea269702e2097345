import { describe, expect, it } from 'vitest';
import { COMMAND_GROUPS, COMMANDS } from '../../src/cli/commands.ts';
import { runMain } from './run-main.ts';

async function helpOf(...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await runMain(argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe('help', () => {
  const words = ['', ...Object.keys(COMMAND_GROUPS), ...COMMANDS.map(({ name }) => name)];
  for (const word of words) {
    const file = word === '' ? 'keyturn' : `keyturn-${word.replaceAll(' ', '-')}`;
    const argv = word === '' ? [] : word.split(' ');

    it(`of "keyturn ${word}" is as reviewed`, async () => {
      await expect(await helpOf(...argv, '-h')).toMatchFileSnapshot(`golden/${file}.short.txt`);
      await expect(await helpOf(...argv, '--help')).toMatchFileSnapshot(`golden/${file}.long.txt`);
    });
  }

  it('fits a terminal of 100 columns', async () => {
    for (const word of words) {
      const text = await helpOf(...word.split(' ').filter((part) => part !== ''), '--help');
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
      expect(text).not.toMatch(/[ \t]\n/);
    }
  });

  it('has three to six examples for each command, all of which parse', async () => {
    for (const { name, examples } of COMMANDS) {
      expect(examples.length, name).toBeGreaterThanOrEqual(3);
      expect(examples.length, name).toBeLessThanOrEqual(6);
      const long = await helpOf(...name.split(' '), '--help');
      expect(long).toContain('EXIT STATUS');
      for (const { line } of examples) expect(long).toContain(`  ${line}\n`);
    }
  });

  it('is short without arguments, and no success: nothing was scanned', async () => {
    const { status, stdout, stderr } = await runMain([]);
    expect(status).toBe(2);
    expect(stderr).toBe('');
    expect(stdout).toBe(await helpOf('-h'));
    expect(stdout.split('\n').length).toBeLessThan(36);
  });

  it('follows "help" as well as a group without a command', async () => {
    expect(await helpOf('help', 'scan')).toBe(await helpOf('scan', '--help'));
    const group = await runMain(['patterns']);
    expect(group.status).toBe(2);
    expect(group.stdout).toBe(await helpOf('patterns', '--help'));
  });

  it('beats whatever else is wrong with the line', async () => {
    expect(await helpOf('scan', '--format', 'nope', '--help')).toContain('Usage: keyturn scan');
  });
});
