import { COMMAND_GROUPS, COMMANDS, type CommandSpec } from './commands.ts';
import { isSwitch, type OptionSpec, optionsOf } from './options.ts';

/** By shell: the script that `keyturn completion SHELL` prints, all of it made from the tables. */
export const COMPLETIONS: ReadonlyMap<string, () => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

/** What can be typed after `keyturn` or after the first word of a group, with its meaning. */
function wordsAfter(group: string | undefined): Map<string, string> {
  const words = new Map<string, string>();
  for (const { name, summary } of COMMANDS) {
    const [first = '', second] = name.split(' ');
    if (group === undefined) words.set(first, COMMAND_GROUPS[first] ?? summary);
    else if (first === group && second !== undefined) words.set(second, summary);
  }
  return words;
}

/** `--format`, or for what is on by default `--no-cache`; and `--no-x` where a value can be taken away. */
function longNames(option: OptionSpec): string[] {
  const main = option.default === true ? `--no-${option.name}` : `--${option.name}`;
  return option.none === undefined ? [main] : [main, `--no-${option.name}`];
}

function namesOf(option: OptionSpec): string[] {
  return option.short === undefined ? longNames(option) : [`-${option.short}`, ...longNames(option)];
}

type ValueKind = 'file' | 'folder' | 'words' | 'none';

function valueKind(option: OptionSpec): ValueKind {
  if (option.choices !== undefined) return 'words';
  if (option.type !== 'file') return 'none';
  return option.placeholder === 'DIR' ? 'folder' : 'file';
}

function valueWords({ type, choices = [] }: OptionSpec): string[] {
  return type === 'report' ? choices.map((choice) => `${choice}=`) : [...choices];
}

function takesPaths({ argument }: CommandSpec): boolean {
  return argument !== undefined && /PATH|FILE/.test(argument.name);
}

function bashScript(): string {
  const groups = Object.keys(COMMAND_GROUPS);
  return `# keyturn completion for bash: source <(keyturn completion bash)
_keyturn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) ;;
      *)
        if [[ -z $command ]]; then command=\${COMP_WORDS[i]}
        elif [[ " ${groups.join(' ')} " == *" $command "* ]]; then command+=" \${COMP_WORDS[i]}"; break
        fi ;;
    esac
  done
  # A group's word that is still being typed.
  case "$command" in
    '') words='${[...wordsAfter(undefined).keys(), '--help', '--version'].join(' ')}' ;;
${groups.map((group) => `    '${group}') words='${[...wordsAfter(group).keys(), '--help'].join(' ')}' ;;`).join('\n')}
  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
  case "$command $prev" in
${COMMANDS.map(bashValues)
  .filter((lines) => lines !== '')
  .join('\n')}
  esac
  case "$command" in
${COMMANDS.map(bashWords).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ $cur != -* && $command =~ ^(${COMMANDS.filter(takesPaths)
    .map(({ name }) => name)
    .join('|')})( |$) ]] && COMPREPLY+=($(compgen -f -- "$cur"))
}
complete -o filenames -o bashdefault -F _keyturn keyturn
`;
}

function bashValues(command: CommandSpec): string {
  const lines = optionsOf(command.name)
    .filter((option) => !isSwitch(option))
    .map((option) => {
      const names = namesOf(option).filter((name) => !name.startsWith('--no-'));
      const cases = names.map((name) => `'${command.name} ${name}'`).join('|');
      return `    ${cases}) ${bashReply(option)}; return ;;`;
    });
  return lines.join('\n');
}

function bashReply(option: OptionSpec): string {
  switch (valueKind(option)) {
    case 'words':
      return `COMPREPLY=($(compgen -W '${valueWords(option).join(' ')}' -- "$cur"))${option.type === 'report' ? '; compopt -o nospace 2>/dev/null' : ''}`;
    case 'file':
      return 'COMPREPLY=($(compgen -f -- "$cur"))';
    case 'folder':
      return 'COMPREPLY=($(compgen -d -- "$cur"))';
    case 'none':
      return ':';
  }
}

function bashWords(command: CommandSpec): string {
  const words = [
    ...optionsOf(command.name).flatMap(longNames),
    '--help',
    ...(command.argument?.choices ?? []),
  ];
  return `    '${command.name}'${command.name.includes(' ') ? '' : `|'${command.name} '*`}) words='${words.join(' ')}' ;;`;
}

