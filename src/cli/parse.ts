import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { EXIT, UsageError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { RawSetting } from '../config/settings.ts';
import { COMMAND_GROUPS, COMMANDS, type CommandSpec } from './commands.ts';
import { commandHelp, groupHelp, overviewHelp } from './help.ts';
import { COMMAND_NAMES, isSwitch, OPTIONS, type OptionSpec, optionsOf } from './options.ts';

/** A command line that names a command. */
interface Invocation {
  command: CommandSpec;
  args: readonly string[];
  /** By setting name, as given: not checked yet. */
  flags: ReadonlyMap<string, RawSetting>;
}

/** A command to run, or a text to print and the status to end with. */
export type CommandLine = Invocation | { help: string; status: number };

/** Reads `argv` (without node and script). Throws a UsageError for a line that makes no sense. */
export function parseCommandLine(argv: readonly string[], cwd: string): CommandLine {
  // Of no use to anyone, and no scan either: a pipeline whose arguments got lost must not look clean.
  if (argv.length === 0) return { help: overviewHelp(false), status: EXIT.error };
  let outcome: CommandLine | undefined;
  let message = '';
  const words = leadingOptionsLast(argv);
  const program = buildProgram(commandsFor(words), {
    cwd,
    isLong: !argv.includes('-h'),
    onCommand: (invocation) => {
      outcome = invocation;
    },
    onHelp: (help, status) => {
      outcome = { help, status };
    },
    onError: (text) => {
      message = text;
    },
  });
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (outcome === undefined) throw toUsageError(message, argv, cwd);
  }
  if (outcome === undefined) throw new Error('the parser came to no result');
  return outcome;
}

/** `keyturn -v scan` is `keyturn scan -v`: options that every command has may stand in front. */
function leadingOptionsLast(argv: readonly string[]): string[] {
  const common = OPTIONS.filter(({ commands }) => commands.length === COMMAND_NAMES.length);
  let at = 0;
  while (at < argv.length) {
    const [name = '', value] = argv[at]!.split('=', 2);
    const option = common.find(
      (candidate) => name === `--${candidate.name}` || name === `-${candidate.short}`,
    );
    const isSwitchedOff = common.some(
      (candidate) => candidate.none !== undefined && name === `--no-${candidate.name}`,
    );
    if (option === undefined && !isSwitchedOff && !/^-vv+$/.test(name)) break;
    at += option === undefined || isSwitch(option) || value !== undefined ? 1 : 2;
  }
  const first = argv[at];
  if (first === undefined) throw new UsageError('no command given', { hint: 'See keyturn --help.' });
  const words = Object.hasOwn(COMMAND_GROUPS, first) ? 2 : 1;
  return [...argv.slice(at, at + words), ...argv.slice(0, at), ...argv.slice(at + words)];
}

interface Listener {
  cwd: string;
  isLong: boolean;
  onCommand: (invocation: Invocation) => void;
  onHelp: (text: string, status: number) => void;
  onError: (message: string) => void;
}

// Perf: to prepare all commands takes some milliseconds. What names none may want any of them for its help or a suggestion.
function commandsFor(words: readonly string[]): readonly CommandSpec[] {
  const named = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => word === words[index]));
  return named === undefined ? COMMANDS : [named];
}

function buildProgram(commands: readonly CommandSpec[], listener: Listener): Command {
  const program = prepare(new Command('keyturn'), listener, () => overviewHelp(listener.isLong));
  program.version(`keyturn ${VERSION}`, '-V, --version');
  const groups = new Map<string, Command>();
  for (const name of Object.keys(COMMAND_GROUPS)) {
    groups.set(
      name,
      prepare(program.command(name), listener, () => groupHelp(name)),
    );
  }
  for (const spec of commands) {
    const [first, second] = spec.name.split(' ');
    const parent = second === undefined ? program : groups.get(first!)!;
    addCommand(parent, second ?? first!, spec, listener);
  }
  return program;
}

function addCommand(parent: Command, name: string, spec: CommandSpec, listener: Listener): void {
  const command = prepare(parent.command(name), listener, () => commandHelp(spec, listener.isLong));
  const flags = new Map<string, RawSetting>();
  for (const option of optionsOf(spec.name)) addOption(command, option, flags, listener.cwd);
  if (spec.argument !== undefined) {
    for (const argument of spec.argument.name.split(' ')) {
      command.argument(argument.startsWith('[') ? argument : `<${argument}>`);
    }
  }
  command.action(() => listener.onCommand({ command: spec, args: command.args, flags }));
}

function prepare(command: Command, listener: Listener, help: () => string): Command {
  return command
    .exitOverride()
    .helpOption('-h, --help')
    .configureHelp({ formatHelp: help })
    .configureOutput({
      writeOut: (text) => listener.onHelp(text, EXIT.ok),
      writeErr: (text) => listener.onHelp(text, EXIT.error),
      outputError: listener.onError,
    });
}

/** Values are only collected here; `resolveSettings` checks them, as it does those of files and of the environment. */
function addOption(command: Command, option: OptionSpec, flags: Map<string, RawSetting>, cwd: string): void {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = isSwitch(option) ? '' : ` <${option.placeholder}>`;
  const typed = `--${option.name}`;
  command.addOption(new Option(`${short}${typed}${value}`));
  command.on(`option:${option.name}`, (given: string | null) => {
    const before = flags.get(option.name)?.value;
    const raw = option.isList
      ? [...(Array.isArray(before) ? before : []), given]
      : option.type === 'tally'
        ? Number(before ?? 0) + 1
        : (given ?? true);
    flags.set(option.name, { value: raw, where: typed, base: cwd });
  });
  if (option.type !== 'flag' && option.none === undefined) return;
  command.addOption(new Option(`--no-${option.name}`));
  command.on(`option:no-${option.name}`, () => {
    flags.set(option.name, { value: false, where: `--no-${option.name}`, base: cwd });
  });
}

/** The parser's own message, as one line and a hint. */
function toUsageError(message: string, argv: readonly string[], cwd: string): UsageError {
  const [line = '', ...rest] = message
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return new UsageError(line, {
    hint: hintFor(line, argv[0] ?? '', cwd) ?? (suggestion || 'See keyturn --help.'),
  });
}

function hintFor(line: string, word: string, cwd: string): string | undefined {
  if (line.startsWith('unknown command') && (existsSync(resolve(cwd, word)) || /[./\\]/.test(word))) {
    return `Did you mean keyturn scan ${word}?`;
  }
  const [, name, placeholder] = /^option '.*--([a-z-]+) <([^>]*)>.*argument missing$/.exec(line) ?? [];
  // Commands may have options of one name that take different values.
  const choices = OPTIONS.find(
    (option) => option.name === name && option.placeholder === placeholder,
  )?.choices;
  return choices === undefined ? undefined : `One of ${choices.join(', ')}.`;
}
