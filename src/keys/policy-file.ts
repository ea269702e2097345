import { DURATION_PATTERN, durationText, formatDays } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import type { ConfigFile } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import {
  count,
  type Located,
  lengthOfTime,
  listOf,
  mapOf,
  mapped,
  oneOf,
  record,
  type Shape,
  text,
  textWhere,
} from '../config/shape.ts';
import { DEFAULT_POLICY, type KeyPolicy } from './policy.ts';
import { SINKS_SCHEMA, type SinkSpec, sinkSpecs, toEntry } from './sinks/spec.ts';

/** The section `keys` as it stands in a file. */
interface Section {
  maxAge?: number;
  unusedFor?: number | false;
  quiet?: number;
  grace?: { mode?: 'before' | 'after'; period?: number };
  retention?: number;
  protect?: { users?: string[]; tags?: string[]; paths?: string[] };
  limits?: { count?: number; percent?: number };
  owners?: {
    tags?: string[];
    users?: Record<string, string>;
    paths?: Record<string, string>;
    default?: string;
  };
  sinks?: SinkSpec[];
}

const duration = lengthOfTime();

const path: Shape<string> = textWhere((given) =>
  given.startsWith('/') && given.endsWith('/')
    ? undefined
    : `${JSON.stringify(given)}: a path begins and ends with a slash, such as /vendors/`,
);

const unusedFor: Shape<number | false> = (value) => (isFalse(value) ? false : duration(value));

const percent: Shape<number> = mapped(count(1), (given) => {
  if (given > 100) throw new RangeError(`${given} is more than 100 percent`);
  return given;
});

const owners: Shape<Record<string, string>> = mapOf(text);

const section: Shape<Section> = record<Section>({
  maxAge: duration,
  unusedFor,
  quiet: duration,
  grace: record<NonNullable<Section['grace']>>({ mode: oneOf('before', 'after'), period: duration }),
  retention: duration,
  protect: record<NonNullable<Section['protect']>>({
    users: listOf(text),
    tags: listOf(text),
    paths: listOf(path),
  }),
  limits: record<NonNullable<Section['limits']>>({ count: count(1), percent }),
  owners: record<NonNullable<Section['owners']>>({
    tags: listOf(text),
    users: owners,
    paths: owners,
    default: text,
  }),
  sinks: sinkSpecs,
});

/**
 * The policy of a project's and a user's configuration: value by value the project's, then the user's, then the default; what either
 * protects is protected. Throws a UsageError with file, line and column.
 */
export function readPolicy(files: { project?: ConfigFile; user?: ConfigFile }): KeyPolicy {
  const sections = [files.project?.keys, files.user?.keys].filter((found) => found !== undefined);
  const [first = {}, second = {}] = sections.map((found) => section(found));
  refuseCommands(files.project);
  const unused = first.unusedFor ?? second.unusedFor ?? DEFAULT_POLICY.unusedForMs;
  const owner = first.owners?.default ?? second.owners?.default;
  const policy: KeyPolicy = {
    maxAgeMs: first.maxAge ?? second.maxAge ?? DEFAULT_POLICY.maxAgeMs,
    unusedForMs: unused === false ? undefined : unused,
    quietMs: first.quiet ?? second.quiet ?? DEFAULT_POLICY.quietMs,
    grace: {
      mode: first.grace?.mode ?? second.grace?.mode ?? DEFAULT_POLICY.grace.mode,
      periodMs: first.grace?.period ?? second.grace?.period ?? DEFAULT_POLICY.grace.periodMs,
    },
    retentionMs: first.retention ?? second.retention ?? DEFAULT_POLICY.retentionMs,
    protect: {
      users: [...(first.protect?.users ?? []), ...(second.protect?.users ?? [])],
      tags: [...(first.protect?.tags ?? []), ...(second.protect?.tags ?? [])],
      paths: [...(first.protect?.paths ?? []), ...(second.protect?.paths ?? [])],
    },
    limits: { ...DEFAULT_POLICY.limits, ...second.limits, ...first.limits },
    owners: {
      tags: first.owners?.tags ?? second.owners?.tags ?? DEFAULT_POLICY.owners.tags,
      users: { ...second.owners?.users, ...first.owners?.users },
      paths: { ...second.owners?.paths, ...first.owners?.paths },
      ...(owner !== undefined && { default: owner }),
    },
    sinks: first.sinks ?? second.sinks ?? DEFAULT_POLICY.sinks,
  };
  checkWhole(policy, sections[0]?.where);
  return policy;
}

