import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { forEachAccount } from '../accounts/for-each.ts';
import { readAccounts } from '../accounts/section.ts';
import { selectAccounts } from '../accounts/select.ts';
import type { AccountResult as EachResult } from '../accounts/types.ts';
import type { Connection } from '../aws/connect.ts';
import { systemClock } from '../base/clock.ts';
import { formatDays } from '../base/duration.ts';
import { KeyturnError, UsageError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { type Configuration, loadConfiguration } from '../config/load.ts';
import { readPolicy } from '../keys/policy-file.ts';
import { readNotifyPlan } from '../notify/notify-file.ts';
import type { Notifier } from '../notify/types.ts';
import { writeWhole } from '../schedule/health.ts';
import {
  ACCOUNT_JOBS,
  type AccountWork,
  createBudget,
  failedAccount,
  inTurn,
  type JobTools,
  toJobResult,
} from '../schedule/jobs.ts';
import { type Ledger, openLedger } from '../schedule/ledger.ts';
import type { JobContext } from '../schedule/runner.ts';
import { readSchedule } from '../schedule/schedule-file.ts';
import {
  type AccountResult,
  CHANGING_JOBS,
  type JobResult,
  type JobSpec,
  type Schedule,
} from '../schedule/types.ts';
import { connectForAccounts, entranceOf } from './accounts-run.ts';
import type { CommandContext } from './commands.ts';
import { isSecretGiven, journalFileOf, workIn } from './keys-work.ts';
import { openNotifier } from './open-notifier.ts';
import { CONFIG_OPTIONS, optionsOf } from './options.ts';
import { runSelf } from './run-self.ts';

/** A configuration that was read and checked whole. */
interface Checked {
  configuration: Configuration;
  schedule: Schedule;
}

/** Beyond this, a clock is wrong and not merely late: the SDK signs by AWS's from there on, too. */
const MOST_OFF_MS = 5 * 60_000;

/** What is in force until a new configuration takes its place. */
export interface Loaded extends Checked {
  /** To its channels; everything is in the log as well. */
  notifier: Notifier;
}

/** Checks everything that a job would ask of the configuration, so that a bad one is refused as a whole. */
export function checked(configuration: Configuration): Checked {
  const schedule = readSchedule(configuration);
  readPolicy(configuration);
  readNotifyPlan(configuration);
  readAccounts(configuration);
  return { configuration, schedule };
}

/** `checked`, and with channels that can be used: their secrets are read. */
export async function loaded(base: CommandContext, configuration: Configuration): Promise<Loaded> {
  const context = { ...base, configuration };
  const found = checked(configuration);
  const channels = await openNotifier(context);
  const notifier: Notifier = {
    deliver: async (events) => {
      for (const { kind, owner = '', account, subject, text, command = '' } of events)
        context.log.info(text, { event: kind, owner, account, subject, command });
      return (await channels?.deliver(events)) ?? [];
    },
  };
  return { ...found, notifier };
}

export function stateFolderOf(context: CommandContext): string {
  return dirname(journalFileOf(context));
}

export function openScheduleLedger(context: CommandContext): Ledger {
  const file = join(stateFolderOf(context), 'schedule.ndjson');
  return openLedger({ file, run: randomUUID(), now: context.io.now });
}

/** The host's name: jitter is another on every host. */
export function hostName(): string {
  return hostname();
}

/** Why nothing may be changed: the first line of the pause file. One that cannot be read may be there. */
export function pauseReasonOf(context: CommandContext, { schedule }: Checked): string | undefined {
  const file = schedule.pauseFile ?? join(stateFolderOf(context), 'pause');
  try {
    const [line = ''] = readFileSync(file, 'utf8').split('\n');
    return line.trim() === '' ? file : `${file}: ${line.trim().slice(0, 200)}`;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return ['ENOENT', 'ENOTDIR'].includes(code) ? undefined : `${file} (${code})`;
  }
}

/** Reads the configuration again when one of its files has changed, or when it is asked to. */
export function createReload(context: CommandContext): {
  request(): void;
  reload(): Promise<Loaded | undefined>;
} {
  const { flags, io, configuration } = context;
  let isAsked = false;
  let seen = fingerprintOf(configuration);
  return {
    request: () => {
      isAsked = true;
    },
    reload: async () => {
      const now = fingerprintOf(configuration);
      if (!isAsked && now === seen) return undefined;
      isAsked = false;
      seen = now;
      const specs = { specs: CONFIG_OPTIONS, commandSpecs: optionsOf('schedule run') };
      return loaded(context, await loadConfiguration({ ...specs, flags, env: io.env, cwd: io.cwd }));
    },
  };
}

function fingerprintOf({ project, user }: Configuration): string {
  return [project, user]
    .map((file) => {
      if (file === undefined) return 'none';
      const stats = statSync(file.path, { throwIfNoEntry: false });
      return stats === undefined ? 'gone' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    })
    .join();
}

/**
 * Runs one job in every account that the section `accounts` names, or in the one that the credentials belong to. What goes wrong in
 * one does not keep the others from their turn. Throws a KeyturnError when none can be asked at all.
 */
export async function performJob(
  base: CommandContext,
  { configuration, schedule }: Checked,
  job: JobSpec,
  jobContext: JobContext,
): Promise<JobResult> {
  const { signal } = jobContext;
  const context: CommandContext = { ...base, configuration, signal };
  const run = ACCOUNT_JOBS[job.name];
  if (run === undefined) return runSelf(context, job, stateFolderOf(context));
  const tools = toolsOf(context, schedule);
  const entrance = entranceOf(configuration);
  let offMs = 0;
  const connection = await connectForAccounts(configuration, entrance, (time) => {
    offMs = context.io.now() - time;
  });
  const { accountId } = await connection.sts.self();
  if (CHANGING_JOBS.includes(job.name)) checkClock(offMs);
  const ids = entrance.ids ?? [accountId];
  const selection = await selectAccounts(connection, { ...entrance, ids });
  for (const note of selection.notes) context.log.warn(note);
  const results = await forEachAccount(
    { ...selection, accounts: inTurn(selection.accounts, context.io.now()) },
    async (entered) => run(await openAccount(context, entered), tools, jobContext),
    { purpose: `schedule-${job.name}`, now: context.io.now, signal },
  );
  return toJobResult(results.map((result) => settled(context, job, result)));
}

/** Ages, graces and retentions are counted by this machine's clock; AWS's own is right. Throws a KeyturnError. */
function checkClock(offMs: number): void {
  if (Math.abs(offMs) < MOST_OFF_MS) return;
  const off = `${formatDays(Math.abs(offMs))} ${offMs > 0 ? 'ahead of' : 'behind'}`;
  throw new KeyturnError(`the clock of this machine is ${off} that of AWS: nothing is changed by it`, {
    code: 'clock',
    hint: 'Set the clock; the next run goes on.',
  });
}

function settled(
  { log, io }: CommandContext,
  job: JobSpec,
  result: EachResult<AccountResult>,
): AccountResult {
  const { id, name = '' } = result.account;
  if (result.state === 'ok') return result.value;
  if (result.state === 'skipped') {
    log.info(`account ${id} ${name}: ${result.reason}`);
    const text = `skipped: ${result.reason}`;
    return { account: id, outcome: 'done', text, counts: {}, events: [] };
  }
  if (result.reason === 'interrupted')
    return { account: id, outcome: 'interrupted', text: result.message, counts: {}, events: [] };
  log.error(`account ${id} ${name}: ${result.message}`, { hint: result.hint ?? '' });
  return failedAccount(id, result.message, job.name, io.now());
}

async function openAccount(context: CommandContext, entered: Connection): Promise<AccountWork> {
  const { settings } = context.configuration;
  return {
    ...(await workIn(context, entered)),
    region: entered.region,
    secretTemplate: settings.text('secret')!,
    isSecretGiven: isSecretGiven(settings),
  };
}

function toolsOf(context: CommandContext, { warnMs }: Schedule): JobTools {
  const { limits } = readPolicy(context.configuration);
  const { io, signal, log } = context;
  const folder = stateFolderOf(context);
  return {
    now: io.now,
    sleep: (ms) => systemClock.sleep(ms, signal),
    log,
    warnMs,
    version: VERSION,
    budget: createBudget(limits.count),
    save: (name, document) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeWhole(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
    },
  };
}

/** Throws a UsageError for a job that the schedule has not. */
export function jobNamed({ jobs }: Schedule, name: string): JobSpec {
  const job = jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return job;
  throw new UsageError(
    `the schedule has no job ${name}; it has ${jobs.map((known) => known.name).join(', ')}`,
  );
}
