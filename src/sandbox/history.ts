import { withoutSecrets } from './journal.ts';
import { newUuid } from './random.ts';
import type { Call, Caller, Service } from './service.ts';
import { globalRegion } from './state/arn.ts';
import type { TrailEvent } from './state/model.ts';

/** What a request came with that an event tells. */
export interface Origin {
  requestId: string;
  sourceAddress: string;
  userAgent: string;
}

export interface Outcome {
  output?: unknown;
  error?: { code: string; message: string };
}

const EVENT_VERSION = '1.11';

/** Writes the event of a request into its account, as CloudTrail would have it minutes later. */
export function recordEvent(
  call: Call,
  service: Pick<Service, 'name' | 'eventSource' | 'secretParameters'>,
  origin: Origin,
  outcome: Outcome,
): void {
  const { account, caller, action, now } = call;
  const region = isGlobal(service) ? globalRegion(account) : call.region;
  const id = newUuid();
  const readOnly = isReadOnly(action);
  account.events.push({
    id,
    name: action,
    source: service.eventSource,
    at: now,
    region,
    isReadOnly: readOnly,
    accessKeyId: caller.keyId,
    userName: userNameOf(caller),
    resources: resourcesOf(call, outcome.output),
    record: {
      eventVersion: EVENT_VERSION,
      userIdentity: identityOf(call),
      eventTime: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
      eventSource: service.eventSource,
      eventName: action,
      awsRegion: region,
      sourceIPAddress: origin.sourceAddress,
      userAgent: origin.userAgent,
      errorCode: outcome.error?.code,
      errorMessage: outcome.error?.message,
      requestParameters: lowerFirstKeys(withoutSecrets(call.input, service.secretParameters)),
      // Reads leave no answer behind, unless it is credentials; secrets stay out of all.
      responseElements:
        readOnly && !/^AssumeRole|^GetSessionToken/.test(action)
          ? null
          : lowerFirstKeys(withoutSecrets(outcome.output ?? {})),
      requestID: origin.requestId,
      eventID: id,
      readOnly,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account.id,
    },
  });
}

/** As the action's name tells. */
export function isReadOnly(action: string): boolean {
  return /^(?:Get|List|Describe|Lookup|Simulate|Generate|BatchGet|AssumeRole)/.test(action);
}

function isGlobal({ name }: Pick<Service, 'name'>): boolean {
  return name === 'iam' || name === 'organizations';
}

function userNameOf({ type, user, session }: Caller): string {
  if (user !== undefined) return user.name;
  return session?.by.type === 'role' ? session.by.name : type;
}

function identityOf({ account, caller }: Call): Record<string, unknown> {
  const identity = {
    type: { root: 'Root', user: 'IAMUser', role: 'AssumedRole' }[caller.type],
    principalId: caller.userId,
    arn: caller.arn,
    accountId: account.id,
    accessKeyId: caller.keyId,
    userName: caller.user?.name,
  };
  if (caller.session === undefined) return identity;
  const creationDate = new Date(caller.session.issuedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  return { ...identity, sessionContext: { attributes: { creationDate, mfaAuthenticated: 'false' } } };
}

const RESOURCE_TYPES: readonly (readonly [parameter: string, type: string])[] = [
  ['UserName', 'AWS::IAM::User'],
  ['GroupName', 'AWS::IAM::Group'],
  ['RoleName', 'AWS::IAM::Role'],
  ['RoleArn', 'AWS::IAM::Role'],
  ['PolicyArn', 'AWS::IAM::Policy'],
  ['AccessKeyId', 'AWS::IAM::AccessKey'],
  ['SecretId', 'AWS::SecretsManager::Secret'],
];

/** What the request names, and the key that its answer brought into the world. */
function resourcesOf({ input }: Call, output: unknown): TrailEvent['resources'] {
  const { AccessKey, Credentials } = (output ?? {}) as Record<string, { AccessKeyId?: string } | undefined>;
  const made = AccessKey?.AccessKeyId ?? Credentials?.AccessKeyId;
  return [
    ...RESOURCE_TYPES.flatMap(([parameter, type]) => {
      const name = input[parameter];
      return typeof name === 'string' ? [{ type, name }] : [];
    }),
    ...(made === undefined ? [] : [{ type: 'AWS::IAM::AccessKey', name: made }]),
  ];
}

/** CloudTrail spells `AccessKeyId` as `accessKeyId`. */
function lowerFirstKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirstKeys);
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      lowerFirstKeys(item),
    ]),
  );
}
