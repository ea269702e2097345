import type { FaultKind } from './faults.ts';

/** One request as the sandbox saw it, whatever became of it. Holds no secret. */
export interface JournalEntry {
  requestId: string;
  /** Milliseconds since the epoch, on the sandbox's clock. */
  at: number;
  service: string;
  action: string;
  region: string;
  /** As claimed; empty when the request was not signed. */
  keyId: string;
  accountId: string | undefined;
  callerArn: string | undefined;
  /** Parameters, secrets taken out. */
  input: Readonly<Record<string, unknown>>;
  /** Whether the action was done. */
  isDone: boolean;
  /** The wire name of the error that was answered. */
  error: string | undefined;
  fault: FaultKind | undefined;
}

const SECRET_MEMBERS = new Set([
  'SecretString',
  'SecretBinary',
  'SecretAccessKey',
  'SessionToken',
  'Password',
  'NewPassword',
  'OldPassword',
]);

/** A copy of a request or an answer, what is secret left out at every depth; of `more`, at the top. */
export function withoutSecrets<T>(value: T, more: readonly string[] = []): T {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item)) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const shown = Object.entries(value).filter(([name]) => !SECRET_MEMBERS.has(name) && !more.includes(name));
  return Object.fromEntries(shown.map(([name, item]) => [name, withoutSecrets(item)])) as T;
}
