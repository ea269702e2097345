import { errorMessage, KeyturnError } from '../base/errors.ts';

/**
 * What an AWS error means to us, whatever service and protocol it came from.
 * `unavailable` is the one that leaves open whether the call was done: a broken connection, a timeout, a 5xx.
 */
export type AwsErrorKind =
  | 'denied'
  | 'throttled'
  | 'expired'
  | 'no-credentials'
  | 'no-region'
  | 'skew'
  | 'unknown-key'
  | 'wrong-signature'
  | 'not-found'
  | 'quota'
  | 'exists'
  | 'conflict'
  | 'refused'
  | 'unavailable'
  | 'other';

/** What is wrong with whoever signs, or with this machine: every other call would end with it as well. */
export const SIGNER_KINDS: readonly AwsErrorKind[] = [
  'expired',
  'no-credentials',
  'no-region',
  'skew',
  'unknown-key',
  'wrong-signature',
];

/** Wire names without their `Exception`, as IAM, STS and Secrets Manager give them. */
const KINDS: Readonly<Record<string, AwsErrorKind>> = {
  AccessDenied: 'denied',
  UnauthorizedOperation: 'denied',
  AuthorizationError: 'denied',
  // Of IAM's organization features, to members.
  AccountNotManagementOrDelegatedAdministrator: 'denied',
  Throttling: 'throttled',
  TooManyRequests: 'throttled',
  RequestLimitExceeded: 'throttled',
  ExpiredToken: 'expired',
  TokenRefreshRequired: 'expired',
  CredentialsProviderError: 'no-credentials',
  TokenProviderError: 'expired',
  RequestTimeTooSkewed: 'skew',
  InvalidClientTokenId: 'unknown-key',
  UnrecognizedClient: 'unknown-key',
  AuthFailure: 'unknown-key',
  SignatureDoesNotMatch: 'wrong-signature',
  InvalidSignature: 'wrong-signature',
  NoSuchEntity: 'not-found',
  ResourceNotFound: 'not-found',
  ParameterNotFound: 'not-found',
  NotFound: 'not-found',
  TrailNotFound: 'not-found',
  AWSOrganizationsNotInUse: 'not-found',
  OrganizationNotFound: 'not-found',
  LimitExceeded: 'quota',
  EntityAlreadyExists: 'exists',
  ResourceExists: 'exists',
  ConcurrentModification: 'conflict',
  EntityTemporarilyUnmodifiable: 'conflict',
  DeleteConflict: 'conflict',
  TooManyUpdates: 'conflict',
  InvalidParameter: 'refused',
  InvalidRequest: 'refused',
  ValidationError: 'refused',
  Validation: 'refused',
  TimeoutError: 'unavailable',
  ServiceFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',
  InternalFailure: 'unavailable',
  InternalServiceError: 'unavailable',
};

export interface AwsErrorDetails {
  kind: AwsErrorKind;
  /** As in policies, such as `iam:CreateAccessKey`. */
  action: string;
  requestId: string | undefined;
  hint: string | undefined;
  cause: unknown;
}

/** A call that AWS refused, or that never got there. */
export class AwsError extends KeyturnError {
  readonly kind: AwsErrorKind;
  readonly action: string;
  readonly requestId: string | undefined;

  constructor(message: string, { kind, action, requestId, hint, cause }: AwsErrorDetails) {
    super(message, { code: `aws-${kind}`, cause, ...(hint !== undefined && { hint }) });
    this.name = 'AwsError';
    this.kind = kind;
    this.action = action;
    this.requestId = requestId;
  }
}

/** True for an AwsError of one of `kinds`. */
export function isAwsError(error: unknown, ...kinds: AwsErrorKind[]): error is AwsError {
  return error instanceof AwsError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Runs one call; whatever it throws becomes an AwsError that names `action`. */
export async function asAwsCall<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toAwsError(error, action);
  }
}

/** What the SDK puts on its errors, of which the declared types tell only a part. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/** An SDK error becomes one of ours; one of ours stays as it is. */
export function toAwsError(error: unknown, action: string): AwsError {
  if (error instanceof AwsError) return error;
  const { $metadata: metadata } = error as SdkError;
  const text = errorMessage(error);
  const kind = kindOf(error as SdkError, text);
  return new AwsError(`${action}: ${summaryOf(kind, text)}`, {
    kind,
    action,
    requestId: metadata?.requestId,
    hint: hintOf(kind, action, text),
    cause: error,
  });
}

/** The bare name on the wire: the SDK appends `Exception` to errors that are in its model, and to others not. */
export function wireName({ name = '', Code }: SdkError): string {
  return (Code ?? name).replace(/Exception$/, '');
}

function kindOf(error: SdkError, text: string): AwsErrorKind {
  // A clock that is wrong looks like a wrong signature.
  if (/^Signature (?:expired|not yet current)/.test(text)) return 'skew';
  if (/^Region is missing/.test(text)) return 'no-region';
  const named = KINDS[wireName(error)];
  if (named === 'no-credentials' && /expired/i.test(text)) return 'expired';
  if (named !== undefined) return named;
  const status = error.$metadata?.httpStatusCode;
  // No status: no answer came.
  if (status === undefined) return isOfTheNetwork(error) ? 'unavailable' : 'other';
  return status >= 500 ? 'unavailable' : 'other';
}

function isOfTheNetwork({ code, name }: SdkError): boolean {
  return /^(?:E[A-Z_]+|UND_ERR_\w+)$/.test(code ?? '') || name === 'AbortError' || name === 'TimeoutError';
}

const SUMMARIES: Partial<Record<AwsErrorKind, string>> = {
  expired: 'the session has expired',
  'no-credentials': 'no AWS credentials were found',
  'no-region': 'no AWS region is set',
  skew: "this machine's clock is wrong",
};

function summaryOf(kind: AwsErrorKind, text: string): string {
  const summary = SUMMARIES[kind];
  return summary === undefined ? text : `${summary} (${text})`;
}

function hintOf(kind: AwsErrorKind, action: string, text: string): string | undefined {
  switch (kind) {
    case 'denied':
      return `Add to the policy of whom this signs as: ${statementFor(action, text)}${elsewhere(text)}`;
    case 'expired':
      return 'Sign in again (aws sso login, or assume the role anew) and repeat the command: it goes on where it stopped.';
    case 'no-credentials':
      return 'Set AWS_PROFILE or --profile, or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
    case 'no-region':
      return 'Set AWS_REGION or --region, or region in the profile.';
    case 'skew':
      return 'AWS takes signatures that are at most 5 minutes off; synchronise the clock and repeat the command.';
    case 'unknown-key':
      return 'The key is inactive, deleted, or of another partition (China, GovCloud); a region of the right one is set by AWS_REGION or --region.';
    case 'throttled':
      return 'AWS limits the rate of calls; repeat the command later.';
    default:
      return undefined;
  }
}

/** For a key of another account AWS gives the same answer. */
function elsewhere(text: string): string {
  return /on resource: access key/.test(text) ? ' (unless the key is of another account)' : '';
}

/** The least that would have allowed it: AWS names action and resource in its refusal, except when a deny is explicit. */
function statementFor(action: string, text: string): string {
  if (/explicit deny/.test(text)) return `nothing; a statement there denies ${action}, and has to go`;
  const [, named = action] = /perform: (\S+:\w+)/.exec(text) ?? [];
  const [, resource = '*'] = /on resource: (arn:\S+)/.exec(text) ?? [];
  return JSON.stringify({ Effect: 'Allow', Action: named, Resource: resource });
}
