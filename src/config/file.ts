import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';
import type { RawSetting, SettingSpec } from './settings.ts';
import type { Located } from './shape.ts';

/** The largest configuration file that is read; a real one has a few hundred bytes. */
const MAX_BYTES = 1 << 20;

/** A key that is no setting of the table; the `allow` list is read by `parseAllowEntry`. */
export const ALLOW_KEY = 'allow';
/** The section of what is wanted of access keys; read by src/keys/policy-file.ts. */
export const KEYS_KEY = 'keys';
/** The section of other accounts and the way into them; read by src/accounts/section.ts. */
export const ACCOUNTS_KEY = 'accounts';
/** The section of what runs unattended; read by src/schedule/schedule-file.ts. */
export const SCHEDULE_KEY = 'schedule';
/** The section of who is told of what; read by src/notify/notify-file.ts. */
export const NOTIFY_KEY = 'notify';
/** The section of what an audit holds an account to; read by src/audit/rules-file.ts. */
export const AUDIT_KEY = 'audit';
/** For editors; ignored. */
const SCHEMA_KEY = '$schema';

/** A configuration file, read but not checked beyond its keys. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  /** By setting name. `where` is `keyturn.yaml:3:1`. */
  values: Map<string, RawSetting>;
  allow: { text: string; where: string }[];
  /** Found, not named by the caller: what it says is not trusted with everything. */
  isProject: boolean;
  /** The section `keys`, not read yet: only commands that ask for it do. */
  keys?: Located;
  /** The section `accounts`, not read yet either. */
  accounts?: Located;
  /** The sections `schedule` and `notify`, likewise. Never of a project's own file. */
  schedule?: Located;
  notify?: Located;
  /** The section `audit`, likewise. */
  audit?: Located;
}

export interface ReadOptions {
  /** The whole table: every key that may stand in a file. */
  specs: readonly SettingSpec[];
  /** What the file is called in messages; its last component by default. */
  shownAs?: string;
  /** A project's file may not set what has the scope `user`. */
  isProject: boolean;
}

/** Reads one YAML file. Throws a UsageError that begins with `file:line:column` (or `file`) when it cannot be used. */
export async function readConfigFile(path: string, options: ReadOptions): Promise<ConfigFile> {
  const shownAs = options.shownAs ?? basename(path);
  return parseConfig(readText(path, shownAs), path, { ...options, shownAs });
}

/** The text of a small file of ours. Throws a UsageError when it is not there, no regular file, too large or not UTF-8. */
export function readText(path: string, shownAs: string): string {
  let bytes: Uint8Array;
  try {
    const stats = statSync(path);
    // Reading a pipe or a device could wait for ever.
    if (!stats.isFile()) throw new UsageError(`${shownAs}: not a regular file`);
    if (stats.size > MAX_BYTES) throw new UsageError(`${shownAs}: larger than 1 MiB`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${shownAs}: ${reasonOf(error)}`, { cause: error });
  }
  try {
    // The decoder takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`${shownAs}: not UTF-8`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    default:
      return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
}

/** `text` has no byte order mark. */
export async function parseConfig(
  text: string,
  path: string,
  options: ReadOptions & { shownAs: string },
): Promise<ConfigFile> {
  // 57 ms unbundled: loaded only where there is a file to read.
  const { parseYaml } = await import('./yaml.ts');
  const file: ConfigFile = { path, values: new Map(), allow: [], isProject: options.isProject };
  const specs = new Map(options.specs.map((spec) => [spec.key, spec]));
  const base = dirname(path);
  for (const entry of parseYaml(text, options.shownAs)) {
    if (entry.key === SCHEMA_KEY) continue;
    if (entry.key === ALLOW_KEY) {
      file.allow = textsOf(entry.value, entry.where);
      continue;
    }
    if (entry.key === KEYS_KEY || entry.key === AUDIT_KEY) {
      file[entry.key] = sectionOf(entry);
      continue;
    }
    if (entry.key === ACCOUNTS_KEY) {
      file.accounts = sectionOf(entry);
      continue;
    }
    if (entry.key === SCHEDULE_KEY || entry.key === NOTIFY_KEY) {
      // What runs unattended, variables and files to read, hosts to send to: nothing for whoever wrote a repository.
      if (options.isProject) throw notOfAProject(entry);
      file[entry.key] = sectionOf(entry);
      continue;
    }
    const spec = specs.get(entry.key);
    if (spec === undefined) throw unknownKey(entry.key, entry.where, options.specs);
    if (options.isProject && spec.scope === 'user') throw notOfAProject(entry);
    const label = `${entry.where}: ${entry.key}`;
    file.values.set(spec.name, { value: plainOf(entry.value), where: entry.where, label, base });
  }
  return file;
}

/** A value with the places of its parts. */
export type YamlValue =
  | { type: 'scalar'; value: string | number | boolean | null; where: string }
  | { type: 'list'; items: YamlValue[]; where: string }
  | { type: 'mapping'; where: string; located?: Located };

export interface YamlEntry {
  key: string;
  where: string;
  value: YamlValue;
}

function sectionOf({ value, where }: YamlEntry): Located {
  if (value.type === 'mapping' && value.located !== undefined) return value.located;
  // Nothing after the colon: a section whose lines are commented out.
  if (value.type === 'scalar' && value.value === null) return { node: null, where, whereIs: () => where };
  throw new UsageError(`${value.where}: expected "key: value" lines`);
}

function textsOf(value: YamlValue, where: string): { text: string; where: string }[] {
  if (value.type === 'scalar' && value.value === null) return [];
  if (value.type !== 'list') throw new UsageError(`${where}: expected a list of texts`);
  return value.items.map((item) => {
    if (item.type === 'scalar' && typeof item.value === 'string')
      return { text: item.value, where: item.where };
    const quoteIt = item.type === 'scalar' && typeof item.value === 'number' ? ' (put it in quotes)' : '';
    throw new UsageError(`${item.where}: expected a text${quoteIt}`);
  });
}

/** Nested values keep their type only, which is all that an error message needs. */
function plainOf(value: YamlValue): unknown {
  if (value.type === 'scalar') return value.value;
  return value.type === 'list' ? value.items.map(plainOf) : {};
}

function notOfAProject({ key, where }: YamlEntry): UsageError {
  const elsewhere =
    key === NOTIFY_KEY || key === SCHEDULE_KEY
      ? ' or a file named with --config'
      : ', a variable or an option';
  return new UsageError(`${where}: ${key} cannot be set by the configuration of a project`, {
    hint: `Put it into your own configuration${elsewhere}: see docs/CONFIGURATION.md.`,
  });
}

function unknownKey(key: string, where: string, specs: readonly SettingSpec[]): UsageError {
  const sections = [ALLOW_KEY, KEYS_KEY, ACCOUNTS_KEY, AUDIT_KEY, SCHEDULE_KEY, NOTIFY_KEY];
  const keys = [...sections, ...specs.flatMap((spec) => spec.key ?? [])];
  const shown = JSON.stringify(key.length > 60 ? `${key.slice(0, 57)}...` : key);
  return new UsageError(`${where}: unknown key ${shown}${didYouMean(key, keys)}`);
}
