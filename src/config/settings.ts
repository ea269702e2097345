import { resolve } from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/suggest.ts';

/**
 * What values a setting takes.
 * - `flag`: true or false
 * - `tally`: how often a flag was given; 0 to 9
 * - `text`: any text that is not empty
 * - `choice`: one of `choices`
 * - `file`: a path; relative to the working folder, or to the configuration file it stands in
 * - `count`: a whole number from `min` to `max`
 * - `size`: bytes, as a number or as text with a unit: `512K`, `20MB`, `1GiB` (K, M and G are powers of 1024)
 * - `duration`: milliseconds, given as text with a unit: `90d`, `12h`
 * - `report`: `FORMAT=FILE` with a format of `choices`; `-` is standard output
 */
export type SettingType =
  | 'flag'
  | 'tally'
  | 'text'
  | 'choice'
  | 'file'
  | 'count'
  | 'size'
  | 'duration'
  | 'report';

export type SettingValue = boolean | number | string | readonly string[];

/** One setting, however it is given: by option, by environment variable or in a configuration file. */
export interface SettingSpec {
  /** The option without its dashes. A flag whose default is true is the option `--no-<name>`. */
  name: string;
  type: SettingType;
  /** What the value is called in help, e.g. `FILE`. */
  placeholder?: string;
  choices?: readonly string[];
  /** Takes several values: the option may repeat, the variable holds them separated by commas. */
  isList?: boolean;
  min?: number;
  max?: number;
  default?: SettingValue;
  /** Said in place of the default where that is computed. */
  defaultText?: string;
  /** Given, `--no-<name>` (in a file, `false`) takes the value away, a computed default included; what help says of it. */
  none?: string;
  /** Name in configuration files; without one, a file cannot set it. */
  key?: string;
  /** `user`: the configuration of a project may not set it, only the user's own. */
  scope?: 'any' | 'user';
  /** There is a variable `KEYTURN_<NAME>`. By default exactly when there is a key. */
  hasVariable?: boolean;
  /** One line, in the imperative or as a noun, no full stop. */
  text: string;
}

export type Layer = 'flag' | 'environment' | 'project' | 'user' | 'default';

/** Where a value came from: `--fail-on`, `KEYTURN_FAIL_ON`, `keyturn.yaml:3:1`, `default`. */
interface Origin {
  layer: Layer;
  where: string;
}

export interface Setting {
  value: SettingValue;
  origin: Origin;
}

/** A value as it was given, before it is checked. */
export interface RawSetting {
  value: unknown;
  /** As in `Origin`. */
  where: string;
  /** What errors begin with, where that is more than `where`. */
  label?: string;
  /** What relative paths are relative to; absolute. */
  base: string;
}

/** Values by setting name (for files: the name of the spec whose key it was). Highest layer first in `resolveSettings`. */
export interface SettingLayer {
  layer: Layer;
  values: ReadonlyMap<string, RawSetting>;
}

/** The checked values of one run. */
export class Settings {
  readonly #settings: ReadonlyMap<string, Setting>;

  constructor(settings: ReadonlyMap<string, Setting>) {
    this.#settings = settings;
  }

  find(name: string): Setting | undefined {
    return this.#settings.get(name);
  }

  /** False when it was not given and has no default. */
  isOn(name: string): boolean {
    return this.#settings.get(name)?.value === true;
  }

  text(name: string): string | undefined {
    const value = this.#settings.get(name)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#settings.get(name)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#settings.get(name)?.value;
    return Array.isArray(value) ? value : [];
  }
}

/** The name of a setting's environment variable; undefined when it has none. */
export function variableOf(spec: SettingSpec): string | undefined {
  if (!(spec.hasVariable ?? spec.key !== undefined)) return undefined;
  return `KEYTURN_${spec.name.toUpperCase().replaceAll('-', '_')}`;
}

