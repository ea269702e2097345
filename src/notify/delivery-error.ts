/** Why a message was not taken. The message is one line and names hosts at most: no URL, which may hold a secret. */
export class DeliveryError extends Error {
  /** Another try in a moment may do: a broken connection, a timeout, a 5xx. Otherwise a person has to mend something first. */
  readonly isPassing: boolean;
  /** What the other side asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: { isPassing: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DeliveryError';
    this.isPassing = details.isPassing;
    this.retryAfterMs = details.retryAfterMs;
  }
}
