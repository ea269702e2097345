import type { Aws, Identity } from '../../aws/types.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { CURRENT, parseStoredForm, type StoredKey, secretNameFor } from '../vault.ts';
import { type CredentialCall, checkCall, commandLine } from './call.ts';
import { checkWritable, type FileState, readBackup, readState } from './file.ts';
import { parseIni } from './ini.ts';
import { ownerOf } from './owner.ts';
import { findPairs } from './pairs.ts';
import { type Left, type Place, PROFILE_NAME, readSource } from './read-source.ts';
import { processOf } from './rewrite.ts';
import type { Move, MovePlan, Owner, Stock } from './types.ts';

export interface PlanOptions {
  aws: Aws;
  clock: Clock;
  /** Who signs for the move. */
  self: Identity & { keyId: string };
  /** Files to look at, each once. */
  files: readonly string[];
  /** Only these profiles of INI files; all of them by default. */
  profiles?: readonly string[];
  credentialsFile: string;
  /** ~/.aws/config, where a profile may assume a role with its own key. */
  configFile: string;
  /** Name of a profile for .env files; the user's by default. */
  profileForEnv?: string;
  /** Account that the keys have to be of. */
  accountId: string;
  secretTemplate: string;
  call: Omit<CredentialCall, 'secretName'>;
}

/** What would be moved where. Asks AWS whose each key is, which is a use of the key; changes nothing. */
export async function planMoves(options: PlanOptions): Promise<MovePlan> {
  const plan: MovePlan = { moves: [], left: [], interrupted: [] };
  for (const name of options.files) {
    const file = readFit(options, name, plan);
    if (file !== undefined) await planFile(options, file, plan);
  }
  return plan;
}

/** Of several files, one that cannot be read or replaced does not keep the others from being moved. */
function readFit({ files }: PlanOptions, name: string, { left }: MovePlan): FileState | undefined {
  try {
    const file = readState(name);
    if (file === undefined) left.push({ file: name, line: 1, why: 'there is no such file' });
    else checkWritable(file);
    return file;
  } catch (error) {
    if (!(error instanceof KeyturnError) || files.length === 1) throw error;
    left.push({ file: name, line: 1, why: error.message });
    return undefined;
  }
}

async function planFile(options: PlanOptions, file: FileState, plan: MovePlan): Promise<void> {
  if ((readBackup(file) ?? file.text) !== file.text) {
    plan.interrupted.push(file);
    return;
  }
  const { places, left } = readSource(file.text);
  const isWanted = ({ profile }: { profile?: string }) =>
    profile === undefined || (options.profiles?.includes(profile) ?? true);
  for (const place of places.filter(isWanted)) {
    const move = await planMove(options, file, place);
    if (typeof move !== 'string') plan.moves.push(move);
    else plan.left.push({ file: file.name, ...nameOf(place), why: move });
  }
  for (const one of left.filter(isWanted)) plan.left.push({ file: file.name, ...one });
  if (options.profiles === undefined) plan.left.push(...elsewhere(file, places, left));
}

/** What the detector sees besides: another form, or the same key once more, in a comment. */
function elsewhere(
  { name, text }: FileState,
  places: readonly Place[],
  left: readonly Left[],
): MovePlan['left'] {
  const seen = new Set(places.map(({ key, id }) => `${key.id} ${id.line.number}`));
  const isSeen = ({ keyId, line }: { keyId: string; line: number }) =>
    seen.has(`${keyId} ${line}`) || left.some((one) => one.keyId === keyId);
  return findPairs(text)
    .filter((pair) => !isSeen(pair))
    .map((pair) => ({
      file: name,
      ...pair,
      why: 'it stands neither in a profile nor in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: change it by hand',
    }));
}

function nameOf({ id, profile, key }: Place): { line: number; profile?: string; keyId: string } {
  return { line: id.line.number, ...(profile !== undefined && { profile }), keyId: key.id };
}

async function planMove(options: PlanOptions, file: FileState, place: Place): Promise<Move | string> {
  const { aws, clock, self, accountId, secretTemplate } = options;
  const { key } = place;
  if (key.id === self.keyId)
    return 'it is what keyturn signs with, and could not read the secret that holds it: sign as someone else';
  const owner = await ownerOf(aws, clock, key);
  if (typeof owner === 'string') return owner;
  if (owner.accountId !== accountId)
    return `it is a key of account ${owner.accountId}, not of ${accountId}: say --account ${owner.accountId} if that is right`;
  const secretName = secretNameFor(secretTemplate, { ...owner });
  const call = { ...options.call, secretName };
  checkCall(call);
  const profile = place.profile ?? options.profileForEnv ?? owner.user;
  if (profile === call.profile)
    return `the profile ${profile} is to read the secret, and cannot be served from it`;
  const why =
    place.format === 'env'
      ? whyNotProfile(options.credentialsFile, profile, commandLine(call))
      : whyNotServed([file.text, readState(options.configFile)?.text ?? ''], profile);
  if (why !== undefined) return why;
  const stock = await stockOf(aws, clock, secretName, key, owner);
  return typeof stock === 'string' ? stock : { file, place, owner, stock, call, profile };
}

function whyNotProfile(credentialsFile: string, profile: string, command: string): string | undefined {
  if (!PROFILE_NAME.test(profile)) return `${profile} can be no name of a profile: give one by --as-profile`;
  const text = readState(credentialsFile)?.text ?? '';
  if (!parseIni(text).some(({ name }) => name === profile)) return undefined;
  if (processOf(text, profile)?.value === command) return undefined;
  return `${credentialsFile} has another profile ${profile}: give a free name by --as-profile`;
}

/** The AWS CLI and Python take a profile as its own source only while it holds a key. */
function whyNotServed(texts: readonly string[], profile: string): string | undefined {
  const isOwnSource = texts
    .flatMap(parseIni)
    .filter(({ name }) => name === profile || name === `profile ${profile}`)
    .some(({ fields }) => fields.get('source_profile')?.some(({ value }) => value === profile));
  if (!isOwnSource) return undefined;
  return `it assumes a role with its own key (source_profile = ${profile}), which works with a key in the file only: give the key a profile of its own`;
}

/** What the secret holds now, or why it cannot be used. */
export async function stockOf(
  aws: Aws,
  clock: Clock,
  secretName: string,
  key: StoredKey,
  { user, arn }: Owner,
): Promise<Stock | string> {
  const info = await aws.secrets.describe(secretName);
  if (info === undefined) return { state: 'absent' };
  const another = 'give another name by --secret';
  if (info.deletedAt !== undefined)
    return `the secret ${secretName} waits to be deleted: restore it (aws secretsmanager restore-secret), or ${another}`;
  const versionId = [...info.versions].find(([, labels]) => labels.includes(CURRENT))?.[0];
  const value = versionId === undefined ? undefined : await aws.secrets.read(secretName, versionId);
  const stored = value === undefined ? undefined : parseStoredForm(value);
  if (versionId === undefined || stored === undefined)
    return `the secret ${secretName} is there and holds no key: a rotation may be on its way (keyturn keys status ${user}), or ${another}`;
  if (stored.id === key.id) {
    return stored.secret.reveal() === key.secret.reveal()
      ? { state: 'same', versionId, keyId: key.id }
      : `the secret ${secretName} has another value for the same key: ${another}`;
  }
  const owner = await ownerOf(aws, clock, stored);
  if (typeof owner !== 'string' && owner.arn === arn) return { state: 'newer', versionId, keyId: stored.id };
  return `the secret ${secretName} holds ${stored.id}, which is no working key of ${user}: ${another}`;
}
