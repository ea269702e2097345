import { ServiceError } from './errors.ts';
import type { Caller, Service } from './service.ts';
import {
  isSignedWith,
  parseAuthorization,
  type SignatureClaim,
  type SignedRequest,
  signingTime,
} from './sigv4.ts';
import { rootArn, sessionArn, userArn } from './state/arn.ts';
import { isUsable, recordUse } from './state/keys.ts';
import type { AccessKey, Account, Session, World } from './state/model.ts';

const MAX_SKEW_MS = 5 * 60_000;

/** The same refusals under the names that each family of protocols gives them. */
const NAMES = {
  query: {
    missing: ['MissingAuthenticationToken', 403],
    unknown: ['InvalidClientTokenId', 403],
    mismatch: ['SignatureDoesNotMatch', 403],
    skew: ['SignatureDoesNotMatch', 403],
    expired: ['ExpiredToken', 403],
  },
  json: {
    missing: ['MissingAuthenticationTokenException', 400],
    unknown: ['UnrecognizedClientException', 400],
    mismatch: ['InvalidSignatureException', 400],
    skew: ['InvalidSignatureException', 400],
    expired: ['ExpiredTokenException', 400],
  },
} as const;

type Refusal = keyof (typeof NAMES)['query'];

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
): { account: Account; caller: Caller; claim: SignatureClaim } {
  function refuse(why: Refusal, message: string): ServiceError {
    const [code, status] = NAMES[service.protocol][why];
    return new ServiceError(code, message, status);
  }
  const claim = parseAuthorization(request.headers['authorization']);
  if (claim === undefined) throw refuse('missing', 'Request is missing Authentication Token');
  const found = findKey(world, claim.keyId);
  const unknown = refuse('unknown', 'The security token included in the request is invalid.');
  if (found === undefined) throw unknown;
  const { account } = found;
  // A key that is sent to another partition looks exactly like one that is dead.
  if (partitionOf(claim.region) !== account.partition) throw unknown;
  const token = request.headers['x-amz-security-token'];
  if (found.session !== undefined) {
    if (token !== found.session.token.reveal()) throw unknown;
  } else {
    if (token !== undefined || !isUsable(found.key, now, world.settings)) throw unknown;
    // A key of a user that is gone has no one to speak for.
    if (found.key.userName !== undefined && !account.users.has(found.key.userName)) throw unknown;
  }
  const at = signingTime(request.headers);
  if (!(Math.abs(at - signingNow) <= MAX_SKEW_MS)) {
    const [signed, host] = [request.headers['x-amz-date'] ?? '', compactTime(signingNow)];
    throw refuse('skew', skewMessage(signed, host, at < signingNow));
  }
  const { secret } = found.session ?? found.key;
  const mismatch = refuse(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
  if (!isSignedWith(secret, request, claim)) {
    if (found.key !== undefined) found.key.mismatchAt = now;
    throw mismatch;
  }
  if (found.key !== undefined && isConfused(found.key, now, world)) throw mismatch;
  if (found.session !== undefined) {
    if (found.session.expiresAt <= now)
      throw refuse('expired', 'The security token included in the request is expired');
    return { account, caller: sessionCaller(account, found.session), claim };
  }
  recordUse(found.key, { at: now, service: claim.service, region: claim.region });
  return { account, caller: keyCaller(account, found.key), claim };
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

function keyCaller(account: Account, key: AccessKey): Caller {
  if (key.userName === undefined)
    return { type: 'root', arn: rootArn(account), userId: account.id, keyId: key.id };
  const user = account.users.get(key.userName)!;
  return { type: 'user', arn: userArn(account, user), userId: user.id, keyId: key.id, user };
}

function sessionCaller(account: Account, session: Session): Caller {
  const { by, keyId } = session;
  if (by.type === 'root') return { type: 'root', arn: rootArn(account), userId: account.id, keyId, session };
  if (by.type === 'user') {
    const user = account.users.get(by.user);
    if (user === undefined) {
      throw new ServiceError(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        403,
      );
    }
    return { type: 'user', arn: userArn(account, user), userId: user.id, keyId, user, session };
  }
  const role = account.roles.get(by.role);
  const roleId = role?.id ?? 'AROA';
  return {
    type: 'role',
    arn: sessionArn(account, by.role, by.name),
    userId: `${roleId}:${by.name}`,
    keyId,
    session,
  };
}

function compactTime(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

function skewMessage(signed: string, host: string, isLate: boolean): string {
  return isLate
    ? `Signature expired: ${signed} is now earlier than ${host} (${host} - 5 min.)`
    : `Signature not yet current: ${signed} is still later than ${host} (${host} + 5 min.)`;
}
