import type { Clock } from '../base/clock.ts';
import { errorMessage, KeyturnError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Notifier, NotifyEvent } from '../notify/types.ts';
import { resetReason, type Turn, turnOf } from './agenda.ts';
import type { Health } from './health.ts';
import { cronText, type JobState, type Ledger } from './ledger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { CHANGING_JOBS, type JobResult, type JobSpec, type Schedule } from './types.ts';

/** A configuration that is in force, and whatever the jobs need of it. */
interface Loaded {
  schedule: Schedule;
}

export interface RunnerOptions<C extends Loaded> {
  clock: Clock;
  log: Logger;
  ledger: Ledger;
  /** For jitter: another on every host. */
  host: string;
  pid: number;
  version: string;
  initial: C;
  /** A configuration that takes the place of the one in force; undefined when there is none. Throws for one that cannot be used. */
  reload(): Promise<C | undefined>;
  /** Why nothing may be changed now; undefined when it may. */
  pauseReason(config: C): string | undefined;
  perform(config: C, job: JobSpec, context: JobContext): Promise<JobResult>;
  notifierOf(config: C): Notifier;
  /** After every round, and whenever a job begins or ends. */
  onHealth?(health: Health): void;
  /** Bytes; told in the metrics. */
  memory?(): number;
  signal: AbortSignal;
  /** The longest time between two looks at the configuration, the pause file and the clock. */
  pollMs?: number;
}

export interface JobContext {
  signal: AbortSignal;
  /** Asked between two keys. */
  isPaused(): boolean;
}

export interface Runner {
  /** Ends after `signal` is aborted and the step in flight is done. Throws a KeyturnError when the ledger cannot be written. */
  run(): Promise<void>;
  health(): Health;
  metrics: Metrics;
}

const POLL_MS = 5_000;
/** A job that ended the process this often is left until it is due again. */
const MOST_ATTEMPTS = 3;
/** What failed to be delivered, and digests that have become due. */
const FLUSH_MS = 60_000;

