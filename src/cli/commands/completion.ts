import { EXIT, UsageError } from '../../base/errors.ts';
import type { CommandContext } from '../commands.ts';
import { COMPLETIONS } from '../completion-scripts.ts';

export async function completion({ io, args }: CommandContext): Promise<number> {
  const [shell = ''] = args;
  const script = COMPLETIONS.get(shell);
  if (script === undefined) {
    throw new UsageError(`${JSON.stringify(shell)} is not one of ${[...COMPLETIONS.keys()].join(', ')}`);
  }
  io.stdout.write(script());
  return EXIT.ok;
}
