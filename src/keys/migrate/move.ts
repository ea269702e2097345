import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { mutate, type Session } from '../session.ts';
import { verify } from '../steps/verify.ts';
import { type StoredKey, storedForm, USER_TAG, versionIdOf } from '../vault.ts';
import { commandLine } from './call.ts';
import {
  backupOf,
  type FileState,
  newState,
  readState,
  removeBackup,
  removeTemporary,
  replaceFile,
  writeBackup,
} from './file.ts';
import { parseIni } from './ini.ts';
import { stockOf } from './plan.ts';
import { readSource } from './read-source.ts';
import { addProfile, moveOut } from './rewrite.ts';
import type { Move, MoveTools, Owner, RunProcess, Stock } from './types.ts';

/**
 * Moves one pair: the secret first, read back and used; then the command that will serve it, tried; only then the source, with a backup that
 * goes when the rewritten source is proven. May be cut off anywhere: the source is as it was, or served from a proven secret, and the
 * same command goes on. Throws a KeyturnError after which the source is as it was, unless its message says otherwise.
 */
export async function move(tools: MoveTools, planned: Move): Promise<string> {
  const { session, onStep } = tools;
  const { file, place, owner, call, profile } = planned;
  const stored = await fillSecret(tools, planned);
  onStep?.('try the credential_process');
  const command = commandLine(call);
  await proveCommand(session, tools.run, { command, profile, owner });
  if (place.format === 'env') ensureProfile(tools, profile, command);
  await rewrite(tools, planned, place.format === 'env' ? profile : command);
  const served = stored.keyId === place.key.id ? '' : `, which holds ${stored.keyId} by now`;
  return `${nameOf(planned)} of ${file.name} is served from ${call.secretName}${served}`;
}

function nameOf({ place, profile }: Move): string {
  return place.format === 'ini' ? `[${profile}]` : `the key (as profile ${profile})`;
}

type InUse = Exclude<Stock, { state: 'absent' }>;

/** The secret holds a key of the user, and that key works as it is read from there. */
async function fillSecret(tools: MoveTools, { place, owner, stock: planned, call }: Move): Promise<InUse> {
  const { session, onStep } = tools;
  const { aws, clock, memory, pace } = session;
  let stock = await stockOf(aws, clock, call.secretName, place.key, owner);
  if (typeof stock === 'string') throw new KeyturnError(stock, { code: 'secret-taken' });
  if (stock.state === 'newer' && planned.state !== 'newer')
    throw new KeyturnError(`${call.secretName} holds another key of ${owner.user} by now`, {
      code: 'changed',
      hint: 'Repeat the command to see what it would do now.',
    });
  if (stock.state === 'absent') {
    onStep?.('create the secret');
    const versionId = await createSecret(tools, place.key, owner);
    stock = { state: 'same', versionId, keyId: place.key.id };
  }
  onStep?.('verify the secret');
  for (const end = clock.now() + pace.settleMs; ; ) {
    await verify(session, stock.keyId, stock.versionId, owner.arn);
    if (memory.verified.has(stock.keyId)) return stock;
    if (memory.refused.has(stock.keyId) || clock.now() >= end)
      throw new KeyturnError(`${call.secretName} could not be read back and used; the source is as it was`, {
        code: 'not-verified',
        hint: 'Repeat the command; the secret stays.',
      });
    await clock.sleep(pace.pollMs, session.signal);
  }
}

/** Both halves in its first version, whose id follows from the key's: a repetition is the same. */
async function createSecret({ session, secret }: MoveTools, key: StoredKey, owner: Owner): Promise<string> {
  const { aws, order } = session;
  const { kmsKeyId, replicaRegions, tags } = secret;
  const token = versionIdOf(owner.accountId, owner.user, key.id);
  await mutate(session, 'secretsmanager:CreateSecret', { keyId: key.id, secretName: order.secretName }, () =>
    aws.secrets.create({
      name: order.secretName,
      value: storedForm(key),
      token,
      description: `Access key of the IAM user ${owner.user}, kept by keyturn`,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      replicaRegions,
      tags: { ...tags, [USER_TAG]: owner.user },
    }),
  );
  return token;
}