/** One job after the other: no job meets itself or another, and each goes on where the one before was stopped. */
export function createRunner<C extends Loaded>(options: RunnerOptions<C>): Runner {
  const { clock, log, ledger, signal, host, pollMs = POLL_MS } = options;
  const metrics = createMetrics();
  describeMetrics(metrics);
  const startedAt = clock.now();
  let config = options.initial;
  let configuredAt = startedAt;
  let roundAt = startedAt;
  let flushedAt = startedAt;
  let paused: string | undefined;
  let running: { job: JobSpec; since: number } | undefined;

  async function run(): Promise<void> {
    log.info('started', { jobs: config.schedule.jobs.map(({ name }) => name).join(' ') });
    while (!signal.aborted) {
      await takeConfiguration();
      notePause();
      const turns = turnsAt(clock.now());
      roundAt = clock.now();
      tell();
      const due = turns.find((turn) => turn.at <= roundAt && !(isChanging(turn.job) && paused !== undefined));
      if (due !== undefined) await take(due);
      else await rest(turns);
    }
    log.info('stopped');
    tell();
  }

  /** Sleeps until something is due, and not longer than one may wait for a new configuration. */
  async function rest(turns: readonly Turn[]): Promise<void> {
    // As of this round: what has become due since then is not to be slept over.
    const next = Math.min(...turns.map(({ at }) => at).filter((at) => at > roundAt), roundAt + pollMs);
    if (roundAt - flushedAt >= FLUSH_MS) {
      flushedAt = roundAt;
      await deliver([]);
    }
    await clock.sleep(Math.max(0, next - clock.now()), signal);
    const jumped = clock.now() - next;
    if (jumped > 2 * 60_000) log.warn('the clock went forward, or this machine slept', { ms: jumped });
    if (jumped < -2 * 60_000 && !signal.aborted) log.warn('the clock went back', { ms: -jumped });
  }

  async function takeConfiguration(): Promise<void> {
    try {
      const next = await options.reload();
      if (next === undefined) return;
      config = next;
      configuredAt = clock.now();
      metrics.add('keyturn_config_reloads_total', { outcome: 'taken' });
      log.info('took the new configuration', {
        jobs: config.schedule.jobs.map(({ name }) => name).join(' '),
      });
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      metrics.add('keyturn_config_reloads_total', { outcome: 'refused' });
      log.error(`refused the new configuration, and keep the one before: ${errorMessage(error)}`);
    }
  }

  function notePause(): void {
    const reason = options.pauseReason(config);
    if (reason !== paused)
      log.warn(
        reason === undefined
          ? 'not paused any more'
          : `paused: ${reason}; nothing is changed until that ends`,
      );
    paused = reason;
    metrics.set('keyturn_paused', {}, reason === undefined ? 0 : 1);
  }

  function turnsAt(now: number): Turn[] {
    const turns = config.schedule.jobs.map((job) => turnOf(job, stateOf(job, now), now, host));
    for (const name of [
      'keyturn_job_next_run_timestamp_seconds',
      'keyturn_job_last_success_timestamp_seconds',
    ])
      metrics.clear(name);
    for (const { job, at } of turns) {
      const { finishedAt } = stateOf(job, now);
      const labels = { job: job.name };
      metrics.set('keyturn_job_next_run_timestamp_seconds', labels, Math.floor(at / 1000));
      // Also of a process before this one: an alert on it must not need a restart to be right.
      if (finishedAt !== undefined)
        metrics.set('keyturn_job_last_success_timestamp_seconds', labels, Math.floor(finishedAt / 1000));
    }
    return turns.sort((a, b) => a.at - b.at);
  }

  function stateOf(job: JobSpec, now: number): JobState {
    const state = ledger.stateOf(job.name);
    const reason = resetReason(job, state, now);
    if (reason === undefined) return state!;
    log.info(`${job.name} begins: ${reason}`, { cron: cronText(job) });
    ledger.write({ job: job.name, event: 'scheduled', due: timeText(now), cron: cronText(job) });
    return ledger.stateOf(job.name)!;
  }

  async function take(turn: Turn): Promise<void> {
    const { job, missed } = turn;
    const about = { job: job.name, due: timeText(turn.due) };
    const { attempts } = stateOf(job, clock.now());
    if (attempts >= MOST_ATTEMPTS) {
      const text = `${job.name} was begun ${attempts} times and never came to its end; left until it is due again`;
      ledger.write({ ...about, event: 'abandoned', text });
      log.error(text);
      metrics.add('keyturn_job_runs_total', { job: job.name, outcome: 'abandoned' });
      await deliver([jobFailed(job, text, turn.due, clock.now())]);
      return;
    }
    const since = clock.now();
    ledger.write({ ...about, event: 'started', ...(missed > 0 && { missed }) });
    log.info(`${job.name} begins`, { due: about.due, missed, again: attempts });
    if (missed > 0) metrics.add('keyturn_job_missed_total', { job: job.name }, missed);
    running = { job, since };
    tell();
    const result = await performed(job);
    running = undefined;
    const took = clock.now() - since;
    const event =
      result.outcome === 'failed' || result.outcome === 'interrupted' ? result.outcome : 'finished';
    ledger.write({ ...about, event, took, text: result.text });
    const level = result.outcome === 'failed' ? 'error' : result.outcome === 'done' ? 'info' : 'warn';
    log[level](`${job.name}: ${result.text}`, { due: about.due, outcome: result.outcome, ms: took });
    record(job, result, took);
    const failure =
      result.outcome === 'failed' && result.accounts.length === 0
        ? [jobFailed(job, result.text, turn.due, clock.now())]
        : [];
    await deliver([...result.events, ...failure]);
  }

  async function performed(job: JobSpec): Promise<JobResult> {
    const isPaused = () => isChanging(job) && options.pauseReason(config) !== undefined;
    try {
      return await options.perform(config, job, { signal, isPaused });
    } catch (error) {
      if (signal.aborted) return { outcome: 'interrupted', text: 'interrupted', accounts: [], events: [] };
      // A defect in one job is no reason to leave the others undone.
      if (!(error instanceof KeyturnError))
        log.error(`a defect, please report it: ${(error as Error).stack}`);
      return { outcome: 'failed', text: errorMessage(error), accounts: [], events: [] };
    }
  }

  async function deliver(events: readonly NotifyEvent[]): Promise<void> {
    for (const { channel, state, error = '' } of await options.notifierOf(config).deliver(events)) {
      metrics.add('keyturn_deliveries_total', { channel, state });
      if (error !== '') log.warn(`${channel}: ${error}`, { state });
    }
  }

  function record({ name }: JobSpec, { outcome, accounts, events }: JobResult, took: number): void {
    const job = { job: name };
    metrics.add('keyturn_job_runs_total', { ...job, outcome });
    metrics.add('keyturn_job_duration_seconds_sum', job, took / 1000);
    metrics.add('keyturn_job_duration_seconds_count', job);
    for (const { kind } of events) metrics.add('keyturn_events_total', { kind });
    for (const { account, counts } of accounts) {
      metrics.clear('keyturn_keys', { ...job, account });
      for (const [state, count] of Object.entries(counts))
        metrics.set('keyturn_keys', { ...job, account, state }, count);
    }
  }

  function tell(): void {
    if (options.memory !== undefined) metrics.set('process_resident_memory_bytes', {}, options.memory());
    metrics.set('keyturn_round_timestamp_seconds', {}, Math.floor(roundAt / 1000));
    options.onHealth?.(health());
  }

  function health(): Health {
    const now = clock.now();
    const isStuck = running === undefined && now - roundAt > 12 * pollMs;
    const reason = signal.aborted
      ? 'stopping'
      : isStuck
        ? `nothing has happened since ${timeText(roundAt)}`
        : undefined;
    return {
      healthy: !isStuck,
      ready: reason === undefined,
      ...(reason !== undefined && { reason }),
      at: timeText(now),
      pid: options.pid,
      version: options.version,
      startedAt: timeText(startedAt),
      configuredAt: timeText(configuredAt),
      ...(paused !== undefined && { paused }),
      ...(running !== undefined && { running: { job: running.job.name, since: timeText(running.since) } }),
      jobs: config.schedule.jobs.map((job) => healthOf(job, ledger.stateOf(job.name), now, host)),
    };
  }

  return { run, health, metrics };
}

