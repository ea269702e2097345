import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Connection } from '../aws/connect.ts';
import { EXIT, KeyturnError, UsageError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import { openJournal } from '../keys/journal.ts';
import type { Done, KeysWork as Work } from '../keys/perform.ts';
import type { PlanItem } from '../keys/plan.ts';
import type { KeyPolicy } from '../keys/policy.ts';
import { readPolicy } from '../keys/policy-file.ts';
import { newMemory } from '../keys/session.ts';
import { openSinks } from '../keys/sinks/open.ts';
import { parseSink, type SinkSpec } from '../keys/sinks/spec.ts';
import { TAGS } from '../keys/tags.ts';
import { DEFAULT_PACE, type Order } from '../keys/types.ts';
import { secretNameFor, USER_TAG } from '../keys/vault.ts';
import { escapeControl } from '../report/escape.ts';
import { createAsker } from './ask.ts';
import { connect } from './aws-connection.ts';
import type { CommandContext } from './commands.ts';
import { stateFile } from './state-file.ts';

/** What every command on keys begins with. */
export interface KeysWork extends Work {
  aws: Connection;
  journalFile: string;
}

export async function openWork(context: CommandContext): Promise<KeysWork> {
  return workIn(context, await connect(context.configuration.settings));
}

/** The same in an account that was entered already. */
export async function workIn(context: CommandContext, aws: Connection): Promise<KeysWork> {
  const { configuration, io, signal } = context;
  const policy = readPolicy(configuration);
  const specs = sinksOf(context, policy);
  const self = await aws.sts.self();
  const journalFile = journalFileOf(context);
  const journal = openJournal({ file: journalFile, run: randomUUID(), actor: self.arn, now: io.now });
  return {
    aws,
    self,
    policy,
    journal,
    journalFile,
    runner: { host: machine(), pid: process.pid, isAlive },
    sessionFor: (order) => ({
      aws,
      clock: io,
      journal,
      self,
      order,
      rules: policy,
      pace: DEFAULT_PACE,
      signal,
      sinks: openSinks(specs, { ...order, accountId: self.accountId }, { aws, env: io.env, signal }),
      memory: newMemory(),
    }),
  };
}

export function journalFileOf({ configuration, io: { env } }: CommandContext): string {
  return configuration.settings.text('journal') ?? stateFile(env, 'journal.ndjson');
}

/** `--sink`, or what the configuration says. */
function sinksOf(
  { io, configuration: { settings } }: CommandContext,
  { sinks }: KeyPolicy,
): readonly SinkSpec[] {
  const given = settings.list('sink').map((one) => parseSink(one, (path) => resolve(io.cwd, path)));
  return given.length > 0 ? given : sinks;
}

/** Process numbers mean something only within this: containers of one machine may share its name. */
function machine(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The order for one key, found by its id: AWS knows whose it is. Throws a UsageError for one of no user of this account. */
export async function orderFor(context: CommandContext, work: KeysWork, keyId: string): Promise<Order> {
  if (!/^AKIA[A-Z0-9]{12,}$/.test(keyId)) throw new UsageError(`${keyId} is no ID of an access key`);
  const { userName } = await work.aws.iam.accessKeyLastUsed(keyId);
  if (userName === '') throw new KeyturnError(`${keyId} is a key of root`, { code: 'guard-root' });
  const secretName = await findSecretName(context, work, userName);
  return { ...orderOptions(context), user: userName, retire: keyId, secretName };
}

/** Where a user's key is kept: as asked for, as the last rotation noted on the user, as a secret says of itself, or by the template. */
export async function findSecretName(
  { configuration: { settings } }: CommandContext,
  { aws, self }: KeysWork,
  userName: string,
): Promise<string> {
  const { path, tags } = await aws.iam.getUser(userName);
  const template = settings.text('secret')!;
  const byTemplate = secretNameFor(template, { accountId: self.accountId, user: userName, path });
  if (isSecretGiven(settings)) return byTemplate;
  const noted = tags.get(TAGS.secret);
  if (noted !== undefined) return noted;
  for await (const secret of aws.secrets.list())
    if (secret.tags.get(USER_TAG) === userName) return secret.name;
  return byTemplate;
}

export function isSecretGiven(settings: Settings): boolean {
  return settings.find('secret')?.origin.layer !== 'default';
}

export function orderOf(context: CommandContext, { user, keyId, secretName, reason }: PlanItem): Order {
  const options = orderOptions(context);
  const { settings } = context.configuration;
  return { ...options, reason: settings.text('reason') ?? reason, user, retire: keyId, secretName };
}

function orderOptions({ configuration }: CommandContext): Pick<Order, 'reason' | 'force'> {
  const force = configuration.settings.text('force');
  const reason = configuration.settings.text('reason') ?? 'asked for by hand';
  return { reason, ...(force !== undefined && { force }) };
}

/**
 * Whether to go on: `--apply`, and then `--yes` or a person who agrees. Says what to do otherwise.
 * Throws a UsageError for `--apply` without anybody to ask.
 */
export async function isAgreed(context: CommandContext, question: string): Promise<boolean> {
  const { io, configuration, signal } = context;
  const { settings } = configuration;
  if (!settings.isOn('apply')) {
    io.stderr.write('Nothing was changed. To do it: the same command with --apply.\n');
    return false;
  }
  if (settings.isOn('yes')) return true;
  const asker = createAsker(io, signal);
  if (asker === undefined) throw new UsageError('--apply: nobody is here to ask; add --yes');
  try {
    return await asker.confirm(question);
  } finally {
    asker.close();
  }
}

/** Writes the results and returns the exit status. `resume` is the command that goes on. */
export function report(
  { io, configuration }: CommandContext,
  results: readonly Done[],
  resume: string,
): number {
  if (configuration.settings.text('format') === 'json') {
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, results }, null, 2)}\n`);
  } else {
    for (const { accountId, user, keyId, state, text, until, hint, next = resume } of results) {
      const account = accountId === undefined ? '' : `${accountId}  `;
      io.stdout.write(`${escapeControl(`${account}${user}  ${keyId}  ${state}: ${text}`)}\n`);
      if (until !== undefined) io.stdout.write(`  until ${until}; then: ${escapeControl(next)}\n`);
      if (hint !== undefined) io.stdout.write(`  ${escapeControl(hint)}\n`);
      if (state !== 'done' && state !== 'waiting') io.stdout.write(`  to go on: ${escapeControl(resume)}\n`);
    }
  }
  if (results.some(({ state }) => state === 'interrupted')) return EXIT.interrupted;
  if (results.some(({ state }) => state === 'failed')) return EXIT.error;
  return results.some(({ state }) => state === 'stopped') ? EXIT.findings : EXIT.ok;
}
