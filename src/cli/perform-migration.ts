import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import { bringBack, planReturns, type ReturnPlan } from '../keys/migrate/back.ts';
import type { CredentialCall } from '../keys/migrate/call.ts';
import { readState } from '../keys/migrate/file.ts';
import { filesOfReport } from '../keys/migrate/from-report.ts';
import { parseIni } from '../keys/migrate/ini.ts';
import { move } from '../keys/migrate/move.ts';
import { planMoves } from '../keys/migrate/plan.ts';
import { finishInterrupted } from '../keys/migrate/resume.ts';
import type { MovePlan, MoveTools, RunProcess, SecretOptions } from '../keys/migrate/types.ts';
import { attempted, type Done } from '../keys/perform.ts';
import { DEFAULT_PACE, type Order } from '../keys/types.ts';
import type { CommandContext } from './commands.ts';
import type { KeysWork } from './keys-work.ts';

/** For one start of a credential_process. */
const LONGEST_RUN_MS = 60_000;

/** Throws a UsageError for a profile that is named and not there. */
export async function planMigration(context: CommandContext, { aws, self }: KeysWork): Promise<MovePlan> {
  const { args, configuration, io } = context;
  const { settings } = configuration;
  const profileForEnv = settings.text('as-profile');
  const plan = await planMoves({
    aws,
    clock: { ...systemClock, now: io.now },
    self,
    files: filesOf(context),
    ...(args.length > 0 && { profiles: args }),
    credentialsFile: credentialsFileOf(io),
    configFile: configFileOf(io),
    ...(profileForEnv !== undefined && { profileForEnv }),
    accountId: accountOf(context) ?? self.accountId,
    secretTemplate: settings.text('secret')!,
    call: callOf(context, aws.region),
  });
  const known = [...plan.moves, ...plan.left].map(({ profile }) => profile);
  const missing = args.find((name) => !known.includes(name));
  if (missing !== undefined && plan.interrupted.length === 0)
    throw new UsageError(`no profile ${missing} with a key in ${filesOf(context).join(', ')}`);
  return plan;
}

export function planTheWayBack(context: CommandContext): ReturnPlan {
  const { args, configuration, io } = context;
  const plan = planReturns({
    files: filesOf(context),
    ...(args.length > 0 && { profiles: args }),
    credentialsFile: credentialsFileOf(io),
    program: configuration.settings.text('program')!,
  });
  const known = [...plan.returns, ...plan.left].map(({ profile }) => profile);
  const missing = args.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new UsageError(`no profile ${missing} that keyturn serves in ${filesOf(context).join(', ')}`);
  return plan;
}

export async function performMoves(
  context: CommandContext,
  work: KeysWork,
  { moves, interrupted }: MovePlan,
): Promise<Done[]> {
  const results: Done[] = [];
  if (moves.length > 0) await checkProgram(context);
  for (const file of interrupted) {
    const order = { user: file.name, retire: '', secretName: '', reason: 'interrupted before' };
    results.push(await attemptedWith(context, work, order, (tools) => finishInterrupted(tools, file)));
  }
  for (const planned of moves) {
    const order = {
      user: planned.owner.user,
      retire: planned.place.key.id,
      secretName: planned.call.secretName,
      reason: reasonOf(context),
    };
    results.push(await attemptedWith(context, work, order, (tools) => move(tools, planned)));
  }
  return results;
}

export async function performReturns(
  context: CommandContext,
  work: KeysWork,
  { returns }: ReturnPlan,
): Promise<Done[]> {
  const results: Done[] = [];
  for (const planned of returns) {
    const { profile, call } = planned;
    const order = { user: profile, retire: '', secretName: call.secretName, reason: reasonOf(context) };
    results.push(await attemptedWith(context, work, order, (tools) => bringBack(tools, planned)));
  }
  return results;
}

function attemptedWith(
  context: CommandContext,
  work: KeysWork,
  order: Order,
  perform: (tools: MoveTools) => Promise<string>,
): Promise<Done> {
  if (context.signal.aborted) {
    const about = { user: order.user, keyId: order.retire };
    return Promise.resolve({ ...about, state: 'interrupted', text: 'interrupted before it was begun' });
  }
  const session = work.sessionFor(order);
  const tools: MoveTools = {
    // The key has been in use for long: one proof is one.
    session: { ...session, pace: { ...DEFAULT_PACE, verify: { ...DEFAULT_PACE.verify, times: 1 } } },
    run: runnerFor(context),
    program: context.configuration.settings.text('program')!,
    secret: secretOptions(context),
    credentialsFile: credentialsFileOf(context.io),
    onStep: (step) => context.log.info(`${order.user}: ${step}`),
  };
  return attempted(order, async () => ({ state: 'done', text: await perform(tools) }));
}

