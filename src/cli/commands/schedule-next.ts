import { EXIT } from '../../base/errors.ts';
import type { JobSpec } from '../../schedule/types.ts';
import type { CommandContext } from '../commands.ts';
import { checked } from '../schedule-work.ts';

/** When jobs are due next, on the clocks of their time zones. */
export async function scheduleNext({ io, configuration }: CommandContext): Promise<number> {
  const { settings } = configuration;
  const { schedule } = checked(configuration);
  const count = settings.number('count')!;
  const runs = schedule.jobs
    .flatMap((job) => nextOf(job, io.now(), count))
    .sort((a, b) => a.at - b.at)
    .slice(0, count);
  if (settings.text('format') === 'json') {
    const rows = runs.map(({ job, at }) => ({
      job: job.name,
      at: new Date(at).toISOString(),
      timezone: job.times.timezone,
      cron: job.times.expression,
    }));
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, runs: rows }, null, 2)}\n`);
    return EXIT.ok;
  }
  for (const { job, at } of runs)
    io.stdout.write(`${localText(at, job.times.timezone)}  ${job.name}${jitterText(job)}\n`);
  return EXIT.ok;
}

function nextOf(job: JobSpec, now: number, count: number): { job: JobSpec; at: number }[] {
  const found = [];
  for (let at = job.times.next(now); found.length < count; at = job.times.next(at)) found.push({ job, at });
  return found;
}

function localText(at: number, timezone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts['weekday']} ${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']} ${timezone}`;
}

function jitterText({ jitterMs }: JobSpec): string {
  return jitterMs === 0 ? '' : ` (up to ${Math.round(jitterMs / 60_000)} minutes later)`;
}
