import { EXIT, errorMessage, KeyturnError } from '../base/errors.ts';
import type { Io } from '../base/io.ts';
import { escapeControl } from '../report/escape.ts';
import type { RunScan } from '../scan/plan.ts';

/** What `main` takes from the process, or a test puts in its place. */
export interface MainHooks {
  /** Aborted to stop cleanly. */
  signal?: AbortSignal;
  /** In place of src/scan/run.ts. */
  runScan?: RunScan;
}

/**
 * One run of the tool: `argv` without node and script in, exit status out. Foreseen errors are one line and a hint on standard
 * error; anything else is a defect and shows its stack.
 */
export async function main(argv: readonly string[], io: Io, hooks: MainHooks = {}): Promise<number> {
  try {
    const { runProgram } = await import('./program.ts');
    return await runProgram(argv, io, {
      signal: hooks.signal ?? new AbortController().signal,
      runScan: hooks.runScan ?? loadAndRunScan,
    });
  } catch (error) {
    io.stderr.write(describe(error));
    return hooks.signal?.aborted ? EXIT.interrupted : EXIT.error;
  }
}

const loadAndRunScan: RunScan = async (plan, environment) => {
  const { runScan } = await import('../scan/run.ts');
  return runScan(plan, environment);
};

function describe(error: unknown): string {
  if (error instanceof KeyturnError) {
    const hint = error.hint === undefined ? '' : `${escapeControl(error.hint)}\n`;
    return `keyturn: ${escapeControl(errorMessage(error))}\n${hint}`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `keyturn: this should not have happened; please report it\n${stack}\n`;
}
