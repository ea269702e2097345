import { rmSync } from 'node:fs';
import { errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import { appendLine, makeFolderFor, readLines } from '../base/lines-file.ts';

/** What is told of an account some hours ago is still worth merging; of one a day ago is not. */
const LONGEST_RUN_MS = 24 * 3_600_000;

export interface RunFileOptions {
  file: string;
  /** Of this process. */
  run: string;
  /** What is asked of the accounts, as data: a run is gone on with only by one that asks the same. */
  question: unknown;
  /** Go on with the run that stopped, if there is one. */
  isResumed: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Which accounts of a run are done, and what came of them, so that a run that was cut off can be gone on with. */
export interface RunFile<T> {
  /** By account ID: what the run that stopped had done. */
  done: ReadonlyMap<string, T>;
  /** On disk when it returns. */
  add(accountId: string, value: T): void;
  /** Nothing is left to be gone on with. */
  remove(): void;
}

/** The first line of a run, or what came of one account. */
type Line = { run: string } & (
  | { begunAt: number; question: unknown }
  | { accountId: string; value: unknown }
);

/**
 * Values have to be plain data without secrets. Throws a UsageError when the run that stopped asked for something else, and a
 * KeyturnError when the file cannot be used.
 */
export function openRunFile<T>({ file, run, question, isResumed, now }: RunFileOptions): RunFile<T> {
  const before = isResumed ? attempted(file, () => lastRun(file, now)) : undefined;
  if (before !== undefined && JSON.stringify(before.question) !== JSON.stringify(question))
    throw new UsageError(
      '--resume: the run that stopped was begun with other options, or another configuration',
      {
        hint: 'Give the same ones again, or begin anew without --resume.',
      },
    );
  const write = (line: Line) => attempted(file, () => appendLine(file, line));
  if (before === undefined) {
    attempted(file, () => {
      makeFolderFor(file);
      rmSync(file, { force: true });
    });
    write({ run, begunAt: now, question });
  }
  const id = before?.run ?? run;
  return {
    done: (before?.done ?? new Map()) as Map<string, T>,
    add: (accountId, value) => write({ run: id, accountId, value }),
    remove: () => attempted(file, () => rmSync(file, { force: true })),
  };
}

interface Before {
  run: string;
  question: unknown;
  done: Map<string, unknown>;
}

/** Lines of another run that still writes here are left out. */
function lastRun(file: string, now: number): Before | undefined {
  const lines = readLines<Line>(file);
  const head = lines.findLast((line) => 'begunAt' in line);
  if (head === undefined || !('begunAt' in head) || now - head.begunAt > LONGEST_RUN_MS) return undefined;
  const done = lines.flatMap((line): [string, unknown][] =>
    'accountId' in line && line.run === head.run ? [[line.accountId, line.value]] : [],
  );
  return { run: head.run, question: head.question, done: new Map(done) };
}

function attempted<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new KeyturnError(`cannot use ${file}: ${errorMessage(error)}`, { code: 'run-file', cause: error });
  }
}
