import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { EXIT, errorMessage, UsageError } from '../../base/errors.ts';
import { createLogger } from '../../base/log.ts';
import { VERSION } from '../../base/version.ts';
import { type Health, type HealthServer, serveHealth, writeWhole } from '../../schedule/health.ts';
import { createRunner } from '../../schedule/runner.ts';
import type { CommandContext } from '../commands.ts';
import {
  createReload,
  hostName,
  loaded,
  openScheduleLedger,
  pauseReasonOf,
  performJob,
  stateFolderOf,
} from '../schedule-work.ts';

/** Runs until it is asked to stop. A configuration may change meanwhile; where health is served does not. */
export async function scheduleRun(given: CommandContext): Promise<number> {
  const context = { ...given, log: logOf(given) };
  const { io, signal, log } = context;
  const initial = await loaded(context, context.configuration);
  const { request, reload } = createReload(context);
  const { health } = initial.schedule;
  const healthFile = health.file ?? join(stateFolderOf(context), 'health.json');
  const runner = createRunner({
    clock: { ...systemClock, now: io.now },
    log,
    ledger: openScheduleLedger(context),
    host: hostName(),
    pid: process.pid,
    version: VERSION,
    initial,
    reload,
    pauseReason: (config) => pauseReasonOf(context, config),
    perform: (config, job, jobContext) => performJob(context, config, job, jobContext),
    notifierOf: ({ notifier }) => notifier,
    onHealth: healthWriter(healthFile, log),
    memory: () => process.memoryUsage.rss(),
    signal,
  });
  process.on('SIGHUP', request);
  const server = health.port === undefined ? undefined : await serve(health.port, runner);
  if (server !== undefined) log.info('health is served', { url: server.url });
  try {
    await runner.run();
  } finally {
    process.off('SIGHUP', request);
    await server?.close();
  }
  return EXIT.ok;
}

/** A job is not left undone because nobody can be told how the runner is. */
function healthWriter(file: string, log: CommandContext['log']): (health: Health) => void {
  let failure = '';
  return (health) => {
    try {
      writeWhole(file, `${JSON.stringify(health)}\n`);
      failure = '';
    } catch (error) {
      const message = errorMessage(error);
      if (message !== failure) log.error(`the health file cannot be written: ${message}`);
      failure = message;
    }
  };
}

async function serve(
  port: number,
  { health, metrics }: ReturnType<typeof createRunner>,
): Promise<HealthServer> {
  try {
    return await serveHealth(port, health, () => metrics);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `schedule.health.port: cannot listen on port ${port} (${code}); is another one running?`,
      { cause: error },
    );
  }
}

/** A service writes what it does, one JSON object a line, unless it is told otherwise. */
function logOf({ configuration: { settings }, io, log }: CommandContext): CommandContext['log'] {
  const isGiven = (name: string) => (settings.find(name)?.origin.layer ?? 'default') !== 'default';
  return createLogger({
    level: ['log-level', 'verbose', 'quiet'].some(isGiven) ? log.level : 'info',
    format: isGiven('log-format') && settings.text('log-format') === 'text' ? 'text' : 'json',
    write: (text) => io.stderr.write(text),
    now: io.now,
  });
}
