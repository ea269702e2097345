import { accountOf } from '../../detect/account.ts';
import { accessDenied, contextOf, permission } from '../authorize.ts';
import { ServiceError } from '../errors.ts';
import { parsePolicy } from '../policy/document.ts';
import { evaluateTrust, type Verdict } from '../policy/evaluate.ts';
import { newKeyId, newSecretKey, newSessionToken } from '../random.ts';
import { type Action, type Call, invalid, optionalNumber, requiredText, type Service } from '../service.ts';
import { roleArn, rootArn, sessionArn } from '../state/arn.ts';
import type { Account, Role, Session } from '../state/model.ts';

const CHAINED_SECONDS = 3600;

const actions: Readonly<Record<string, Action>> = {
  GetCallerIdentity: { isOpen: true, run: getCallerIdentity },
  GetAccessKeyInfo: { run: getAccessKeyInfo },
  // Both sides have a say, so it asks for itself.
  AssumeRole: { isOpen: true, run: assumeRole },
  GetSessionToken: { isOpen: true, run: getSessionToken },
};

export const sts: Service = {
  name: 'sts',
  protocol: 'query',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  eventSource: 'sts.amazonaws.com',
  actions,
};

function getCallerIdentity({ caller, account }: Call): unknown {
  return { UserId: caller.userId, Account: account.id, Arn: caller.arn };
}

/** Works for keys of any account; says nothing about whether they live. */
function getAccessKeyInfo(call: Call): unknown {
  const keyId = requiredText(call, 'AccessKeyId');
  const account = accountOf(keyId);
  if (keyId.length < 16 || account.state !== 'known')
    throw new ServiceError('ValidationError', 'Invalid AccessKeyId');
  return { Account: account.id };
}

function assumeRole(call: Call): unknown {
  const arn = requiredText(call, 'RoleArn');
  const sessionName = requiredText(call, 'RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
    throw invalid(
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  const target = findRole(call, arn);
  // A role that is not there looks like one that may not be taken, and so does any of an account that is closed.
  if (target === undefined || !isOpen(call, target.account))
    throw accessDenied(sts, call.caller, 'sts:AssumeRole', arn, 'none');
  const hasTags = Array.isArray(call.input['Tags']) && call.input['Tags'].length > 0;
  for (const action of hasTags ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole']) {
    const verdict = mayAssume(call, action, target.account, target.role);
    if (verdict !== 'allow') throw accessDenied(sts, call.caller, action, arn, verdict);
  }
  const { account, role } = target;
  const isChained = call.caller.session?.by.type === 'role' && call.caller.session.mintedWith !== undefined;
  const most = isChained ? CHAINED_SECONDS : role.maxSessionSeconds;
  const seconds = optionalNumber(call, 'DurationSeconds') ?? 3600;
  if (seconds < 900 || seconds > most) {
    throw invalid(
      `The requested DurationSeconds exceeds the ${isChained ? '1 hour session limit for roles assumed by role chaining.' : 'MaxSessionDuration set for this role.'}`,
    );
  }
  const session = mint(call, account, seconds, { type: 'role', role: role.name, name: sessionName });
  return {
    Credentials: credentialsOf(session),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: sessionArn(account, role.name, sessionName),
    },
  };
}

/** A Deny on either side refuses. Between accounts both have to allow; within one, a trust policy that names the caller will do. */
function mayAssume(call: Call, action: string, account: Account, role: Role): Verdict {
  const { caller } = call;
  const arn = roleArn(account, role);
  const request = { action, resource: arn, context: contextOf(call, role.tags) };
  const trust = parsePolicy(role.trustPolicy);
  const ownNames = [caller.arn, ...roleNameOf(call)];
  const accountNames = [call.account.id, rootArn(call.account)];
  const trusted = evaluateTrust(trust, [...ownNames, ...accountNames], request);
  if (trusted !== 'allow' || !call.world.settings.isAuthorizing) return trusted;
  const permitted = permission(call.account, caller, action, arn, request.context);
  const isNamed = account.id === call.account.id && evaluateTrust(trust, ownNames, request) === 'allow';
  return permitted === 'none' && isNamed ? 'allow' : permitted;
}

function isOpen({ world }: Call, { id }: Account): boolean {
  return (world.organization?.members.get(id)?.state ?? 'ACTIVE') === 'ACTIVE';
}

/** A session goes by its role's ARN, too. */
function roleNameOf({ caller, account }: Call): string[] {
  const by = caller.session?.by;
  const role = by?.type === 'role' ? account.roles.get(by.role) : undefined;
  return role === undefined ? [] : [roleArn(account, role)];
}

function findRole({ world }: Call, arn: string): { account: Account; role: Role } | undefined {
  const account = world.accounts.get(arn.split(':')[4] ?? '');
  const role = account?.roles.get(arn.split('/').at(-1)!);
  if (account === undefined || role === undefined || roleArn(account, role) !== arn) return undefined;
  return { account, role };
}

function getSessionToken(call: Call): unknown {
  const { caller, account } = call;
  if (caller.session !== undefined)
    throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
  const seconds = optionalNumber(call, 'DurationSeconds') ?? 43_200;
  if (seconds < 900 || seconds > 129_600) throw invalid('DurationSeconds must be between 900 and 129600.');
  // Anybody may, unless a policy says otherwise.
  if (permission(account, caller, 'sts:GetSessionToken', '*', contextOf(call)) === 'deny')
    throw accessDenied(sts, caller, 'sts:GetSessionToken', '*', 'deny');
  const by: Session['by'] =
    caller.user === undefined ? { type: 'root' } : { type: 'user', user: caller.user.name };
  return { Credentials: credentialsOf(mint(call, account, seconds, by)) };
}

function mint({ now, caller }: Call, account: Account, seconds: number, by: Session['by']): Session {
  const session: Session = {
    keyId: newKeyId(account.id, 'ASIA'),
    secret: newSecretKey(),
    token: newSessionToken(),
    issuedAt: now,
    expiresAt: now + seconds * 1000,
    by,
    mintedWith: caller.keyId,
  };
  account.sessions.set(session.keyId, session);
  return session;
}

function credentialsOf({ keyId, secret, token, expiresAt }: Session): unknown {
  return {
    AccessKeyId: keyId,
    SecretAccessKey: secret.reveal(),
    SessionToken: token.reveal(),
    Expiration: new Date(expiresAt),
  };
}
