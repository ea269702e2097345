import { DURATION_PATTERN, durationText } from '../base/duration.ts';
import type { ConfigFile } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import {
  type Located,
  lengthOfTime,
  listOf,
  record,
  recordWith,
  type Shape,
  textWhere,
} from '../config/shape.ts';
import type { Exception } from './exceptions.ts';
import { type AuditRules, DEFAULT_RULES } from './rules.ts';

/** The section `audit` as it stands in a file. */
interface Section {
  rootQuiet?: number;
  newKey?: number;
  unusedServices?: number;
  exceptions?: Exception[];
}

/** What is held to, and what is excepted, of a project's and a user's configuration. */
export interface AuditConfig {
  rules: Pick<AuditRules, 'rootQuietMs' | 'youngMs' | 'unusedServiceMs'>;
  exceptions: readonly Exception[];
}

const duration = lengthOfTime();

const filled = textWhere((given) =>
  given.trim() === '' ? 'expected a text that says something' : undefined,
);

const day = textWhere((given) =>
  isDay(given) ? undefined : `${JSON.stringify(given)} is no day such as 2027-01-31`,
);

/** Not by parsing alone: that takes the 31st of February for the 3rd of March. */
function isDay(given: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(given)) return false;
  const at = Date.parse(given);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(given);
}

const exception: Shape<Exception> = (value: Located) => ({
  ...recordWith<Omit<Exception, 'where'>>(['check', 'owner', 'reason', 'expires'], {
    check: filled,
    account: filled,
    resource: filled,
    region: filled,
    owner: filled,
    reason: filled,
    expires: day,
  })(value),
  where: value.where,
});

const section: Shape<Section> = record<Section>({
  rootQuiet: duration,
  newKey: duration,
  unusedServices: duration,
  exceptions: listOf(exception),
});

/** Value by value the project's, then the user's, then the default; exceptions of both. Throws a UsageError with file, line and column. */
export function readAuditConfig(files: { project?: ConfigFile; user?: ConfigFile }): AuditConfig {
  const sections = [files.project?.audit, files.user?.audit].filter((found) => found !== undefined);
  const [first = {}, second = {}] = sections.map((found) => section(found));
  const { rootQuietMs, youngMs, unusedServiceMs } = DEFAULT_RULES;
  return {
    rules: {
      rootQuietMs: first.rootQuiet ?? second.rootQuiet ?? rootQuietMs,
      youngMs: first.newKey ?? second.newKey ?? youngMs,
      unusedServiceMs: first.unusedServices ?? second.unusedServices ?? unusedServiceMs,
    },
    exceptions: [...(first.exceptions ?? []), ...(second.exceptions ?? [])],
  };
}

/** As it would stand in a file, defaults and all. */
export function toAuditSection({ rules, exceptions }: AuditConfig): object {
  return {
    rootQuiet: durationText(rules.rootQuietMs),
    newKey: durationText(rules.youngMs),
    unusedServices: durationText(rules.unusedServiceMs),
    exceptions: exceptions.map(({ where: _, ...rest }) => rest),
  };
}

const DURATION: Schema = { type: 'string', pattern: DURATION_PATTERN };
const FILLED: Schema = { type: 'string', pattern: '\\S' };

/** The JSON schema of the section. */
export const AUDIT_SCHEMA: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  description: 'What an audit holds an account to: docs/AUDIT.md',
  properties: {
    rootQuiet: { ...DURATION, default: '90d', description: 'How long ago root must have been used last' },
    newKey: {
      ...DURATION,
      default: '7d',
      description: 'How long a key may be there without having been used',
    },
    unusedServices: {
      ...DURATION,
      default: '90d',
      description: 'A service that was not used for this long need not be allowed',
    },
    exceptions: {
      type: 'array',
      description: 'What fails by agreement',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['check', 'owner', 'reason', 'expires'],
        properties: {
          check: { ...FILLED, description: 'Id of a check; * stands for any characters' },
          account: { ...FILLED, description: 'ID of an account, in quotes; * stands for any characters' },
          resource: { ...FILLED, description: 'ARN of a resource; * stands for any characters' },
          region: { ...FILLED, description: 'A region; * stands for any characters' },
          owner: { ...FILLED, description: 'Who answers for it' },
          reason: { ...FILLED, description: 'Why it is as it is' },
          expires: {
            type: 'string',
            pattern: '^\\d{4}-\\d\\d-\\d\\d$',
            description: 'The last day it holds',
          },
        },
      },
    },
  },
};
