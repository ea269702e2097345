import { EXIT } from '../../base/errors.ts';
import { escapeControl } from '../../report/escape.ts';
import { cronText } from '../../schedule/ledger.ts';
import type { JobOutcome, JobResult } from '../../schedule/types.ts';
import { CHANGING_JOBS } from '../../schedule/types.ts';
import type { CommandContext } from '../commands.ts';
import { jobNamed, loaded, openScheduleLedger, pauseReasonOf, performJob } from '../schedule-work.ts';

const STATUS: Readonly<Record<JobOutcome, number>> = {
  done: EXIT.ok,
  attention: EXIT.findings,
  failed: EXIT.error,
  interrupted: EXIT.interrupted,
};

/** One run of one job, for whatever else keeps the time: cron, systemd, Kubernetes, EventBridge. */
export async function scheduleOnce(context: CommandContext): Promise<number> {
  const { args, io, configuration, signal, log } = context;
  const found = await loaded(context, configuration);
  const job = jobNamed(found.schedule, args[0]!);
  const isPaused = () => CHANGING_JOBS.includes(job.name) && pauseReasonOf(context, found) !== undefined;
  if (isPaused()) {
    log.warn(`paused: ${pauseReasonOf(context, found)}; nothing was changed`);
    return EXIT.ok;
  }
  const ledger = openScheduleLedger(context);
  const begun = io.now();
  const about = { job: job.name, due: new Date(begun).toISOString() };
  if (ledger.stateOf(job.name) === undefined)
    ledger.write({ ...about, event: 'scheduled', cron: cronText(job) });
  ledger.write({ ...about, event: 'started' });
  const result = await performJob(context, found, job, { signal, isPaused });
  const event = result.outcome === 'failed' || result.outcome === 'interrupted' ? result.outcome : 'finished';
  ledger.write({ ...about, event, took: io.now() - begun, text: result.text });
  for (const { channel, state, error } of await found.notifier.deliver(result.events))
    if (error !== undefined) log.warn(`${channel}: ${state}: ${error}`);
  write(context, job.name, result);
  return STATUS[result.outcome];
}

function write({ io, configuration }: CommandContext, job: string, result: JobResult): void {
  if (configuration.settings.text('format') === 'json') {
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, job, ...result }, null, 2)}\n`);
    return;
  }
  io.stdout.write(`${escapeControl(`${job}: ${result.outcome}: ${result.text}`)}\n`);
  for (const { kind, account, subject, text, command } of result.events) {
    io.stdout.write(`  ${escapeControl(`${kind}  ${account}  ${subject}: ${text}`)}\n`);
    if (command !== undefined) io.stdout.write(`    ${escapeControl(command)}\n`);
  }
}