/** The whole policy as it would stand in a file, defaults and all. */
export function toSection(policy: KeyPolicy): object {
  const { maxAgeMs, unusedForMs, quietMs, grace, retentionMs, protect, limits, owners, sinks } = policy;
  return {
    maxAge: durationText(maxAgeMs),
    unusedFor: unusedForMs === undefined ? false : durationText(unusedForMs),
    quiet: durationText(quietMs),
    grace: { mode: grace.mode, period: durationText(grace.periodMs) },
    retention: durationText(retentionMs),
    protect,
    limits,
    owners,
    sinks: sinks.map(toEntry),
  };
}

/** Whoever wrote a repository does not get to run a program with the keys of whoever works in it. */
function refuseCommands(file: ConfigFile | undefined): void {
  if (file?.keys === undefined || !file.isProject) return;
  const { sinks = [] } = section(file.keys);
  if (!sinks.some(({ type }) => type === 'command')) return;
  throw new UsageError(
    `${file.keys.where}: sinks: a command cannot be set by the configuration of a project`,
    {
      hint: 'Put it into your own configuration, into a file that --config names, or give --sink.',
    },
  );
}

/** Two graces in one life of a key, and there would always be two keys. */
function checkWhole({ grace, maxAgeMs }: KeyPolicy, where: string | undefined): void {
  if (where === undefined || grace.periodMs * 2 < maxAgeMs) return;
  throw new UsageError(
    `${where}: a grace of ${formatDays(grace.periodMs)} takes half of the ${formatDays(maxAgeMs)} that a key may live, or more`,
  );
}

function isFalse({ node }: Located): boolean {
  return (node as { value?: unknown } | null)?.value === false;
}

const DURATION: Schema = { type: 'string', pattern: DURATION_PATTERN };
const TEXTS: Schema = { type: 'array', items: { type: 'string', minLength: 1 } };
const TEXT_BY_NAME: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** The JSON schema of the section. */
export const POLICY_SCHEMA: Schema = {
  ...fields({
    maxAge: { ...DURATION, default: '90d', description: 'The greatest age of a key' },
    unusedFor: {
      anyOf: [DURATION, { const: false }],
      default: '45d',
      description: 'A key not used for this long is to go; false: never',
    },
    quiet: { ...DURATION, default: '7d', description: 'A key used within this time is not deactivated' },
    grace: fields({
      mode: {
        enum: ['before', 'after'],
        default: 'before',
        description: 'Whether old and new key live side by side before or after the greatest age',
      },
      period: { ...DURATION, default: '7d', description: 'How long they do' },
    }),
    retention: { ...DURATION, default: '30d', description: 'How long a deactivated key is kept' },
    protect: fields({
      users: { ...TEXTS, description: 'Names of users; * stands for any characters' },
      tags: { ...TEXTS, description: 'Tags of users: a name, or name=value' },
      paths: {
        type: 'array',
        items: { type: 'string', pattern: '^/(.*/)?$' },
        description: 'Beginnings of paths',
      },
    }),
    limits: fields({
      count: { type: 'integer', minimum: 1, default: 20, description: 'Keys that one run may change' },
      percent: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 10,
        description: "Of an account's keys that one run may change",
      },
    }),
    owners: fields({
      tags: { ...TEXTS, default: ['owner'], description: 'Tags of a user that name who is responsible' },
      users: { ...TEXT_BY_NAME, description: 'Owners by name of the user; * stands for any characters' },
      paths: { ...TEXT_BY_NAME, description: 'Owners by beginning of the path' },
      default: { type: 'string', minLength: 1, description: 'The owner of all others' },
    }),
    sinks: SINKS_SCHEMA,
  }),
  type: ['object', 'null'],
  description: 'What is wanted of access keys: docs/KEYS.md',
};

function fields(properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}
