import type { NotifyEvent } from '../notify/types.ts';
import type { CronTimes } from './cron.ts';

/**
 * What can be done without anyone watching, in the order in which jobs of the same time are done.
 * - `report`: how keys stand; owners are told of keys that will be due
 * - `plan`: what the policy asks for, as a file
 * - `apply`: what the policy asks for, done
 * - `delete-after-retention`: keys that are inactive for long enough, deleted
 * - `sweep`: repositories scanned
 * - `audit`: the checklist of accounts
 */
export const JOB_NAMES = ['report', 'plan', 'apply', 'delete-after-retention', 'sweep', 'audit'] as const;
export type JobName = (typeof JOB_NAMES)[number];

/** Jobs that change accounts: only with `allowChanges`, and not while paused. */
export const CHANGING_JOBS: readonly JobName[] = ['apply', 'delete-after-retention'];

export interface JobSpec {
  name: JobName;
  times: CronTimes;
  /** Begins up to this much later, by chance: many hosts would call AWS in the same second. Milliseconds. */
  jitterMs: number;
  /** Of the command that a job starts. */
  arguments: readonly string[];
  /** `file:line:column`. */
  where: string;
}

/** The section `schedule` of the configuration. */
export interface Schedule {
  jobs: readonly JobSpec[];
  /** Whether jobs may change accounts. */
  allowChanges: boolean;
  /** How long before its replacement the owner of a key is told, longest first. Milliseconds. */
  warnMs: readonly number[];
  /** Nothing is changed while this file is there. */
  pauseFile: string | undefined;
  health: { port: number | undefined; file: string | undefined };
}

/** How one run of a job ended. `attention`: done, and something needs a person. */
export type JobOutcome = 'done' | 'attention' | 'failed' | 'interrupted';

export interface JobResult {
  outcome: JobOutcome;
  /** One line. */
  text: string;
  accounts: AccountResult[];
  events: NotifyEvent[];
}

/** What a job came to in one account. */
export interface AccountResult {
  /** Twelve digits. */
  account: string;
  outcome: JobOutcome;
  text: string;
  /** Keys by what became of them or what the policy says of them. */
  counts: Readonly<Record<string, number>>;
  events: NotifyEvent[];
}
