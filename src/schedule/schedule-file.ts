import { dirname, resolve } from 'node:path';
import { DURATION_PATTERN } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import type { ConfigFile } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import {
  count,
  flag,
  type Located,
  lengthOfTime,
  listOf,
  mapped,
  record,
  type Shape,
  text,
} from '../config/shape.ts';
import { checkTimezone, parseCron } from './cron.ts';
import { CHANGING_JOBS, JOB_NAMES, type JobName, type JobSpec, type Schedule } from './types.ts';

/** A job as it stands in a file. */
interface JobSection {
  cron?: { expression: string; value: Located };
  timezone?: string;
  jitter?: number;
  arguments?: string[];
}

interface Section {
  allowChanges?: boolean;
  timezone?: string;
  jitter?: number;
  warn?: number[];
  pauseFile?: string;
  health?: { port?: number; file?: string };
  jobs?: Partial<Record<JobName, Placed<JobSection>>>;
}

interface Placed<T> {
  where: string;
  read: T;
}

function placed<T>(shape: Shape<T>): Shape<Placed<T>> {
  return (value) => ({ where: value.where, read: shape(value) });
}

const duration = lengthOfTime({ mayBeZero: true });

const timezone: Shape<string> = mapped(text, (given) => {
  checkTimezone(given);
  return given;
});

const port: Shape<number> = mapped(count(), (given) => {
  if (given > 65_535) throw new RangeError(`${given} is no port`);
  return given;
});

const job: Shape<Placed<JobSection>> = placed(
  record<JobSection>({
    cron: (value) => ({ expression: text(value), value }),
    timezone,
    jitter: duration,
    arguments: listOf(text),
  }),
);

const section: Shape<Section> = record<Section>({
  allowChanges: flag,
  timezone,
  jitter: duration,
  warn: listOf(duration),
  pauseFile: text,
  health: record<NonNullable<Section['health']>>({ port, file: text }),
  jobs: record<NonNullable<Section['jobs']>>(
    Object.fromEntries(JOB_NAMES.map((name) => [name, job])) as Record<JobName, typeof job>,
  ),
});

const DEFAULT_WARN_MS = [14 * 86_400_000, 3 * 86_400_000];

/**
 * The schedule of the file that was named, else of the user's own. Paths in it are relative to that file. Throws a UsageError with file,
 * line and column.
 */
export function readSchedule({ project, user }: { project?: ConfigFile; user?: ConfigFile }): Schedule {
  const file = project?.schedule === undefined ? user : project;
  if (file?.schedule === undefined)
    throw new UsageError('no configuration has a section schedule', {
      hint: 'Name a file that has one (--config FILE); docs/SCHEDULE.md shows one.',
    });
  return toSchedule(section(file.schedule), file.schedule.where, dirname(file.path));
}

function toSchedule(read: Section, where: string, folder: string): Schedule {
  const { allowChanges = false, warn = DEFAULT_WARN_MS, pauseFile, health } = read;
  const jobs = JOB_NAMES.flatMap((name) => {
    const found = read.jobs?.[name];
    return found === undefined ? [] : [toJob(name, found, read, allowChanges)];
  });
  if (jobs.length === 0) throw new UsageError(`${where}: schedule has no jobs`);
  const fileOf = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  return {
    jobs,
    allowChanges,
    warnMs: [...warn].sort((a, b) => b - a),
    pauseFile: fileOf(pauseFile),
    health: { port: health?.port, file: fileOf(health?.file) },
  };
}

function toJob(
  name: JobName,
  { where, read }: Placed<JobSection>,
  defaults: Section,
  allowChanges: boolean,
): JobSpec {
  const { cron } = read;
  if (cron === undefined) throw new UsageError(`${where}: the job ${name} has no cron`);
  if (!allowChanges && CHANGING_JOBS.includes(name))
    throw new UsageError(`${where}: the job ${name} changes accounts, and allowChanges is not true`, {
      hint: 'Put "allowChanges: true" into the section schedule when that is what you want.',
    });
  const zone = read.timezone ?? defaults.timezone ?? 'UTC';
  const times = mapped(text, (expression) => parseCron(expression, zone))(cron.value);
  const isCommand = name === 'sweep' || name === 'audit';
  if (read.arguments !== undefined && !isCommand)
    throw new UsageError(`${where}: the job ${name} takes no arguments`);
  if (read.arguments?.some((word) => /^--(?:fix|apply)\b/.test(word)))
    throw new UsageError(`${where}: the job ${name} only looks: it takes no --fix and no --apply`);
  return {
    name,
    times,
    jitterMs: read.jitter ?? defaults.jitter ?? 0,
    arguments: read.arguments ?? [],
    where,
  };
}

const DURATION: Schema = { type: 'string', pattern: DURATION_PATTERN };
const TEXT: Schema = { type: 'string', minLength: 1 };
const CLOCK: Schema = { ...TEXT, default: 'UTC', description: 'Time zone, such as Europe/Berlin' };
const JITTER: Schema = { ...DURATION, default: '0s', description: 'Begin up to this much later, by chance' };

const JOB: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['cron'],
  properties: {
    cron: { ...TEXT, description: 'Minute, hour, day of month, month, day of week' },
    timezone: CLOCK,
    jitter: JITTER,
    arguments: {
      type: 'array',
      items: TEXT,
      description: 'Of sweep and audit: options and targets',
    },
  },
};

/** The JSON schema of the section. */
export const SCHEDULE_SCHEMA: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  description: 'What runs unattended: docs/SCHEDULE.md. Only in your own configuration, or with --config',
  properties: {
    allowChanges: { type: 'boolean', default: false, description: 'Whether jobs may change accounts' },
    timezone: CLOCK,
    jitter: JITTER,
    warn: {
      type: 'array',
      items: DURATION,
      default: ['14d', '3d'],
      description: 'How long before its replacement the owner of a key is told',
    },
    pauseFile: { ...TEXT, description: 'Nothing is changed while this file is there' },
    health: {
      type: 'object',
      additionalProperties: false,
      properties: {
        port: {
          type: 'integer',
          minimum: 0,
          maximum: 65_535,
          description: 'Serve /healthz, /readyz and /metrics on 127.0.0.1',
        },
        file: { ...TEXT, description: 'Where to write how it is' },
      },
    },
    jobs: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(JOB_NAMES.map((name) => [name, JOB])),
    },
  },
};