function zshScript(): string {
  const groups = Object.keys(COMMAND_GROUPS);
  return `#compdef keyturn
# keyturn completion for zsh: source <(keyturn completion zsh), or as _keyturn in a folder of $fpath
_keyturn() {
  local command=$words[2] shift_by=1
  if (( CURRENT == 2 )); then
    local -a found=(${zshPairs(wordsAfter(undefined))})
    _describe command found
    return
  fi
  case $command in
    ${groups.join('|')})
      if (( CURRENT == 3 )); then
        local -a found
        case $command in
${groups.map((group) => `          ${group}) found=(${zshPairs(wordsAfter(group))}) ;;`).join('\n')}
        esac
        _describe command found
        return
      fi
      command="$words[2] $words[3]"
      shift_by=2 ;;
  esac
  shift $shift_by words
  (( CURRENT -= shift_by ))
  case $command in
${COMMANDS.map((command) => `    ${zshQuote(command.name)}) _arguments -s ${zshArguments(command).join(' ')} ;;`).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _keyturn "$@"; else compdef _keyturn keyturn; fi
`;
}

function zshPairs(words: Map<string, string>): string {
  return [...words].map(([word, text]) => zshQuote(`${word}:${text}`)).join(' ');
}

function zshArguments(command: CommandSpec): string[] {
  const { argument } = command;
  const operand = argument?.choices
    ? [`1:shell:(${argument.choices.join(' ')})`]
    : takesPaths(command)
      ? ['*:path:_files']
      : [];
  return [
    ...optionsOf(command.name).flatMap(zshOption),
    "'-h[Show help]'",
    "'--help[Show help]'",
    ...operand.map(zshQuote),
  ];
}

function zshOption(option: OptionSpec): string[] {
  const star = option.isList || option.type === 'tally' ? '*' : '';
  const value = isSwitch(option) ? '' : zshValue(option);
  return namesOf(option).map((name) => {
    const isNone = option.none !== undefined && name === `--no-${option.name}`;
    const text = (isNone ? option.none : option.text)?.replace(/([[\]:])/g, '\\$1');
    return zshQuote(`${star}${name}[${text}]${isNone ? '' : value}`);
  });
}

function zshValue(option: OptionSpec): string {
  const label = option.placeholder?.toLowerCase().replace(/[^a-z]+/g, ' ') ?? 'value';
  switch (valueKind(option)) {
    case 'words':
      return `:${label}:(${valueWords(option).join(' ')})`;
    case 'file':
      return `:${label}:_files`;
    case 'folder':
      return `:${label}:_files -/`;
    case 'none':
      return `:${label}: `;
  }
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript(): string {
  const lines = [
    '# keyturn completion for fish: keyturn completion fish | source',
    'function __keyturn_at',
    '    set -l words (commandline -opc)',
    "    set -l typed (string match -v -- '-*' $words[2..-1])",
    '    set -l wanted $argv',
    '    test (count $typed) -ge (count $wanted); or return 1',
    '    for i in (seq (count $wanted))',
    '        test "$typed[$i]" = "$wanted[$i]"; or return 1',
    '    end',
    'end',
    'function __keyturn_ends',
    '    set -l words (commandline -opc)',
    "    set -l typed (string match -v -- '-*' $words[2..-1])",
    '    test "$typed" = "$argv"',
    'end',
    'complete -c keyturn -f',
    ...fishWords(undefined),
    ...Object.keys(COMMAND_GROUPS).flatMap(fishWords),
    ...COMMANDS.flatMap(fishCommand),
  ];
  return `${lines.join('\n')}\n`;
}

function fishWords(group: string | undefined): string[] {
  const condition = fishQuote(`__keyturn_ends${group === undefined ? '' : ` ${group}`}`);
  return [...wordsAfter(group)].map(
    ([word, text]) => `complete -c keyturn -n ${condition} -a ${word} -d ${fishQuote(text)}`,
  );
}

function fishCommand(command: CommandSpec): string[] {
  const head = `complete -c keyturn -n ${fishQuote(`__keyturn_at ${command.name}`)}`;
  const { argument } = command;
  return [
    ...(takesPaths(command) ? [`${head} -F`] : []),
    ...(argument?.choices ? [`${head} -a ${fishQuote(argument.choices.join(' '))}`] : []),
    ...optionsOf(command.name).flatMap((option) => fishOption(head, option)),
    `${head} -s h -l help -d 'Show help'`,
  ];
}

function fishOption(head: string, option: OptionSpec): string[] {
  const short = option.short === undefined ? '' : ` -s ${option.short}`;
  const name = option.default === true ? `no-${option.name}` : option.name;
  const lines = [
    `${head}${short} -l ${name}${isSwitch(option) ? '' : fishValue(option)} -d ${fishQuote(option.text)}`,
  ];
  if (option.none !== undefined) lines.push(`${head} -l no-${option.name} -d ${fishQuote(option.none)}`);
  return lines;
}

function fishValue(option: OptionSpec): string {
  switch (valueKind(option)) {
    case 'words':
      return ` -x -a ${fishQuote(valueWords(option).join(' '))}`;
    case 'file':
      return ' -r -F';
    case 'folder':
      return " -x -a '(__fish_complete_directories)'";
    case 'none':
      return ' -x';
  }
}

function fishQuote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
