import { shellQuote } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { OPTIONS } from './options.ts';

/** The command that goes on, for a shell: `keyturn WORDS` with what decided where and how it works, as it was given. */
export function resumeCommand({ flags }: Pick<CommandContext, 'flags'>, words: readonly string[]): string {
  const decides = OPTIONS.filter(({ group }) => group === 'AWS' || group === 'CONFIGURATION');
  // The same name may mean several options, each of other commands.
  const options = [...new Set(decides.map(({ name }) => name))].flatMap((name) => {
    const given = flags.get(name)?.value;
    if (given === undefined) return [];
    if (given === true) return [`--${name}`];
    if (given === false) return [`--no-${name}`];
    return (Array.isArray(given) ? given : [given]).flatMap((value) => [`--${name}`, String(value)]);
  });
  return ['keyturn', ...words, ...options].map(shellQuote).join(' ');
}
