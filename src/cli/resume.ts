import { shellQuote } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { COMMAND_NAMES, type CommandName, OPTIONS, optionsOf } from './options.ts';

/** What decided where and how a command works, as it was given; with `only`, as far as that command takes it. */
export function givenOptions({ flags }: Pick<CommandContext, 'flags'>, only?: CommandName): string[] {
  const known = only === undefined ? OPTIONS : optionsOf(only);
  const decides = known.filter(({ group }) => group === 'AWS' || group === 'CONFIGURATION');
  // The same name may mean several options, each of other commands.
  return [...new Set(decides.map(({ name }) => name))].flatMap((name) => {
    const given = flags.get(name)?.value;
    if (given === undefined) return [];
    if (given === true) return [`--${name}`];
    if (given === false) return [`--no-${name}`];
    return (Array.isArray(given) ? given : [given]).flatMap((value) => [`--${name}`, String(value)]);
  });
}

/**
 * The command that goes on, for a shell: `keyturn WORDS` with what decided where and how the one that ran works. It may be another one: what
 * it does not take is left out. Throws a RangeError for words that begin with the name of none.
 */
export function resumeCommand(context: Pick<CommandContext, 'flags'>, words: readonly string[]): string {
  const command = COMMAND_NAMES.find((name) => name.split(' ').every((word, at) => word === words[at]));
  if (command === undefined) throw new RangeError(`${words[0]} is no command`);
  return ['keyturn', ...words, ...givenOptions(context, command)].map(shellQuote).join(' ');
}