/** Runs the command as an SDK would, and uses what it prints. */
export async function proveCommand(
  { aws }: Pick<Session, 'aws'>,
  run: RunProcess,
  { command, profile, owner }: { command: string; profile: string; owner?: Pick<Owner, 'arn'> },
): Promise<{ key: StoredKey; arn: string }> {
  const key = parseServed(await run(command, profile));
  if (key === undefined)
    throw new KeyturnError(`what ${command} prints is not what a credential_process prints`, {
      code: 'not-proven',
    });
  const { arn } = await aws.sts.identityOf(key);
  if (owner !== undefined && arn !== owner.arn)
    throw new KeyturnError(`${command} serves a key of ${arn} instead of ${owner.arn}`, {
      code: 'not-proven',
    });
  return { key, arn };
}

function parseServed(output: string): StoredKey | undefined {
  try {
    const { Version, AccessKeyId, SecretAccessKey } = JSON.parse(output) as Record<string, unknown>;
    if (Version !== 1 || typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string')
      return undefined;
    return { id: AccessKeyId, secret: new Secret(SecretAccessKey) };
  } catch {
    return undefined;
  }
}

/** A .env file can name a profile only. The profile is added before anything names it, and stays. */
function ensureProfile(tools: MoveTools, profile: string, command: string): void {
  const state = readState(tools.credentialsFile) ?? newState(tools.credentialsFile);
  if (parseIni(state.text).some(({ name }) => name === profile)) return;
  tools.onStep?.('add the profile');
  removeTemporary(state);
  replaceFile(state, addProfile(state.text, profile, command));
}

async function rewrite(tools: MoveTools, planned: Move, value: string): Promise<void> {
  const { session, onStep } = tools;
  const { owner, place, profile, call } = planned;
  const file = sameFile(planned);
  const found = readSource(file.text).places.find((one) => one.profile === place.profile);
  if (found?.key.id !== place.key.id || found.key.secret.reveal() !== place.key.secret.reveal())
    throw new KeyturnError(`${file.name} was changed by someone else meanwhile; it is left as it is`, {
      code: 'changed',
      hint: 'Repeat the command.',
    });
  const about = { user: owner.user, keyId: place.key.id, secretName: call.secretName, text: file.name };
  session.journal.write({ ...about, event: 'intent', action: 'rewrite', reason: session.order.reason });
  onStep?.('write a backup');
  writeBackup(file);
  let rewritten: FileState;
  try {
    onStep?.('rewrite the source');
    rewritten = replaceFile(file, moveOut(file.text, found, value));
  } catch (error) {
    removeBackup(file);
    throw error;
  }
  await settle(tools, { before: file, rewritten, command: commandLine(call), profile, owner });
  session.journal.write({ ...about, event: 'done', action: 'rewrite' });
}

/** As it is now: an earlier move of the same run may have changed another profile. */
function sameFile({ file }: Move): FileState {
  const now = readState(file.name);
  if (now === undefined) throw new KeyturnError(`${file.name} is gone`, { code: 'changed' });
  removeTemporary(now);
  return now;
}

export interface Rewritten {
  before: Pick<FileState, 'text'>;
  rewritten: FileState;
  command: string;
  profile: string;
  owner?: Pick<Owner, 'arn'>;
}

/** Proves what a rewritten source leads to, and removes the backup; puts the source back otherwise. */
export async function settle(
  { session, run, onStep }: Pick<MoveTools, 'session' | 'run' | 'onStep'>,
  { before, rewritten, command, profile, owner }: Rewritten,
): Promise<void> {
  onStep?.('prove the source');
  try {
    await proveCommand(session, run, { command, profile, ...(owner !== undefined && { owner }) });
  } catch (error) {
    onStep?.('restore the source');
    putBack(rewritten, before.text, error);
  }
  onStep?.('remove the backup');
  removeBackup(rewritten);
}

function putBack(rewritten: FileState, text: string, cause: unknown): never {
  const { name, path } = rewritten;
  const why = cause instanceof Error ? cause.message : String(cause);
  const details = {
    code: 'not-proven',
    cause,
    ...(cause instanceof KeyturnError && cause.hint !== undefined && { hint: cause.hint }),
  };
  try {
    replaceFile(rewritten, text);
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    throw new KeyturnError(
      `${name} does not work any more (${why}) and could not be put back (${error.message}): its content is in ${backupOf(path)}`,
      details,
    );
  }
  removeBackup(rewritten);
  throw new KeyturnError(`${name} was put back as it was: ${why}`, details);
}
