import type { Connection } from '../aws/connect.ts';
import { isAwsError } from '../aws/errors.ts';
import type { Member } from '../aws/organizations.ts';
import type { Identity } from '../aws/types.ts';
import { KeyturnError, UsageError } from '../base/errors.ts';
import { matchesName } from '../base/name-pattern.ts';
import type { Account, AccountsRequest } from './types.ts';

/** Accounts in the order in which they were told, and what it takes to enter them. */
export interface Selection {
  base: Connection;
  /** Whom the original credentials belong to. */
  self: Identity & { keyId: string };
  request: AccountsRequest;
  /** `skip`: why it is not asked. */
  accounts: readonly { account: Account; skip?: string }[];
  notes: readonly string[];
}

/** The only state in which an account can be asked. */
const OPEN = 'ACTIVE';

/**
 * Finds out which accounts are meant. Throws a UsageError for a request that names no role but needs one, and an AwsError when the
 * organization cannot be read.
 */
export async function selectAccounts(base: Connection, request: AccountsRequest): Promise<Selection> {
  const self = await base.sts.self();
  const accounts = request.ids === 'org' ? await organizationAccounts(base) : listed(request.ids);
  const chosen = accounts.map(({ account, skip }) =>
    request.exclude.some((pattern) => isMeant(pattern, account))
      ? { account, skip: 'excluded' }
      : { account, ...(skip !== undefined && { skip }) },
  );
  if (
    request.role === undefined &&
    chosen.some((one) => one.skip === undefined && one.account.id !== self.accountId)
  )
    throw new UsageError('it is not said which role to assume in the accounts', {
      hint: 'Name it with --role, or as role in the section accounts of keyturn.yaml; docs/ACCOUNTS.md has its policies.',
    });
  return { base, self, request, accounts: chosen, notes: idleExclusions(request, accounts) };
}

/** Exclusions that exclude nothing: a name that was mistyped, or one where names are not known. */
function idleExclusions({ ids, exclude }: AccountsRequest, accounts: Selection['accounts']): string[] {
  return exclude
    .filter((pattern) => !accounts.some(({ account }) => isMeant(pattern, account)))
    .flatMap((pattern) => {
      const quoted = JSON.stringify(pattern);
      if (ids === 'org') return [`exclude: no account is called ${quoted}`];
      if (/^[\d*]+$/.test(pattern)) return [];
      return [`exclude: ${quoted} is a name, and names are known of an organization only`];
    });
}

/** By ID or by name. */
function isMeant(pattern: string, { id, name }: Account): boolean {
  return matchesName(pattern, id) || (name !== undefined && matchesName(pattern, name));
}

function listed(ids: readonly string[]): Selection['accounts'] {
  return [...new Set(ids)].map((id) => ({ account: { id } }));
}

async function organizationAccounts(base: Connection): Promise<Selection['accounts']> {
  const organizations = await base.organizations();
  const accounts: { account: Account; skip?: string }[] = [];
  try {
    for await (const { id, name, state } of organizations.members())
      accounts.push({ account: { id, name }, ...(state !== OPEN && { skip: stateText(state) }) });
  } catch (error) {
    throw isAwsError(error, 'denied', 'not-found', 'other') ? notManaging(error) : error;
  }
  return accounts;
}

function notManaging(error: Error): KeyturnError {
  return new KeyturnError(`the accounts of the organization cannot be listed: ${error.message}`, {
    code: 'no-organization',
    hint: 'Only the management account and delegated administrators may, with organizations:ListAccounts. Otherwise list the accounts: --accounts ID,ID',
    cause: error,
  });
}

/** Why an account that was open when it was listed cannot be asked any more; undefined when it can, or nobody tells. */
export async function closedSince(
  { base, request }: Selection,
  { id }: Account,
): Promise<string | undefined> {
  if (request.ids !== 'org') return undefined;
  let member: Member;
  try {
    member = await (await base.organizations()).member(id);
  } catch {
    return undefined;
  }
  return member.state === OPEN ? undefined : `${stateText(member.state)}, since this run began`;
}

function stateText(state: string): string {
  return state.toLowerCase().replaceAll('_', ' ');
}
