import { isScalar, isSeq } from 'yaml';
import { UsageError } from '../base/errors.ts';
import type { ConfigFile } from '../config/file.ts';
import type { Schema } from '../config/schema.ts';
import { count, listOf, mapOf, mapped, record, type Shape, text, textWhere } from '../config/shape.ts';
import type { AccountsRequest } from './types.ts';

const DEFAULT_CONCURRENCY = 8;

/** The section `accounts` as it stands in a file. */
interface Section {
  ids?: 'org' | string[];
  role?: string;
  externalId?: string;
  sessionTags?: Record<string, string>;
  exclude?: string[];
  concurrency?: number;
  callsPerSecond?: number;
  regions?: Record<string, string>;
}

/** What the configuration says; without `ids`, of accounts that are chosen otherwise. */
export type AccountsSection = Omit<AccountsRequest, 'ids'> & { ids?: AccountsRequest['ids'] };

const ROLE = '[\\w+=,.@-][\\w+=,.@/-]{0,511}';
const EXTERNAL_ID = '[\\w+=,.@:/-]{2,1224}';

/** What is wrong with the text, if anything. */
export function wrongAccountId(given: string): string | undefined {
  return /^\d{12}$/.test(given) ? undefined : `${JSON.stringify(given)}: an account ID has twelve digits`;
}

export function wrongRole(given: string): string | undefined {
  if (given.startsWith('arn:'))
    return 'the name of a role is wanted, not its ARN: it is the same in every account';
  return new RegExp(`^${ROLE}$`).test(given)
    ? undefined
    : `${JSON.stringify(given)} is no name of a role such as keyturn or ops/keyturn`;
}

export function wrongExternalId(given: string): string | undefined {
  return new RegExp(`^${EXTERNAL_ID}$`).test(given)
    ? undefined
    : 'an external ID has 2 to 1224 letters, digits and characters of +=,.@:/_-';
}

const accountId = textWhere(wrongAccountId);

const ids: Shape<'org' | string[]> = (value) => {
  if (isSeq(value.node)) return listOf(accountId)(value);
  if (isScalar(value.node) && value.node.value === 'org') return 'org';
  throw new UsageError(`${value.where}: expected org, or a list of account IDs in quotes`);
};

/** With IDs as keys: these are checked here, so that a mistake gets its place. */
const regions: Shape<Record<string, string>> = mapped(mapOf(text), (given) => {
  const wrong = Object.keys(given).find((id) => wrongAccountId(id) !== undefined);
  if (wrong !== undefined) throw new RangeError(wrongAccountId(wrong));
  return given;
});

const section: Shape<Section> = record<Section>({
  ids,
  role: textWhere(wrongRole),
  externalId: textWhere(wrongExternalId),
  sessionTags: mapOf(text),
  exclude: listOf(text),
  concurrency: count(1),
  callsPerSecond: count(1),
  regions,
});

/**
 * The section of a project's and a user's configuration: value by value the project's, then the user's, then the default; what either
 * excludes is excluded. Throws a UsageError with file, line and column.
 */
export function readAccounts(files: { project?: ConfigFile; user?: ConfigFile }): AccountsSection {
  const sections = [files.project?.accounts, files.user?.accounts].filter((found) => found !== undefined);
  const [first = {}, second = {}] = sections.map((found) => section(found));
  const {
    sessionTags = {},
    concurrency = DEFAULT_CONCURRENCY,
    regions = {},
    ...rest
  } = { ...second, ...first };
  const exclude = [...(first.exclude ?? []), ...(second.exclude ?? [])];
  return { ...rest, sessionTags, exclude, concurrency, regions };
}

const TEXT_BY_NAME: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const ACCOUNT_ID: Schema = { type: 'string', pattern: '^[0-9]{12}$' };

/** The JSON schema of the section. */
export const ACCOUNTS_SCHEMA: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    ids: {
      anyOf: [{ const: 'org' }, { type: 'array', items: ACCOUNT_ID }],
      description: 'What --accounts config means: org, or a list of account IDs in quotes',
    },
    role: {
      type: 'string',
      pattern: `^${ROLE}$`,
      description: 'The role to assume in each account but the own',
    },
    externalId: {
      type: 'string',
      pattern: `^${EXTERNAL_ID}$`,
      description: 'What its trust policy asks for',
    },
    sessionTags: {
      ...TEXT_BY_NAME,
      description: 'Tags of the sessions; the trust policy has to allow sts:TagSession',
    },
    exclude: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      description: 'IDs or names of accounts to leave alone; * stands for any characters',
    },
    concurrency: {
      type: 'integer',
      minimum: 1,
      default: DEFAULT_CONCURRENCY,
      description: 'Accounts at a time',
    },
    callsPerSecond: {
      type: 'integer',
      minimum: 1,
      description: 'Calls to AWS a second, of all accounts together; no limit by default',
    },
    regions: {
      type: 'object',
      propertyNames: { pattern: '^[0-9]{12}$' },
      additionalProperties: { type: 'string' },
      description: "Regions of accounts' secrets by ID, where it is another one than --region",
    },
  },
  description: 'Other accounts, and the way into them: docs/ACCOUNTS.md',
};
