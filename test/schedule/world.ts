import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import { readLines } from '../../src/base/lines-file.ts';
import { createLogger } from '../../src/base/log.ts';
import type { NotifyEvent } from '../../src/notify/types.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import { type LedgerEntry, openLedger } from '../../src/schedule/ledger.ts';
import { createRunner, type JobContext } from '../../src/schedule/runner.ts';
import type { JobName, JobResult, JobSpec, Schedule } from '../../src/schedule/types.ts';

/** A clock that goes when someone sleeps, and does things on the way. */
export interface FakeClock extends Clock {
  set(time: number): void;
  /** Runs `what` when the clock comes to `time`; whoever sleeps then wakes. */
  at(time: number, what: () => void): void;
}

export function createFakeClock(start: number): FakeClock {
  let time = start;
  let plans: { time: number; what: () => void }[] = [];
  return {
    now: () => time,
    set: (to) => {
      time = to;
    },
    at: (when, what) => {
      plans.push({ time: when, what });
      plans.sort((a, b) => a.time - b.time);
    },
    sleep: async (ms, signal) => {
      const end = time + Math.max(0, ms);
      while (plans[0] !== undefined && plans[0].time <= end && signal?.aborted !== true) {
        const { time: due, what } = plans[0];
        plans = plans.slice(1);
        time = Math.max(time, due);
        what();
      }
      if (signal?.aborted !== true) time = Math.max(time, end);
      await null;
    },
  };
}

export const DONE: JobResult = { outcome: 'done', text: 'well', accounts: [], events: [] };

export function jobOf(name: JobName, cron: string, parts: Partial<JobSpec> = {}): JobSpec {
  return { name, times: parseCron(cron, 'UTC'), jitterMs: 0, arguments: [], where: 'k.yaml:1:1', ...parts };
}

export function scheduleOf(...jobs: JobSpec[]): Schedule {
  const health = { port: undefined, file: undefined };
  return { jobs, allowChanges: true, warnMs: [], pauseFile: undefined, health };
}

export interface Stage {
  perform?(job: JobSpec, context: JobContext): Promise<JobResult>;
  reload?(): Promise<{ schedule: Schedule } | undefined>;
  pause?(): string | undefined;
}

/** A folder with a ledger, on which runners are started one after the other, each a process of its own. */
export function createStage(start: string) {
  const clock = createFakeClock(Date.parse(start));
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-schedule-'));
  const file = join(folder, 'schedule.ndjson');
  const ran: string[] = [];
  const told: NotifyEvent[] = [];
  const said: string[] = [];
  function start_(schedule: Schedule, until: string, stage: Stage = {}) {
    const stopping = new AbortController();
    clock.at(Date.parse(until), () => stopping.abort());
    const runner = createRunner({
      clock,
      log: createLogger({
        level: 'info',
        format: 'text',
        write: (line) => said.push(line),
        now: clock.now,
      }),
      ledger: openLedger({ file, run: 'test', now: clock.now }),
      host: 'here',
      pid: 1,
      version: '0',
      initial: { schedule },
      reload: stage.reload ?? (async () => undefined),
      pauseReason: () => stage.pause?.(),
      perform: async (_, job, context) => {
        ran.push(`${timeText(clock.now())} ${job.name}`);
        return (await stage.perform?.(job, context)) ?? DONE;
      },
      notifierOf: () => ({
        deliver: async (events) => {
          told.push(...events);
          return [];
        },
      }),
      signal: stopping.signal,
      pollMs: 600_000,
    });
    return { runner, stopping };
  }
  return {
    clock,
    folder,
    ran,
    told,
    said,
    start: start_,
    run: (schedule: Schedule, until: string, stage?: Stage) => start_(schedule, until, stage).runner.run(),
    ledger: () =>
      readLines<LedgerEntry>(file).map(({ event, job, due, missed }) =>
        [event, job, due.slice(5, 16), missed].filter((part) => part !== undefined).join(' '),
      ),
  };
}

export function timeText(time: number): string {
  return new Date(time).toISOString().slice(5, 16);
}
