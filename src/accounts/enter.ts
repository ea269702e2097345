import type { Connection } from '../aws/connect.ts';
import { type AwsError, isAwsError } from '../aws/errors.ts';
import type { RoleCredentials, RoleRequest, RolesPort } from '../aws/roles.ts';
import type { Identity } from '../aws/types.ts';
import type { Selection } from './select.ts';
import type { Account } from './types.ts';

/** Before they expire, by enough for the longest call under way. */
const REFRESH_AHEAD_MS = 5 * 60_000;
const LONGEST_SESSION_NAME = 64;

export interface EnterOptions {
  /** What for, in CloudTrail: `keys-report`. */
  purpose: string;
  /** What the expiry of credentials is compared with. */
  now: () => number;
}

/**
 * Ports to one of the accounts: the original credentials where these belong to it, else a session of its role, always assumed with
 * the original credentials and never with those of another account. Throws an AwsError when the role cannot be assumed.
 */
export async function enter(
  selection: Selection,
  account: Account,
  options: EnterOptions,
): Promise<Connection> {
  const { base, self, request } = selection;
  const region = request.regions[account.id] ?? base.region;
  if (account.id === self.accountId) return region === base.region ? base : base.with({ region });
  const { role = '', externalId, sessionTags } = request;
  const arn = `arn:${self.partition}:iam::${account.id}:role/${role}`;
  const sessionName = sessionNameOf(options.purpose, self);
  const credentials = sessionOf(
    base.roles,
    { arn, sessionName, tags: sessionTags, ...(externalId !== undefined && { externalId }) },
    options.now,
  );
  await credentials();
  return base.with({ credentials, region });
}

/** Whoever reads the member's CloudTrail sees the tool, the task, and who began it. */
export function sessionNameOf(purpose: string, { arn }: Pick<Identity, 'arn'>): string {
  const who = arn.split(/[/:]/).at(-1)!;
  return `keyturn-${purpose}-${who}`.replace(/[^\w+=,.@-]/g, '-').slice(0, LONGEST_SESSION_NAME);
}

/** Credentials of a role, assumed anew in time; calls that come at once share one. */
export function sessionOf(
  roles: RolesPort,
  request: RoleRequest,
  now: () => number,
): () => Promise<RoleCredentials> {
  let current: RoleCredentials | undefined;
  let asked: Promise<RoleCredentials> | undefined;
  return async () => {
    if (current !== undefined && current.expiresAt - now() > REFRESH_AHEAD_MS) return current;
    asked ??= roles.assume(request).finally(() => {
      asked = undefined;
    });
    current = await asked;
    return current;
  };
}

/** AWS tells of a refusal, not of which of three sides it comes from. */
export function whyNotAssumed(
  error: AwsError,
  { self, request }: Selection,
  account: Account,
): string | undefined {
  if (!isAwsError(error, 'denied') || !/^sts:(?:AssumeRole|TagSession)$/.test(error.action))
    return error.hint;
  const { role, externalId } = request;
  const trusted = externalId === undefined ? callerText(self) : `${callerText(self)} with this external ID`;
  return (
    `One of three is missing: the role ${role} in account ${account.id}, ${trusted} in its trust policy, ` +
    `or the caller's own permission. ${error.hint ?? ''}`.trim()
  );
}

/** As a trust policy would have to name it: not by its session, whose ARN does not tell the path of the role. */
function callerText({ arn, accountId }: Identity): string {
  const [, role] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return role === undefined ? arn : `the role ${role} of account ${accountId}`;
}
