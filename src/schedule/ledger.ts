import { errorMessage, KeyturnError } from '../base/errors.ts';
import { appendLine, makeFolderFor, readLinesFrom } from '../base/lines-file.ts';
import type { JobName, JobSpec } from './types.ts';

/** One line of the schedule's own journal, by which a later start knows what was missed. */
export interface LedgerEntry {
  /** ISO 8601. */
  at: string;
  /** Of one process. */
  run: string;
  job: JobName;
  /**
   * - `scheduled`: first seen, or with another time than before; nothing was missed until now
   * - `started`; `finished`, `failed`: with an answer, good or bad
   * - `interrupted`: asked to stop or pause; to be gone on with
   * - `abandoned`: ended the process too often
   */
  event: 'scheduled' | 'started' | 'finished' | 'failed' | 'interrupted' | 'abandoned';
  /** What it is the run of: ISO 8601. */
  due: string;
  /** As configured. */
  cron?: string;
  /** Due times that this run stands for besides its own. */
  missed?: number;
  /** Milliseconds. */
  took?: number;
  text?: string;
}

/** What the ledger says of one job. */
export interface JobState {
  /** Every due time until this one has been dealt with. */
  handledUntil: number;
  /** Runs that began and did not come to an end since then. */
  attempts: number;
  cron: string;
  lastEnd?: { event: LedgerEntry['event']; at: number };
  /** When a run last ended well. */
  finishedAt?: number;
}

export interface Ledger {
  stateOf(job: JobName): JobState | undefined;
  /** Throws a KeyturnError when it cannot be written: then nothing may be run. */
  write(entry: Omit<LedgerEntry, 'at' | 'run'>): void;
}

export function openLedger({ file, run, now }: { file: string; run: string; now: () => number }): Ledger {
  attempt('write', file, () => makeFolderFor(file));
  const states = new Map<JobName, JobState>();
  let read = 0;
  return {
    stateOf: (job) => {
      const { values, end } = attempt('read', file, () => readLinesFrom<LedgerEntry>(file, read));
      read = end;
      for (const entry of values) note(states, entry);
      return states.get(job);
    },
    write: (entry) =>
      attempt('write', file, () => appendLine(file, { at: new Date(now()).toISOString(), run, ...entry })),
  };
}

function note(states: Map<JobName, JobState>, { job, event, due, at, cron }: LedgerEntry): void {
  const before = states.get(job) ?? { handledUntil: 0, attempts: 0, cron: '' };
  const end = { event, at: Date.parse(at) };
  const dueAt = Date.parse(due);
  if (event === 'scheduled')
    states.set(job, { ...before, handledUntil: dueAt, attempts: 0, cron: cron ?? '' });
  else if (event === 'started') states.set(job, { ...before, attempts: before.attempts + 1 });
  else if (event === 'interrupted') states.set(job, { ...before, attempts: 0, lastEnd: end });
  else {
    const finished = event === 'finished' ? { finishedAt: end.at } : {};
    states.set(job, { ...before, handledUntil: dueAt, attempts: 0, lastEnd: end, ...finished });
  }
}

/** How the ledger names the times of a job. */
export function cronText({ times }: JobSpec): string {
  return `${times.expression} ${times.timezone}`;
}

function attempt<T>(verb: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new KeyturnError(`cannot ${verb} the ledger ${file}: ${errorMessage(error)}`, {
      code: 'ledger',
      cause: error,
      hint: 'No job runs without it: what was missed and what was done twice could not be told.',
    });
  }
}
