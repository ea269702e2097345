import { EXIT, errorMessage, UsageError } from '../../base/errors.ts';
import { readText } from '../../config/file.ts';
import { createFolder } from '../../sandbox/folder.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { DEMO_SEED } from '../../sandbox/seed/demo.ts';
import { parseSeed } from '../../sandbox/seed/file.ts';
import type { Seed } from '../../sandbox/seed/seed.ts';
import type { CommandContext } from '../commands.ts';
import { runInside } from '../run-inside.ts';
import { sandboxText } from '../sandbox-text.ts';

/** Serves until it is stopped, or for as long as COMMAND runs. */
export async function sandbox(context: CommandContext): Promise<number> {
  const { io, args, signal, configuration } = context;
  const { settings } = configuration;
  const seed = readSeed(settings.find('seed')?.value as string | undefined);
  const started = await start(seed, settings.number('port') ?? 0);
  const folder = createFolder(started);
  // Whatever ends this process, the files with the keys go.
  const removeLate = () => folder.remove();
  process.once('exit', removeLate);
  try {
    const [command, ...rest] = args;
    if (command !== undefined) return await runInside(command, rest, folder.env, context);
    io.stdout.write(sandboxText(started, folder));
    await untilAborted(signal);
    return EXIT.ok;
  } finally {
    await started.close();
    process.off('exit', removeLate);
    folder.remove();
  }
}

function readSeed(file: string | undefined): Seed {
  return file === undefined ? DEMO_SEED : parseSeed(readText(file, file), file);
}

async function start(seed: Seed, port: number): Promise<Sandbox> {
  try {
    return await startSandbox({ seed, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new UsageError(`--port: ${port} is taken`, { hint: 'Without --port, any free one is used.' });
    if (code === 'EACCES') throw new UsageError(`--port: ${port} may not be used by this user`);
    if (error instanceof RangeError) throw new UsageError(`--seed: ${errorMessage(error)}`, { cause: error });
    throw error;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
