import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UsageError } from '../base/errors.ts';
import type { CommandContext } from './commands.ts';

/**
 * Runs a program with `env` in place of every AWS variable of ours, our streams its own. Returns its status; that of one that a signal
 * ended is 128 and the signal's number, as in a shell.
 */
export async function runInside(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
): Promise<number> {
  const child = spawn(command, args, {
    cwd: io.cwd,
    env: { ...withoutAws(io.env), ...env },
    stdio: 'inherit',
  });
  const forward = () => {
    // A terminal sends Ctrl-C to the program as well; twice could mean something else to it.
    if (signal.reason === 'SIGINT' && io.stdin.isTTY) return;
    child.kill(signal.reason as NodeJS.Signals);
  };
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', forward, { once: true });
  process.once('exit', end);
  try {
    return await new Promise<number>((done, fail) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? 'no such command' : `cannot be run (${error.code})`;
        fail(new UsageError(`${command}: ${why}`, { cause: error }));
      });
      child.on('close', (status, name) => done(status ?? 128 + constants.signals[name!]));
    });
  } finally {
    signal.removeEventListener('abort', forward);
    process.off('exit', end);
  }
}

/** Also an endpoint for one service, or a profile, would lead out of the sandbox. Loopback is not for proxies. */
function withoutAws(env: CommandContext['io']['env']): Record<string, string | undefined> {
  const rest = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  const noProxy = [env['NO_PROXY'] ?? env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',');
  return { ...Object.fromEntries(rest), NO_PROXY: noProxy, no_proxy: noProxy };
}