function reasonOf({ configuration }: CommandContext): string {
  return configuration.settings.text('reason') ?? 'asked for by hand';
}

function filesOf({ configuration, io }: CommandContext): string[] {
  const { settings } = configuration;
  const files = [
    ...settings.list('file'),
    ...settings.list('from').flatMap((report) => reportedFiles(report, io.cwd)),
  ];
  const isGiven = settings.list('file').length + settings.list('from').length > 0;
  return isGiven ? [...new Set(files)] : [credentialsFileOf(io)];
}

function reportedFiles(report: string, cwd: string): string[] {
  let text: string;
  try {
    text = readFileSync(report, 'utf8');
  } catch (error) {
    throw new UsageError(`--from: ${errorMessage(error)}`, { cause: error });
  }
  return filesOfReport(text, report).map((path) => resolve(cwd, path));
}

function credentialsFileOf({ env }: CommandContext['io']): string {
  return env['AWS_SHARED_CREDENTIALS_FILE'] || join(env['HOME'] ?? homedir(), '.aws/credentials');
}

function configFileOf({ env }: CommandContext['io']): string {
  return env['AWS_CONFIG_FILE'] || join(env['HOME'] ?? homedir(), '.aws/config');
}

function accountOf({ configuration }: CommandContext): string | undefined {
  const account = configuration.settings.text('account');
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new UsageError(`--account: ${JSON.stringify(account)} is no ID of an account, which has 12 digits`);
  return account;
}

function secretOptions({ configuration }: CommandContext): SecretOptions {
  const { settings } = configuration;
  const kmsKeyId = settings.text('kms-key');
  return {
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    replicaRegions: settings.list('replica'),
    tags: Object.fromEntries(settings.list('tag').map(parseTag)),
  };
}

function parseTag(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--tag: ${JSON.stringify(text)} is not NAME=VALUE`);
  return [name, value];
}

function callOf(context: CommandContext, region: string): Omit<CredentialCall, 'secretName'> {
  const { settings } = context.configuration;
  const profile = readerOf(context);
  const endpoint = settings.text('endpoint-url');
  return {
    program: settings.text('program')!,
    region,
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/**
 * The profile that will read the secret; undefined for what is around then. Variables that hold a key end with this shell, so nobody is taken
 * to have them later unless told so.
 */
function readerOf({ configuration, io }: CommandContext): string | undefined {
  const { settings } = configuration;
  const chosen = settings.find('read-as')?.value;
  if (chosen === false) return undefined;
  const named = settings.text('read-as') ?? settings.text('profile') ?? io.env['AWS_PROFILE'];
  if (named !== undefined && named !== '') return named;
  if (io.env['AWS_ACCESS_KEY_ID'] !== undefined)
    throw new UsageError('who is to read the secret later? The variables that sign now end with this shell', {
      hint: 'Name a profile by --read-as, or say --no-read-as when every reader has variables or a role of its own.',
    });
  return hasDefaultProfile(io) ? 'default' : undefined;
}

function hasDefaultProfile(io: CommandContext['io']): boolean {
  return [credentialsFileOf(io), configFileOf(io)]
    .flatMap((file) => parseIni(readState(file)?.text ?? ''))
    .some(({ name }) => name === 'default');
}

/** Before a secret is made that nothing could serve. */
async function checkProgram(context: CommandContext): Promise<void> {
  const program = context.configuration.settings.text('program')!;
  const answer = await runnerFor(context)(`${program} --version`, '');
  if (!answer.startsWith('keyturn ')) throw new UsageError(`--program: ${program} is not keyturn`);
}

/** In a shell, as the SDK for JavaScript does it. */
function runnerFor({ io, signal }: CommandContext): RunProcess {
  return (command, profile) =>
    new Promise((done, fail) => {
      const options = {
        cwd: io.cwd,
        env: { ...io.env, AWS_PROFILE: profile },
        timeout: LONGEST_RUN_MS,
        signal,
      };
      exec(command, options, (error, stdout, stderr) => {
        if (error === null) return done(stdout);
        const lines = stderr.trim().split('\n');
        // SDKs warn there, too.
        const said = lines.slice(
          Math.max(
            0,
            lines.findIndex((line) => line.startsWith('keyturn: ')),
          ),
        );
        const hint =
          error.code === 127 ? 'Say how keyturn is started by --program.' : said.slice(1).join(' ');
        fail(
          new KeyturnError(`${command} does not work: ${said[0] || errorMessage(error)}`, {
            code: 'not-proven',
            ...(hint !== '' && { hint }),
          }),
        );
      });
    });
}