/** Variables that are set and not empty, as a layer. */
export function readEnvironment(
  specs: readonly SettingSpec[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): SettingLayer {
  const values = new Map<string, RawSetting>();
  for (const spec of specs) {
    const variable = variableOf(spec);
    const text = variable === undefined ? undefined : env[variable];
    if (variable === undefined || text === undefined || text === '') continue;
    values.set(spec.name, { value: spec.isList ? splitList(text) : text, where: variable, base: cwd });
  }
  return { layer: 'environment', values };
}

/** Takes each setting from the first layer that has it, else its default. Throws a UsageError naming the place of a bad value. */
export function resolveSettings(specs: readonly SettingSpec[], layers: readonly SettingLayer[]): Settings {
  const settings = new Map<string, Setting>();
  for (const spec of specs) {
    const setting = resolveSetting(spec, layers);
    if (setting !== undefined) settings.set(spec.name, setting);
  }
  return new Settings(settings);
}

function resolveSetting(spec: SettingSpec, layers: readonly SettingLayer[]): Setting | undefined {
  for (const { layer, values } of layers) {
    // Commands may have an option of the same name that is not the key's.
    const isFile = layer === 'project' || layer === 'user';
    const raw = isFile && spec.key === undefined ? undefined : values.get(spec.name);
    if (raw !== undefined) return { value: checkValue(spec, raw), origin: { layer, where: raw.where } };
  }
  if (spec.default === undefined) return undefined;
  return { value: spec.default, origin: { layer: 'default', where: 'default' } };
}

/** The value a setting takes, or a UsageError that begins with the place of the raw one. */
export function checkValue(spec: SettingSpec, raw: RawSetting): SettingValue {
  if (spec.none !== undefined && (raw.value === false || raw.value === 'false')) return false;
  if (!spec.isList) return checkOne(spec, raw.value, raw);
  if (!Array.isArray(raw.value)) throw mistake(raw, `expected a list, got ${nameOf(raw.value)}`);
  return raw.value.map((item) => String(checkOne(spec, item, raw)));
}

function checkOne(spec: SettingSpec, value: unknown, raw: RawSetting): boolean | number | string {
  switch (spec.type) {
    case 'flag':
      return toFlag(value) ?? refuse(raw, 'true or false', value);
    case 'text':
      return toText(value) ?? refuse(raw, 'a text', value);
    case 'choice':
      return checkChoice(spec, toText(value) ?? refuse(raw, 'a text', value), raw);
    case 'file':
      return resolve(raw.base, toText(value) ?? refuse(raw, 'a path', value));
    case 'tally':
    case 'count':
      return checkRange(spec, toCount(value) ?? refuse(raw, 'a whole number', value), raw);
    case 'size':
      return checkRange(spec, toSize(value) ?? refuse(raw, 'a size such as 512K, 20MB or 1GiB', value), raw);
    case 'duration':
      return parseDuration(toText(value) ?? '') ?? refuse(raw, 'a length of time such as 90d or 12h', value);
    case 'report':
      return checkReport(spec, toText(value) ?? refuse(raw, 'FORMAT=FILE', value), raw);
  }
}

function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (/^(?:1|true|yes|on)$/i.test(value)) return true;
  return /^(?:0|false|no|off)$/i.test(value) ? false : undefined;
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function toCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

function toSize(value: unknown): number | undefined {
  if (typeof value !== 'string') return toCount(value);
  const parts = /^(\d{1,15})\s*([kmg]?)(?:i?b)?$/i.exec(value);
  if (parts === null) return undefined;
  const bytes = Number(parts[1]) * UNITS[parts[2]!.toUpperCase() as keyof typeof UNITS];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function checkRange({ min = 0, max }: SettingSpec, number: number, raw: RawSetting): number {
  if (number < min) throw mistake(raw, `must be at least ${min}, got ${number}`);
  if (max !== undefined && number > max) throw mistake(raw, `must be at most ${max}, got ${number}`);
  return number;
}

function checkChoice({ choices = [] }: SettingSpec, text: string, raw: RawSetting): string {
  if (choices.includes(text)) return text;
  throw mistake(raw, `${quote(text)} is not one of ${choices.join(', ')}${didYouMean(text, choices)}`);
}

function checkReport(spec: SettingSpec, text: string, raw: RawSetting): string {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) return refuse(raw, 'FORMAT=FILE', text);
  const format = checkChoice(spec, text.slice(0, at), raw);
  const file = text.slice(at + 1);
  return `${format}=${file === '-' ? file : resolve(raw.base, file)}`;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function refuse(raw: RawSetting, expected: string, value: unknown): never {
  throw mistake(raw, `expected ${expected}, got ${nameOf(value)}`);
}

function mistake(raw: RawSetting, message: string): UsageError {
  return new UsageError(`${raw.label ?? raw.where}: ${message}`);
}

function nameOf(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return quote(value);
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** Values are echoed short and without control characters: a configuration file may be hostile. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
