import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { COMPLETIONS } from '../../src/cli/completion-scripts.ts';
import { optionsOf } from '../../src/cli/options.ts';
import { makeFolder, runMain } from './run-main.ts';

function hasShell(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function scriptOf(shell: string): Promise<string> {
  const { status, stdout } = await runMain(['completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

describe.each(['bash', 'zsh', 'fish'])('completion for %s', (shell) => {
  it('knows every command, option and choice', async () => {
    const script = await scriptOf(shell);
    for (const { name } of COMMANDS) {
      for (const word of name.split(' ')) expect(script).toContain(word);
      for (const option of optionsOf(name)) {
        const long = option.default === true ? `no-${option.name}` : option.name;
        expect(script).toMatch(new RegExp(`(?:--| -l )${long}\\b`));
        for (const choice of option.choices ?? []) expect(script).toContain(choice);
      }
    }
  });

  it.skipIf(!hasShell(shell))('is a script the shell can read', async () => {
    const folder = makeFolder({ script: await scriptOf(shell) });
    execFileSync(shell, ['-n', join(folder, 'script')], { stdio: 'pipe' });
  });
});

describe('completion in bash', () => {
  function complete(line: string, cwd = makeFolder()): string[] {
    const script = COMPLETIONS.get('bash')!();
    const words = line.split(' ');
    const probe = `${script}
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
      _keyturn; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['--norc', '-u', '-c', probe], { encoding: 'utf8', cwd });
    return out.split('\n').filter((word) => word !== '');
  }

  it.each([
    ['keyturn ', ['scan', 'patterns', 'baseline', 'config', 'sandbox', 'completion', '--help', '--version']],
    ['keyturn sc', ['scan']],
    ['keyturn patterns ', ['list', 'test', 'explain', '--help']],
    ['keyturn patterns l', ['list']],
    ['keyturn scan --fail-on ', ['high', 'medium', 'low']],
    ['keyturn scan --history --format s', ['sarif']],
    ['keyturn scan -o j', ['json=', 'junit=']],
    ['keyturn scan --no-c', ['--no-cache', '--no-config']],
    ['keyturn -q scan --hist', ['--history']],
    ['keyturn baseline show --format ', ['text', 'json']],
    ['keyturn baseline update --pr', ['--prune', '--project-config']],
    ['keyturn completion z', ['zsh']],
    ['keyturn scan --jobs ', []],
  ])('of "%s" offers %j', (line, words) => {
    expect(complete(line).sort()).toEqual([...words].sort());
  });

  it('offers files where files are wanted', () => {
    const cwd = makeFolder({ 'alpha.yaml': '', 'alps/x': '' });
    expect(complete('keyturn scan al', cwd).sort()).toEqual(['alpha.yaml', 'alps']);
    expect(complete('keyturn scan --patterns al', cwd).sort()).toEqual(['alpha.yaml', 'alps']);
    expect(complete('keyturn scan --cache-dir al', cwd)).toEqual(['alps']);
  });
});
