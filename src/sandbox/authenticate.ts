import { ServiceError } from './errors.ts';
import { protocolOf } from './protocols.ts';
import { isEnabled } from './regions.ts';
import type { Caller, Service } from './service.ts';
import { isSignedWith, parseAuthorization, type SignedRequest, signingTime } from './sigv4.ts';
import { rootArn, sessionArn, userArn } from './state/arn.ts';
import { isUsable, recordUse } from './state/keys.ts';
import type { AccessKey, Account, Session, World } from './state/model.ts';

const MAX_SKEW_MS = 5 * 60_000;

type Refusal = 'missing' | 'unknown' | 'mismatch' | 'skew' | 'expired';

const TEXTS: Record<Exclude<Refusal, 'skew'>, string> = {
  missing: 'Request is missing Authentication Token',
  unknown: 'The security token included in the request is invalid.',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  expired: 'The security token included in the request is expired',
};

export interface Clocks {
  /** The sandbox's. */
  now: number;
  /** What signatures are compared with: the host's, so that clients need not know of the sandbox's. */
  signingNow: number;
}

/** Finds out who signed `request`, and records the use of the key. Throws a ServiceError as AWS would answer. */
export function authenticate(
  world: World,
  service: Service,
  request: SignedRequest,
  { now, signingNow }: Clocks,
): { account: Account; caller: Caller } {
  function refuse(why: Refusal, text = TEXTS[why as keyof typeof TEXTS]): ServiceError {
    const [code, status] = protocolOf(service).refusals[why];
    return new ServiceError(code, text, status);
  }
  const claim = parseAuthorization(request.headers['authorization']);
  if (claim === undefined) throw refuse('missing');
  const found = findKey(world, claim.keyId);
  const caller = found && callerOf(found);
  if (found === undefined || caller === undefined) throw refuse('unknown');
  const { account, key, session } = found;
  // A key that is sent to another partition looks exactly like one that is dead.
  if (partitionOf(claim.region) !== account.partition) throw refuse('unknown');
  // A region that the account has not enabled knows nobody of it.
  if (!isEnabled(account, claim.region)) throw refuse('unknown');
  if (request.headers['x-amz-security-token'] !== session?.token.reveal()) throw refuse('unknown');
  if (key !== undefined && !isUsable(key, now, world.settings)) throw refuse('unknown');
  const signedAt = signingTime(request.headers);
  if (!(Math.abs(signedAt - signingNow) <= MAX_SKEW_MS)) throw refuse('skew', skewText(signedAt, signingNow));
  if (!isSignedWith((key ?? session).secret, request, claim)) {
    if (key !== undefined) key.mismatchAt = now;
    throw refuse('mismatch');
  }
  if (key !== undefined && isConfused(key, now, world)) throw refuse('mismatch');
  if (session !== undefined && session.expiresAt <= now) throw refuse('expired');
  if (key !== undefined) recordUse(key, { at: now, service: claim.service, region: claim.region });
  return { account, caller };
}

/** After a wrong signature, STS may refuse the next right one. */
function isConfused(key: AccessKey, now: number, { settings }: World): boolean {
  if (key.mismatchAt === undefined || now - key.mismatchAt >= settings.falseMismatchMs) return false;
  key.mismatchAt = undefined;
  return true;
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

type Found = { account: Account } & ({ key: AccessKey; session?: never } | { session: Session; key?: never });

function findKey(world: World, keyId: string): Found | undefined {
  for (const account of world.accounts.values()) {
    const key = account.keys.get(keyId);
    if (key !== undefined) return { account, key };
    const session = account.sessions.get(keyId);
    if (session !== undefined) return { account, session };
  }
  return undefined;
}

/** Undefined for a key or a session of a user that is gone: it has no one to speak for. */
function callerOf({ account, key, session }: Found): Caller | undefined {
  if (key !== undefined) return userCaller(account, key.userName, { keyId: key.id });
  const { by, keyId } = session;
  if (by.type !== 'role')
    return userCaller(account, by.type === 'user' ? by.user : undefined, { keyId, session });
  const roleId = account.roles.get(by.role)?.id ?? 'AROA';
  return {
    type: 'role',
    arn: sessionArn(account, by.role, by.name),
    userId: `${roleId}:${by.name}`,
    keyId,
    session,
  };
}

/** Root where no user is named. */
function userCaller(
  account: Account,
  name: string | undefined,
  signedWith: Pick<Caller, 'keyId' | 'session'>,
): Caller | undefined {
  if (name === undefined) return { type: 'root', arn: rootArn(account), userId: account.id, ...signedWith };
  const user = account.users.get(name);
  return user && { type: 'user', arn: userArn(account, user), userId: user.id, user, ...signedWith };
}

function skewText(signedAt: number, now: number): string {
  const [signed, host] = [compactTime(signedAt), compactTime(now)];
  return signedAt > now
    ? `Signature not yet current: ${signed} is still later than ${host} (${host} + 5 min.)`
    : `Signature expired: ${signed} is now earlier than ${host} (${host} - 5 min.)`;
}

function compactTime(time: number): string {
  return Number.isNaN(time) ? 'no time' : new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
