import { createHash, randomUUID } from 'node:crypto';
import { forEachAccount } from '../accounts/for-each.ts';
import { createPace } from '../accounts/pace.ts';
import { openRunFile } from '../accounts/run-file.ts';
import { readAccounts, wrongAccountId, wrongExternalId, wrongRole } from '../accounts/section.ts';
import { type Selection, selectAccounts } from '../accounts/select.ts';
import type { AccountResult, AccountsRequest } from '../accounts/types.ts';
import type { Connection } from '../aws/connect.ts';
import { systemClock } from '../base/clock.ts';
import { KeyturnError, UsageError } from '../base/errors.ts';
import type { Configuration } from '../config/load.ts';
import { connect } from './aws-connection.ts';
import type { CommandContext } from './commands.ts';
import { createProgress } from './progress.ts';
import { stateFile } from './state-file.ts';

/** Which accounts `--accounts` means, and how they are entered; undefined without it. Throws a UsageError. */
export function accountsAsked(configuration: Configuration): AccountsRequest | undefined {
  const { settings } = configuration;
  const asked = settings.list('accounts').flatMap((given) => given.split(','));
  const request = entranceOf(configuration);
  if (asked.length > 0) return { ...request, ids: idsOf(asked, request.ids) };
  const alone = ['role', 'external-id', 'resume'].find((name) => settings.find(name) !== undefined);
  if (alone !== undefined) throw new UsageError(`--${alone} goes with --accounts`);
  return undefined;
}

/** The section `accounts`, and what options say in its place. */
export function entranceOf(
  configuration: Configuration,
): Omit<AccountsRequest, 'ids'> & Partial<Pick<AccountsRequest, 'ids'>> {
  const { settings } = configuration;
  const role = checked('--role', settings.text('role'), wrongRole);
  const externalId = checked('--external-id', settings.text('external-id'), wrongExternalId);
  return {
    ...readAccounts(configuration),
    ...(role !== undefined && { role }),
    ...(externalId !== undefined && { externalId }),
  };
}

function idsOf(
  asked: readonly string[],
  configured: AccountsRequest['ids'] | undefined,
): AccountsRequest['ids'] {
  const [word] = asked;
  if (word === 'org' && asked.length === 1) return 'org';
  if (word === 'config' && asked.length === 1) {
    if (configured !== undefined) return configured;
    throw new UsageError('--accounts config: the configuration has no section accounts with ids');
  }
  for (const id of asked) {
    const wrong = wrongAccountId(id);
    if (wrong !== undefined)
      throw new UsageError(`--accounts: ${wrong}; otherwise it is org or config, alone`);
  }
  return asked;
}

function checked(
  option: string,
  given: string | undefined,
  wrong: (text: string) => string | undefined,
): string | undefined {
  const why = given === undefined ? undefined : wrong(given);
  if (why !== undefined) throw new UsageError(`${option}: ${why}`);
  return given;
}

/** Ports for a run over several accounts, no faster than the configuration allows. */
export function connectForAccounts(
  { settings }: Configuration,
  { callsPerSecond }: Pick<AccountsRequest, 'callsPerSecond'>,
  onServerTime?: (time: number) => void,
): Promise<Connection> {
  // Whoever turns the clock back must not have to wait for it.
  const clock = { ...systemClock, now: () => performance.now() };
  return connect(settings, {
    ...(callsPerSecond !== undefined && { pace: createPace(callsPerSecond, clock) }),
    ...(onServerTime !== undefined && { onServerTime }),
  });
}

export interface AccountsWork<T> {
  /** Such as `keys-report`. */
  purpose: string;
  /** What is asked of each account, as data: a run is gone on with only by one that asks the same. */
  question: object;
  /** `base` is the connection with the original credentials. */
  work: (connection: Connection, base: Connection) => Promise<T>;
  /** Values that `--resume` need not ask for again. */
  isWhole: (value: T) => boolean;
}

/** Asks every account, tells how far it is, and keeps what is done, so that `--resume` can go on. */
export async function askAccounts<T>(
  context: CommandContext,
  request: AccountsRequest,
  { purpose, question, work, isWhole }: AccountsWork<T>,
): Promise<{ selection: Selection; results: AccountResult<T>[] }> {
  const { io, configuration, signal, log } = context;
  const { settings } = configuration;
  const selection = await selectAccounts(await connectForAccounts(configuration, request), request);
  for (const note of selection.notes) log.warn(note);
  if (selection.accounts.every(({ skip }) => skip !== undefined))
    throw new UsageError('--accounts: every account that was chosen is closed or excluded: none is asked');
  const runFile = openRunFile<T>({
    file: stateFile(io.env, `${purpose}-${selection.self.accountId}.ndjson`),
    run: randomUUID(),
    question: digestOf({ ...question, regions: request.regions }),
    isResumed: settings.isOn('resume'),
    now: io.now(),
  });
  if (settings.isOn('resume')) log.info(`${runFile.done.size} accounts were done before`);
  const progress = createProgress(io, !settings.isOn('quiet'));
  let settled = 0;
  try {
    const results = await forEachAccount(selection, (connection) => work(connection, selection.base), {
      purpose,
      now: io.now,
      signal,
      done: runFile.done,
      onResult: (result) => {
        progress.update({ phase: 'reading accounts', done: ++settled, total: selection.accounts.length });
        if (result.state === 'ok' && isWhole(result.value) && !runFile.done.has(result.account.id))
          runFile.add(result.account.id, result.value);
      },
    });
    const left = results.filter(
      (result) => result.state === 'failed' || (result.state === 'ok' && !isWhole(result.value)),
    );
    if (left.length === 0) runFile.remove();
    else if (signal.aborted) throw interrupted(results.length - left.length, results.length);
    else
      log.warn(
        `not done: ${left.length} of ${results.length} accounts; to ask only those again: the same command with --resume`,
      );
    return { selection, results };
  } finally {
    progress.clear();
  }
}

function interrupted(done: number, all: number): KeyturnError {
  return new KeyturnError(`interrupted; ${done} of ${all} accounts are done`, {
    code: 'interrupted',
    hint: 'To go on: the same command with --resume.',
  });
}

/** What was asked is only compared, and may be long. */
function digestOf(question: object): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}
