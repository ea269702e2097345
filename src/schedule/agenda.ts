import { createHash } from 'node:crypto';
import { cronText, type JobState } from './ledger.ts';
import type { JobSpec } from './types.ts';

/** A run that is due, or that will be. */
export interface Turn {
  job: JobSpec;
  /** The due time that it is the run of. */
  due: number;
  /** When it is to begin: the due time, and some jitter. */
  at: number;
  /** Due times before that one that nobody ran; they are not run one by one. */
  missed: number;
}

/** A ledger that is further ahead than this was written by a clock that was wrong. */
const MOST_AHEAD_MS = 3_600_000;
const MOST_MISSED = 10_000;

/** Why a job has to begin anew with what it has missed; undefined for one that goes on. */
export function resetReason(job: JobSpec, state: JobState | undefined, now: number): string | undefined {
  if (state === undefined) return 'new';
  if (state.cron !== cronText(job)) return 'its times were changed';
  if (state.handledUntil > now + MOST_AHEAD_MS)
    return `the clock went back: it was done until ${new Date(state.handledUntil).toISOString()}`;
  return undefined;
}

/** Pure. However many due times have passed, the run is one, and stands for the latest. */
export function turnOf(job: JobSpec, state: JobState, now: number, seed: string): Turn {
  const { times } = job;
  const first = times.next(state.handledUntil);
  const at = first + jitterOf(job, first, seed);
  if (at > now) return { job, due: first, at, missed: 0 };
  let due = first;
  let missed = 0;
  for (let next = times.next(due); next <= now && missed < MOST_MISSED; next = times.next(due)) {
    due = next;
    missed++;
  }
  return { job, due, at, missed };
}

/** The same on every start of this host, another on another. */
function jitterOf({ name, jitterMs }: JobSpec, due: number, seed: string): number {
  if (jitterMs === 0) return 0;
  const digest = createHash('sha256').update(`${seed} ${name} ${due}`).digest();
  return Math.floor((digest.readUInt32BE() / 2 ** 32) * jitterMs);
}
