import { ServiceError } from './errors.ts';
import type { ProtocolName } from './protocols.ts';
import type { Account, Session, User, World } from './state/model.ts';
import type { Input } from './wire/query.ts';

/** One AWS service: how it is spoken to, and what it can do. */
export interface Service {
  /** As in the credential scope, such as `iam`. */
  name: string;
  /** As in policies, where that is another: `monitoring` is `cloudwatch` there. */
  policyPrefix?: string;
  protocol: ProtocolName;
  /** Of the XML, or of X-Amz-Target. */
  namespace: string;
  /** Of the XML, where clients that send no X-Amz-Target are answered as with `query`: a service may speak both. */
  queryNamespace?: string;
  /** Of its events, such as `iam.amazonaws.com`. */
  eventSource: string;
  /** Parameters that no journal may hold, beside those that are secret everywhere. */
  secretParameters?: readonly string[];
  actions: Readonly<Record<string, Action>>;
  /** Of `rest-json`, by action: `GET /detector/{DetectorId}`. */
  routes?: Readonly<Record<string, string>>;
}

export interface Action {
  /** What a policy calls it, where that is another. */
  permission?: string;
  /** The ARN that a policy must allow; `*` by default. */
  resource?: (call: Call) => string;
  /** Tags of that resource, for conditions. */
  tags?: (call: Call) => ReadonlyMap<string, string> | undefined;
  /** Further actions that must be allowed, such as `TagResource` for a CreateSecret with tags. */
  alsoNeeds?: (call: Call) => readonly string[];
  /** Nothing asks for permission, as with GetCallerIdentity. */
  isOpen?: boolean;
  /** The event history, which is of management, does not tell of it. */
  isDataEvent?: boolean;
  /** What the service answers. Throws a ServiceError. */
  run: (call: Call) => unknown;
}

/** A request that has been authenticated. */
export interface Call {
  world: World;
  /** The caller's own. */
  account: Account;
  caller: Caller;
  action: string;
  region: string;
  input: Input;
  /** Milliseconds since the epoch, on the sandbox's clock. */
  now: number;
}

/** Who signed a request. */
export interface Caller {
  type: 'root' | 'user' | 'role';
  arn: string;
  /** As GetCallerIdentity tells it. */
  userId: string;
  keyId: string;
  user?: User;
  session?: Session;
}

/** A text parameter; undefined when it is missing. Throws a ValidationError for anything else. */
export function optionalText(call: Call, name: string): string | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be a string`);
  return value;
}

export function requiredText(call: Call, name: string): string {
  const value = optionalText(call, name);
  if (value === undefined || value === '') {
    throw invalid(
      `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

/** A number, given as such or, in a form, as text. */
export function optionalNumber(call: Call, name: string): number | undefined {
  const value = call.input[name];
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  if (!Number.isInteger(number)) throw invalid(`${name} must be an integer`);
  return number;
}

export function isTrue(call: Call, name: string): boolean {
  return String(call.input[name] ?? 'false') === 'true';
}

export function listOf(call: Call, name: string): unknown[] {
  const value = call.input[name];
  return Array.isArray(value) ? value : [];
}

/** `Tags` of a request. */
export function tagsOf(call: Call, name = 'Tags'): Map<string, string> {
  return new Map(
    (listOf(call, name) as { Key?: string; Value?: string }[]).map(({ Key = '', Value = '' }) => [
      Key,
      Value,
    ]),
  );
}

/** As services answer with tags. */
export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
