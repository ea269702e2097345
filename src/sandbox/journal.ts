import type { FaultKind } from './faults.ts';

/** One request as the sandbox saw it, whatever became of it. Holds no secret. */
export interface JournalEntry {
  requestId: string;
  /** Milliseconds since the epoch, on the sandbox's clock. */
  at: number;
  service: string;
  action: string;
  region: string;
  /** As claimed; nobody's when the request was not signed. */
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

const SECRET_PARAMETERS = new Set(['SecretString', 'SecretBinary', 'Password', 'NewPassword', 'OldPassword']);

export function withoutSecrets(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !SECRET_PARAMETERS.has(name)));
}