function healthOf(
  job: JobSpec,
  state: JobState | undefined,
  now: number,
  host: string,
): Health['jobs'][number] {
  const next = state === undefined ? job.times.next(now) : turnOf(job, state, now, host).at;
  const last = state?.lastEnd;
  return {
    job: job.name,
    next: timeText(next),
    ...(last !== undefined && { last: { event: last.event, at: timeText(last.at) } }),
  };
}

function isChanging({ name }: JobSpec): boolean {
  return CHANGING_JOBS.includes(name);
}

function jobFailed({ name }: JobSpec, text: string, due: number, now: number): NotifyEvent {
  return {
    kind: 'job-failed',
    account: 'all',
    subject: name,
    at: new Date(now),
    text: `${name}: ${text}`,
    command: `keyturn schedule once ${name}`,
    dedupeKey: `job-failed ${name} ${timeText(due)}`,
  };
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}

function describeMetrics({ describe }: Metrics): void {
  describe('keyturn_job_runs_total', 'counter', 'Runs that ended, by outcome');
  describe('keyturn_job_missed_total', 'counter', 'Due times that were not run for themselves');
  describe('keyturn_job_duration_seconds_sum', 'counter', 'Time that runs took');
  describe('keyturn_job_duration_seconds_count', 'counter', 'Runs that took it');
  describe('keyturn_job_last_success_timestamp_seconds', 'gauge', 'When a run last ended well');
  describe('keyturn_job_next_run_timestamp_seconds', 'gauge', 'When the next run begins');
  describe('keyturn_keys', 'gauge', 'Keys at the last run, by state');
  describe('keyturn_events_total', 'counter', 'Events handed to the notifier');
  describe('keyturn_deliveries_total', 'counter', 'Deliveries of events, by channel and how they ended');
  describe('keyturn_config_reloads_total', 'counter', 'New configurations, taken or refused');
  describe('keyturn_paused', 'gauge', '1 while nothing may be changed');
  describe('keyturn_round_timestamp_seconds', 'gauge', 'When the runner last looked around');
  describe('process_resident_memory_bytes', 'gauge', 'Memory of the process');
}
