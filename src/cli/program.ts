import type { Io } from '../base/io.ts';
import { createLogger, type LogLevel } from '../base/log.ts';
import { loadConfiguration } from '../config/load.ts';
import type { RawSetting, Settings } from '../config/settings.ts';
import type { RunScan } from '../scan/plan.ts';
import { CONFIG_OPTIONS, optionsOf } from './options.ts';
import { parseCommandLine } from './parse.ts';

export interface ProgramHooks {
  signal: AbortSignal;
  runScan: RunScan;
}

/** Parses `argv`, reads the configuration, runs the command. Returns the exit status or throws. */
export async function runProgram(argv: readonly string[], io: Io, hooks: ProgramHooks): Promise<number> {
  const line = parseCommandLine(argv, io.cwd);
  if ('help' in line) {
    io.stdout.write(line.help);
    return line.status;
  }
  const { command, args, flags } = line;
  const configuration = await loadConfiguration({
    specs: CONFIG_OPTIONS,
    commandSpecs: optionsOf(command.name),
    flags: command.ignoresConfig ? withoutConfig(flags) : flags,
    env: io.env,
    cwd: io.cwd,
  });
  const run = await command.load();
  const log = createLogger({
    level: logLevelOf(configuration.settings),
    format: configuration.settings.text('log-format') === 'json' ? 'json' : 'text',
    write: (text) => io.stderr.write(text),
    now: io.now,
  });
  return run({ io, args, flags, configuration, log, signal: hooks.signal, runScan: hooks.runScan });
}

function withoutConfig(flags: ReadonlyMap<string, RawSetting>): Map<string, RawSetting> {
  return new Map(flags).set('config', { value: false, where: '--no-config', base: '/' });
}

function logLevelOf(settings: Settings): LogLevel {
  const named = settings.find('log-level');
  if (named !== undefined && named.origin.layer === 'flag') return named.value as LogLevel;
  if (settings.isOn('quiet')) return 'error';
  const verbosity = settings.number('verbose') ?? 0;
  if (verbosity > 0) return verbosity > 1 ? 'debug' : 'info';
  return (named?.value as LogLevel | undefined) ?? 'warn';
}
