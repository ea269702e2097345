import { EXIT } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';

const argv = process.argv.slice(2);

// A hook asks for the version before each run: nothing else is loaded for it.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
  process.stdout.write(`keyturn ${VERSION}\n`);
else await start();

async function start(): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The first asks for a clean stop with a report of what was found; the second does not wait for it.
      if (stopping.signal.aborted) process.exit(EXIT.interrupted);
      stopping.abort(name);
      // Who waits for more input would wait on.
      process.stdin.destroy();
    });
  }
  let isCut = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Who reads us may stop reading, as `head` does; that is no failure. A full disk is one, and the writer says so.
    if (code === 'EPIPE') return;
    isCut = true;
    process.exitCode = EXIT.error;
  });

  const [{ main }, { systemClock }] = await Promise.all([import('./main.ts'), import('../base/clock.ts')]);
  const { stdout, stderr, stdin, env } = process;
  const io = { stdout, stderr, stdin, env, cwd: process.cwd(), ...systemClock };
  // Set, not exit(): what was written may still be on its way.
  const status = await main(argv, io, { signal: stopping.signal });
  process.exitCode = isCut ? EXIT.error : status;
}
