import { COMMAND_GROUPS, COMMANDS, type CommandSpec } from './commands.ts';
import { isSwitch, OPTION_GROUPS, type OptionSpec, optionsOf } from './options.ts';

/** Narrow enough for a side pane; fixed, so that help is the same everywhere. */
const WIDTH = 96;
/** Column at which texts begin. */
const TEXT_AT = 32;

const ELSEWHERE =
  'Most options are also keys of keyturn.yaml (minConfidence) and environment variables (KEYTURN_MIN_CONFIDENCE); ' +
  'keyturn config print shows them all, and where each value comes from.';

const USUAL_STATUS: NonNullable<CommandSpec['exitStatus']> = [
  [0, 'done'],
  [2, 'wrong usage or configuration'],
];

/** `keyturn`, `keyturn -h` and, long, `keyturn --help`. */
export function overviewHelp(isLong: boolean): string {
  const lead = [
    'keyturn: find leaked AWS credentials, and change the locks',
    '',
    'Usage: keyturn COMMAND [OPTIONS]',
    '',
  ];
  if (!isLong) {
    return toText([
      ...lead,
      'EXAMPLES',
      ...exampleLines([
        { line: 'keyturn scan', text: 'the files of the current folder' },
        { line: 'keyturn scan --history', text: 'every object of the repository, reachable or not' },
        { line: 'keyturn baseline create', text: 'record what is known, to hear of new findings only' },
      ]),
      '',
      'COMMANDS',
      ...topLevel().flatMap(([name, summary]) => entry(`  ${name}`, summary)),
      '',
      'keyturn COMMAND -h says what the options of a command are, --help says more.',
    ]);
  }
  return toText([
    ...lead,
    'COMMANDS',
    ...COMMANDS.flatMap((command) => entry(`  ${usageOf(command)}`, command.summary)),
    '',
    'OPTIONS',
    ...entry('  -h, --help', 'Show help: -h the short one, --help all of it'),
    ...entry('  -V, --version', 'Show the version'),
    '',
    'EXAMPLES',
    ...exampleLines(COMMANDS[0]!.examples),
    '',
    'EXIT STATUS',
    ...statusLines(COMMANDS[0]!),
  ]);
}

/** `keyturn patterns`. */
export function groupHelp(group: string): string {
  const members = COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
  return toText([
    COMMAND_GROUPS[group] ?? group,
    '',
    `Usage: keyturn ${group} COMMAND [OPTIONS]`,
    '',
    'COMMANDS',
    ...members.flatMap((command) => entry(`  ${usageOf(command).slice(group.length + 1)}`, command.summary)),
    '',
    'EXAMPLES',
    ...exampleLines(members.map(({ examples }) => examples[0]!)),
  ]);
}

export function commandHelp(command: CommandSpec, isLong: boolean): string {
  const { name, argument, summary, details, examples } = command;
  return toText([
    summary,
    ...(isLong && details !== undefined ? ['', ...wrap(details, WIDTH)] : []),
    '',
    `Usage: keyturn ${name} [OPTIONS]${argument === undefined ? '' : ` ${argument.name}`}`,
    ...(argument === undefined ? [] : ['', 'ARGUMENTS', ...entry(`  ${argument.name}`, argument.text)]),
    ...optionLines(optionsOf(name), isLong),
    ...(isLong ? ['', ...wrap(ELSEWHERE, WIDTH)] : []),
    '',
    'EXAMPLES',
    ...exampleLines(isLong ? examples : examples.slice(0, 3)),
    ...(isLong ? ['', 'EXIT STATUS', ...statusLines(command)] : ['', `keyturn ${name} --help says more.`]),
  ]);
}

/** What an option is in help: `-f, --format FORMAT`. */
export function spellingOf(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const negation = option.default === true ? 'no-' : '';
  return `${short}--${negation}${option.name}${isSwitch(option) ? '' : ` ${option.placeholder}`}`;
}

function optionLines(options: readonly OptionSpec[], isLong: boolean): string[] {
  const help = entry('  -h, --help', 'Show help: -h the short one, --help all of it');
  return OPTION_GROUPS.flatMap((group) => {
    const members = options.filter((option) => option.group === group);
    if (members.length === 0) return [];
    const lines = members.flatMap((option) => optionEntry(option, isLong));
    return ['', group, ...lines, ...(group === 'LOGGING' ? help : [])];
  });
}

function optionEntry(option: OptionSpec, isLong: boolean): string[] {
  return [
    ...entry(`  ${spellingOf(option)}`, option.text),
    ...(isLong
      ? [...indent(option.details), ...indent(choicesOf(option)), ...indent(defaultLine(option))]
      : []),
    ...(option.none === undefined ? [] : entry(`      --no-${option.name}`, option.none)),
  ];
}

function choicesOf({ choices }: OptionSpec): string | undefined {
  return choices === undefined ? undefined : `One of ${choices.join(', ')}.`;
}

function defaultLine(option: OptionSpec): string | undefined {
  const value = defaultOf(option);
  return value === undefined ? undefined : `Default: ${value}.`;
}

/** The default in words; undefined for switches, which are off. */
export function defaultOf(option: OptionSpec): string | undefined {
  if (option.defaultText !== undefined) return option.defaultText;
  if (option.default === undefined || typeof option.default === 'boolean') return undefined;
  return option.type === 'size' ? sizeText(Number(option.default)) : String(option.default);
}

/** The way a size is typed: `512M`. */
export function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

function topLevel(): [name: string, summary: string][] {
  const seen = new Map<string, string>();
  for (const { name, summary } of COMMANDS) {
    const first = name.split(' ')[0]!;
    if (!seen.has(first)) seen.set(first, COMMAND_GROUPS[first] ?? summary);
  }
  return [...seen];
}

function usageOf({ name, argument }: CommandSpec): string {
  return argument === undefined ? name : `${name} ${argument.name}`;
}

function exampleLines(examples: CommandSpec['examples']): string[] {
  return examples.flatMap(({ line, text }) => [`  ${line}`, `      ${text}`]);
}

function statusLines(command: CommandSpec): string[] {
  return (command.exitStatus ?? USUAL_STATUS).map(
    ([status, meaning]) => `  ${String(status).padEnd(5)}${meaning}`,
  );
}

/** A name and its text beside it, or below where the name is long. */
function entry(name: string, text: string): string[] {
  const lines = wrap(text, WIDTH - TEXT_AT).map((line) => `${' '.repeat(TEXT_AT)}${line}`);
  if (name.length > TEXT_AT - 2) return [name, ...lines];
  return [`${name.padEnd(TEXT_AT)}${lines[0]?.trimStart() ?? ''}`, ...lines.slice(1)];
}

function indent(text: string | undefined): string[] {
  return text === undefined ? [] : wrap(text, WIDTH - TEXT_AT).map((line) => `${' '.repeat(TEXT_AT)}${line}`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
