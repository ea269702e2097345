import { withoutSecrets } from './journal.ts';
import { newUuid } from './random.ts';
import type { Call, Caller, Service } from './service.ts';

/** What a request came with that an event tells. */
export interface Origin {
  requestId: string;
  sourceAddress: string;
  userAgent: string;
}

/** Writes the event of a request, as CloudTrail would have it minutes later. */
export function recordEvent(
  call: Call,
  service: Service,
  { requestId, sourceAddress, userAgent }: Origin,
  outcome: { output?: unknown; error?: { code: string; message: string } },
): void {
  const { account, caller, action, region, now } = call;
  const id = newUuid();
  account.events.push({
    id,
    name: action,
    source: service.eventSource,
    at: now,
    region,
    isReadOnly: isReadOnly(action),
    accessKeyId: caller.keyId,
    userName: userNameOf(caller),
    resources: [],
    record: {
      eventVersion: '1.11',
      userIdentity: {
        type: { root: 'Root', user: 'IAMUser', role: 'AssumedRole' }[caller.type],
        principalId: caller.userId,
        arn: caller.arn,
        accountId: account.id,
        accessKeyId: caller.keyId,
        userName: caller.user?.name,
      },
      eventTime: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
      eventSource: service.eventSource,
      eventName: action,
      awsRegion: region,
      sourceIPAddress: sourceAddress,
      userAgent,
      errorCode: outcome.error?.code,
      errorMessage: outcome.error?.message,
      requestParameters: withoutSecrets(call.input),
      requestID: requestId,
      eventID: id,
      readOnly: isReadOnly(action),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account.id,
    },
  });
}

export function isReadOnly(action: string): boolean {
  return /^(?:Get|List|Describe|Lookup|Simulate|Generate|BatchGet)/.test(action);
}

function userNameOf({ type, user, session }: Caller): string {
  if (user !== undefined) return user.name;
  return session?.by.type === 'role' ? session.by.name : type;
}
