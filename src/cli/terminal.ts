import type { Io, OutputStream } from '../base/io.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/**
 * Whether to colour what goes to `stream`; asked for each stream alone. First that decides: `--color`, `NO_COLOR`,
 * `FORCE_COLOR` or `CLICOLOR_FORCE`, `TERM=dumb`, whether it is a terminal. An empty variable counts as not set.
 */
export function shouldColor(
  choice: ColorChoice,
  stream: Pick<OutputStream, 'isTTY'>,
  env: Io['env'],
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (isSet(env['NO_COLOR'])) return false;
  for (const force of [env['FORCE_COLOR'], env['CLICOLOR_FORCE']]) {
    if (isSet(force)) return force !== '0' && force !== 'false';
  }
  if (env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}

/** Columns of the terminal behind `stream`; absent when it is none, so that nothing written to a pipe is ever cut. */
export function terminalWidth(stream: Pick<OutputStream, 'isTTY' | 'columns'>): number | undefined {
  if (stream.isTTY !== true) return undefined;
  // A terminal that does not know its size says 0.
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
