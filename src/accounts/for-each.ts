import type { Connection } from '../aws/connect.ts';
import { isAwsError, SIGNER_KINDS } from '../aws/errors.ts';
import { errorMessage, KeyturnError } from '../base/errors.ts';
import { type EnterOptions, enter, whyNotAssumed } from './enter.ts';
import { closedSince, type Selection } from './select.ts';
import type { Account, AccountResult, Failure } from './types.ts';

export interface EachOptions<T> extends EnterOptions {
  /** Accounts at a time; what the selection was asked with by default. */
  concurrency?: number;
  /** Aborted: no other account is begun; `work` has to look at it for itself. */
  signal?: AbortSignal;
  /** Told of every account once, when it is settled. */
  onResult?: (result: AccountResult<T>) => void;
  /** Values of accounts that were done before, by ID: taken as they are. */
  done?: ReadonlyMap<string, T>;
}

/** What may have passed by the time that all other accounts are done. */
const PASSING: readonly Failure['reason'][] = ['throttled', 'unavailable', 'conflict'];
const ROUNDS = 2;

const INTERRUPTED: Failure = { reason: 'interrupted', message: 'interrupted before it was done' };

/**
 * Runs `work` in every account of a selection, with ports to it. An account that refuses, or breaks off, is its own result and keeps
 * no other from being done; one that AWS throttled is tried once more after all others. Once the original credentials are good for
 * nothing any more, no further account is asked. Results stand in the order of the selection.
 * What `work` throws, if it is no KeyturnError, is a defect: the accounts under way are waited for, and it is rethrown.
 */
export async function forEachAccount<T>(
  selection: Selection,
  work: (connection: Connection, account: Account) => Promise<T>,
  options: EachOptions<T>,
): Promise<AccountResult<T>[]> {
  const { signal, onResult = () => {}, done = new Map<string, T>() } = options;
  const results = new Map<string, AccountResult<T>>();
  let hopeless: Failure | undefined;
  const settle = (result: AccountResult<T>) => {
    results.set(result.account.id, result);
    onResult(result);
  };

  let open: Account[] = [];
  for (const { account, skip } of selection.accounts) {
    const value = done.get(account.id);
    if (skip !== undefined) settle({ state: 'skipped', account, reason: skip });
    else if (value !== undefined) settle({ state: 'ok', account, value });
    else open.push(account);
  }
  for (let round = 1; open.length > 0; round++) {
    const again: Account[] = [];
    await atATime(options.concurrency ?? selection.request.concurrency, open, async (account) => {
      const failure = signal?.aborted === true ? INTERRUPTED : hopeless;
      const result: AccountResult<T> =
        failure === undefined ? await attempt(account) : { state: 'failed', account, ...failure };
      const isPassing = result.state === 'failed' && PASSING.includes(result.reason);
      if (isPassing && round < ROUNDS) again.push(account);
      else settle(result);
    });
    open = again;
  }
  return selection.accounts.map(({ account }) => results.get(account.id)!);

  async function attempt(account: Account): Promise<AccountResult<T>> {
    let connection: Connection;
    try {
      connection = await enter(selection, account, options);
    } catch (error) {
      if (isAwsError(error, ...SIGNER_KINDS)) hopeless = failureOf(error);
      return refused(account, error);
    }
    try {
      return { state: 'ok', account, value: await work(connection, account) };
    } catch (error) {
      if (signal?.aborted === true) return { state: 'failed', account, ...INTERRUPTED };
      return refused(account, error);
    }
  }

  async function refused(account: Account, error: unknown): Promise<AccountResult<T>> {
    if (!(error instanceof KeyturnError)) throw error;
    const closed = isAwsError(error, 'denied', 'unknown-key')
      ? await closedSince(selection, account)
      : undefined;
    if (closed !== undefined) return { state: 'skipped', account, reason: closed };
    const hint = isAwsError(error) ? whyNotAssumed(error, selection, account) : error.hint;
    return { state: 'failed', account, ...failureOf(error, hint) };
  }
}

/** Whether each account that was to be asked has told all: what makes a report over several complete. */
export function isAnswered(results: readonly AccountResult<{ complete: boolean }>[]): boolean {
  return results.every(
    (result) => result.state === 'skipped' || (result.state === 'ok' && result.value.complete),
  );
}

function failureOf(error: KeyturnError, hint = error.hint): Failure {
  return {
    reason: isAwsError(error) ? error.kind : 'other',
    message: errorMessage(error),
    ...(isAwsError(error) && { action: error.action }),
    ...(hint !== undefined && { hint }),
  };
}

/** After an error no other item is begun; those under way are waited for. */
async function atATime<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const runners = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  });
  const ends = await Promise.allSettled(runners);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
