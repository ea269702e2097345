import { groupBy } from '../base/group-by.ts';
import { plural } from './numbers.ts';

/** An account of a report over several. */
export interface AccountName {
  id: string;
  /** Known from an organization only. */
  name?: string;
}

/** Chosen, and nothing is known of it. */
export type FailedAccount = AccountName & {
  state: 'failed';
  reason: string;
  /** The action that was refused. */
  action?: string;
  message: string;
  hint?: string;
};

/** Closed or excluded, and so not asked. */
export type SkippedAccount = AccountName & { state: 'skipped'; reason: string };

/** What the formats for people say alike of accounts. Nothing here is escaped. */

type Told = readonly (FailedAccount | SkippedAccount | (AccountName & { state: 'read' }))[];

/** `444455556666 staging`. */
export function accountText({ id, name }: AccountName): string {
  return name === undefined ? id : `${id} ${name}`;
}

/** `20 accounts`, `18 of 20 accounts`: those that were read. */
export function readText(accounts: Told): string {
  const read = accounts.filter(({ state }) => state === 'read').length;
  const all = plural(accounts.length, 'account');
  return read === accounts.length ? all : `${read} of ${all}`;
}

/** Why accounts could not be read: those that refused alike together, each named, and what to do about it. */
export function failedLines(accounts: Told): string[][] {
  const failed = accounts.flatMap((account) => (account.state === 'failed' ? [account] : []));
  return [...groupBy(failed, ({ reason, action }) => `${reason} ${action}`).values()].map(linesOf);
}

function linesOf(failed: readonly FailedAccount[]): string[] {
  const [first] = failed as [FailedAccount];
  const which = `${failed.length === 1 ? 'account' : plural(failed.length, 'account')} ${failed.map(accountText).join(', ')}`;
  const [message, ...rest] = failureLines(first);
  return [`${which}: ${message}${failed.length === 1 ? '' : ' (as told of the first)'}`, ...rest];
}

/** Why an account could not be read, and what to do about it. */
export function failureLines({ message, hint }: FailedAccount): string[] {
  return [message, ...(hint === undefined ? [] : [hint])];
}

/** `Not asked: 444455556666 staging (suspended)`; undefined where all were. */
export function skippedLine(accounts: Told): string | undefined {
  const skipped = accounts.flatMap((one) =>
    one.state === 'skipped' ? [`${accountText(one)} (${one.reason})`] : [],
  );
  return skipped.length === 0 ? undefined : `Not asked: ${skipped.join(', ')}`;
}
