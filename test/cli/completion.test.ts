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

/** What a command line begins with, in the order of the alphabet. */
const WORDS = [
  'audit',
  'baseline',
  'completion',
  'config',
  'credentials',
  'doctor',
  'hook',
  'init',
  'keys',
  'notify',
  'patterns',
  'sandbox',
  'scan',
  'schedule',
];

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
    [
      'keyturn ',
      [
        'scan',
        'patterns',
        'audit',
        'baseline',
        'hook',
        'config',
        'credentials',
        'keys',
        'schedule',
        'notify',
        'sandbox',
        'init',
        'doctor',
        'completion',
        '--help',
        '--version',
      ],
    ],
    ['keyturn init --ci ', ['github', 'gitlab', 'none']],
    ['keyturn init --no-', ['--no-config', '--no-hook', '--no-baseline', '--no-project-config']],
    ['keyturn doctor --format ', ['text', 'json']],
    ['keyturn sca', ['scan']],
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

/** What fish offers, asked of fish itself: `word` or `word<tab>description` lines. */
describe.skipIf(!hasShell('fish'))('completion in fish', () => {
  function complete(line: string): string[] {
    const cwd = makeFolder({ 'keyturn.fish': COMPLETIONS.get('fish')!() });
    const probe = `source keyturn.fish; complete -C ${JSON.stringify(line)}`;
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd };
    const out = execFileSync('fish', ['--no-config', '-c', probe], { encoding: 'utf8', cwd, env });
    return out.split('\n').flatMap((found) => (found === '' ? [] : [found.split('\t')[0]!]));
  }

  it.each([
    ['keyturn ', WORDS],
    ['keyturn patterns ', ['explain', 'list', 'test']],
    ['keyturn init --ci ', ['github', 'gitlab', 'none']],
    ['keyturn doctor --format ', ['json', 'text']],
    ['keyturn scan --hist', ['--history']],
    ['keyturn completion z', ['zsh']],
  ])('of "%s" offers %j', (line, words) => {
    expect(complete(line).sort()).toEqual(words);
  });
});

/** What zsh offers, asked of zsh itself: a shell at a pseudo terminal, with `compadd` made to print what it is given. */
describe.skipIf(!hasShell('zsh'))('completion in zsh', () => {
  function complete(line: string): string[] {
    const cwd = makeFolder({ _keyturn: COMPLETIONS.get('zsh')!(), 'probe.zsh': ZSH_PROBE });
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'dumb' };
    const out = execFileSync('zsh', ['-f', 'probe.zsh', line], {
      encoding: 'utf8',
      cwd,
      env,
      timeout: 20_000,
    });
    return [...new Set([...out.matchAll(/<([^<>]+)>/g)].map((match) => match[1]!))];
  }

  it.each([
    ['keyturn ', WORDS],
    ['keyturn patterns ', ['explain', 'list', 'test']],
    ['keyturn init --ci ', ['github', 'gitlab', 'none']],
    ['keyturn doctor --format ', ['json', 'text']],
    ['keyturn scan --hist', ['--history']],
    ['keyturn completion z', ['zsh']],
  ])('of "%s" offers %j', (line, words) => {
    expect(complete(line).sort()).toEqual(words);
  });
});

/** Asked which of its words match (-O, -A, -D), `compadd` fills arrays: that is no offer. */
const ZSH_PROBE = `
zmodload zsh/zpty
zpty shell zsh -f -i
read_until() { local text; while zpty -r shell text; do [[ $text == *$1* ]] && return; print -r -- $text; done }
zpty -w shell "PS1= PS2=; fpath=($PWD \\$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a offered; builtin compadd -O offered "$@"; local word
  for word in $offered; do print -r -- "<$word>"; done
}'
zpty -w shell 'done-completing() { print -r -- "<""end>"; zle kill-buffer }'
zpty -w shell 'zle -N done-completing; bindkey "^X" done-completing; bindkey "^I" complete-word; setopt noautolist'
zpty -w shell 'print -r -- "rea""dy"'
read_until ready >/dev/null
zpty -w -n shell "$1"$'\\t'$'\\x18'
read_until '<end>'
zpty -d shell
`;
