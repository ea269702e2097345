import { ServiceError } from './errors.ts';
import { awsManagedDocument } from './policy/aws-managed.ts';
import type { Context } from './policy/conditions.ts';
import { parsePolicy, type Statement } from './policy/document.ts';
import { evaluate, type Verdict } from './policy/evaluate.ts';
import { protocolOf } from './protocols.ts';
import type { Action, Call, Caller, Service } from './service.ts';
import type { Account, Group, Role, User } from './state/model.ts';

/** Throws AccessDenied, naming action and resource as AWS does, unless the caller's policies allow `call`. */
export function authorize(service: Service, action: Action, call: Call): void {
  if (!call.world.settings.isAuthorizing || action.isOpen) return;
  const resource = action.resource?.(call) ?? '*';
  const prefix = service.policyPrefix ?? service.name;
  const actions = [action.permission ?? call.action, ...(action.alsoNeeds?.(call) ?? [])].map(
    (name) => `${prefix}:${name}`,
  );
  const isBlocked = call.account.deniedRegions.has(call.region) && !GLOBAL_SERVICES.has(service.name);
  if (isBlocked) throw accessDenied(service, call.caller, actions[0]!, resource, 'blocked');
  const context = contextOf(call, action.tags?.(call));
  for (const name of actions) {
    const verdict = permission(call.account, call.caller, name, resource, context);
    if (verdict !== 'allow') throw accessDenied(service, call.caller, name, resource, verdict);
  }
}

/** What identity-based policies and a boundary say. Root may do everything. */
export function permission(
  account: Account,
  caller: Pick<Caller, 'type' | 'user' | 'session'>,
  action: string,
  resource: string,
  context: Context,
): Verdict {
  if (caller.type === 'root') return 'allow';
  const { identity, boundary } = policiesOf(account, caller);
  const request = { action, resource, context };
  const verdict = evaluate(identity, request);
  if (boundary === undefined || verdict !== 'allow') return verdict;
  return evaluate(boundary, request);
}

/** Those that a policy about regions lets be. */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set(['iam', 'sts', 'organizations']);

/** By what refused it; `blocked` is the policy about regions that `deniedRegions` stands for. */
const REASONS = {
  deny: 'with an explicit deny in an identity-based policy',
  none: 'because no identity-based policy allows the ACTION action',
  allow: '',
  blocked: 'with an explicit deny in a service control policy',
};

export function accessDenied(
  service: Pick<Service, 'protocol'>,
  caller: Caller,
  action: string,
  resource: string,
  verdict: keyof typeof REASONS,
): ServiceError {
  const why = REASONS[verdict].replace('ACTION', action);
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  const [code, status] = protocolOf(service).refusals.denied;
  return new ServiceError(code, message, status);
}

/** The keys that conditions may ask for. */
export function contextOf(call: Call, resourceTags?: ReadonlyMap<string, string>): Context {
  const { caller, account, region, input, now, world } = call;
  const context = new Map<string, readonly string[]>();
  const put = (key: string, value: string | undefined) => {
    if (value !== undefined) context.set(key.toLowerCase(), [value]);
  };
  put('aws:CurrentTime', new Date(now).toISOString());
  put('aws:EpochTime', String(Math.floor(now / 1000)));
  put('aws:PrincipalArn', caller.arn);
  put('aws:PrincipalAccount', account.id);
  put('aws:PrincipalType', { root: 'Account', user: 'User', role: 'AssumedRole' }[caller.type]);
  put('aws:PrincipalOrgID', world.organization?.id);
  put('aws:RequestedRegion', region);
  put('aws:userid', caller.userId);
  put('aws:username', caller.user?.name);
  // What reaches the sandbox over loopback would reach AWS encrypted.
  put('aws:SecureTransport', 'true');
  if (caller.session !== undefined) {
    // Long-term keys have neither: that is what a policy tells them apart by.
    put('aws:TokenIssueTime', new Date(caller.session.issuedAt).toISOString());
    put('aws:MultiFactorAuthPresent', 'false');
  }
  for (const [key, value] of caller.user?.tags ?? []) put(`aws:PrincipalTag/${key}`, value);
  for (const [key, value] of resourceTags ?? [])
    for (const prefix of ['aws', 'iam', 'secretsmanager']) put(`${prefix}:ResourceTag/${key}`, value);
  const requestTags = Array.isArray(input['Tags']) ? (input['Tags'] as { Key: string; Value: string }[]) : [];
  for (const { Key, Value } of requestTags) put(`aws:RequestTag/${Key}`, Value);
  if (requestTags.length > 0)
    context.set(
      'aws:tagkeys',
      requestTags.map(({ Key }) => Key),
    );
  for (const [key, name] of PARAMETER_KEYS) {
    const value = input[name];
    if (typeof value === 'string') put(key, value);
  }
  return context;
}

/** Context keys that are parameters of the request. */
const PARAMETER_KEYS = [
  ['secretsmanager:Name', 'Name'],
  ['secretsmanager:SecretId', 'SecretId'],
  ['secretsmanager:VersionStage', 'VersionStage'],
  ['secretsmanager:VersionId', 'VersionId'],
  ['secretsmanager:ForceDeleteWithoutRecovery', 'ForceDeleteWithoutRecovery'],
  ['secretsmanager:RecoveryWindowInDays', 'RecoveryWindowInDays'],
  ['iam:PolicyARN', 'PolicyArn'],
  ['iam:PermissionsBoundary', 'PermissionsBoundary'],
  ['sts:ExternalId', 'ExternalId'],
  ['sts:RoleSessionName', 'RoleSessionName'],
] as const;

function policiesOf(
  account: Account,
  { user, session }: Pick<Caller, 'user' | 'session'>,
): { identity: Statement[]; boundary: Statement[] | undefined } {
  const role = session?.by.type === 'role' ? account.roles.get(session.by.role) : undefined;
  const groups = [...(user?.groups ?? [])].flatMap((name) => account.groups.get(name) ?? []);
  const holders = [user, role, ...groups].filter((holder) => holder !== undefined);
  return {
    identity: holders.flatMap((holder) => statementsOf(account, holder)),
    boundary: user?.boundary === undefined ? undefined : parsePolicy(documentOf(account, user.boundary)),
  };
}

function statementsOf(account: Account, holder: User | Role | Group): Statement[] {
  const attached = [...holder.attachedPolicies].map((arn) => documentOf(account, arn));
  return [...holder.inlinePolicies.values(), ...attached].flatMap(parsePolicy);
}

function documentOf(account: Account, arn: string): string {
  return account.policies.get(arn)?.document ?? awsManagedDocument(arn) ?? '{"Statement":[]}';
}
