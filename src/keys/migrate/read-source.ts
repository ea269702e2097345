import { Secret } from '../../base/secret.ts';
import type { StoredKey } from '../vault.ts';
import { parseEnvFile } from './env-file.ts';
import { parseIni, type Section } from './ini.ts';
import type { Field } from './text.ts';

export type Format = 'ini' | 'env';

/** Where a pair stands: both halves of one key, each on a line of its own. */
export interface Place {
  format: Format;
  /** Of an INI file. */
  profile?: string;
  id: Field;
  secret: Field;
  key: StoredKey;
}

/** What stays, and why. */
export interface Left {
  /** From 1. */
  line: number;
  profile?: string;
  keyId?: string;
  why: string;
  /** Nothing that a person would have to look at. */
  isFine?: true;
}

export interface Reading {
  places: Place[];
  left: Left[];
}

/** What SDKs in JavaScript take for the name of a profile, and no shell takes for more than a word. */
export const PROFILE_NAME = /^[\w@+.%:/-]+$/;

const LONG_TERM = /^AKIA[A-Z0-9]{12,124}$/;
const TEMPORARY = /^ASIA[A-Z0-9]{12,124}$/;

/** The pairs of an AWS credentials file, or else of a .env file. */
export function readSource(text: string): Reading {
  const sections = parseIni(text).filter(({ fields }) => fields.has(INI.id) || fields.has(INI.secret));
  return sections.length > 0 ? readSections(sections, parseIni(text)) : readAssignments(parseEnvFile(text));
}

const INI = { id: 'aws_access_key_id', secret: 'aws_secret_access_key' } as const;
const ENV = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' } as const;

function readSections(withKeys: readonly Section[], all: readonly Section[]): Reading {
  const reading: Reading = { places: [], left: [] };
  for (const { name: profile, line, fields } of withKeys) {
    const twins = all.filter(({ name }) => name === profile);
    const found =
      twins.length > 1
        ? `[${profile}] is there more than once, at lines ${twins.map((twin) => twin.line.number).join(' and ')}`
        : readPair(fields, INI, 'ini');
    const why = typeof found === 'string' ? found : whyNotSection(profile, fields);
    if (why === undefined) reading.places.push({ ...(found as Place), profile });
    else reading.left.push({ line: line.number, profile, ...idOf(fields.get(INI.id)), ...because(why) });
  }
  return reading;
}

function whyNotSection(profile: string, fields: Section['fields']): string | undefined {
  if (!PROFILE_NAME.test(profile)) return 'not every SDK can read a profile of this name';
  if (fields.has('credential_process')) return 'it has a credential_process besides the key';
  if ([...(fields.get('aws_session_token') ?? [])].some(({ value }) => value !== '')) return TEMPORARY_WHY;
  return undefined;
}

function readAssignments(all: readonly Field[]): Reading {
  const fields = new Map<string, Field[]>();
  for (const field of all) fields.set(field.name, [...(fields.get(field.name) ?? []), field]);
  const first = (fields.get(ENV.id) ?? fields.get(ENV.secret))?.[0];
  if (first === undefined) return { places: [], left: [] };
  const found = readPair(fields, ENV, 'env');
  const why = typeof found === 'string' ? found : whyNotEnvironment(fields);
  if (why === undefined) return { places: [found as Place], left: [] };
  return { places: [], left: [{ line: first.line.number, ...idOf(fields.get(ENV.id)), ...because(why) }] };
}

function whyNotEnvironment(fields: ReadonlyMap<string, readonly Field[]>): string | undefined {
  const given = (name: string) => fields.get(name)?.some(({ value }) => value !== '') === true;
  if (given('AWS_SESSION_TOKEN') || given('AWS_SECURITY_TOKEN')) return TEMPORARY_WHY;
  const profile = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'].find(given);
  return profile === undefined ? undefined : `${profile} is set besides the key`;
}

const TEMPORARY_WHY = 'these are temporary credentials, which end by themselves';

function because(why: string): Pick<Left, 'why' | 'isFine'> {
  return why === TEMPORARY_WHY ? { why, isFine: true } : { why };
}

/** The pair, or why it is none. */
function readPair(
  fields: ReadonlyMap<string, readonly Field[]>,
  names: typeof INI | typeof ENV,
  format: Format,
): Place | string {
  for (const name of [names.id, names.secret]) {
    const lines = (fields.get(name) ?? []).map(({ line }) => line.number);
    if (lines.length === 0) return `${name} is missing`;
    if (lines.length > 1) return `${name} is there more than once, at lines ${lines.join(' and ')}`;
  }
  const [id] = fields.get(names.id)!;
  const [secret] = fields.get(names.secret)!;
  if (TEMPORARY.test(id!.value)) return TEMPORARY_WHY;
  if (!LONG_TERM.test(id!.value)) return `the value of ${names.id} is no ID of an access key`;
  if (!/^[A-Za-z0-9/+=]{16,}$/.test(secret!.value)) return `the value of ${names.secret} is no secret of AWS`;
  const key = { id: id!.value, secret: new Secret(secret!.value) };
  return { format, id: id!, secret: secret!, key };
}

/** Only what looks like an ID is shown: a secret may stand there by mistake. */
function idOf(fields: readonly Field[] | undefined): { keyId?: string } {
  const value = fields?.[0]?.value ?? '';
  return LONG_TERM.test(value) || TEMPORARY.test(value) ? { keyId: value } : {};
}
