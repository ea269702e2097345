/** Exit statuses of the whole tool (docs: README "Exit status"). */
export const EXIT = { ok: 0, findings: 1, error: 2, interrupted: 130 } as const;

export interface ErrorDetails {
  /** Stable, kebab-case name a caller can branch on, e.g. `not-a-repository`. */
  code: string;
  /** One line that says what to do about it. */
  hint?: string;
  cause?: unknown;
}

/**
 * An error that was foreseen: printed as one line plus its hint, never with a stack.
 * Anything else that reaches `main` is a defect and is printed with its stack.
 */
export class KeyturnError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KeyturnError';
    this.code = details.code;
    this.hint = details.hint;
  }
}

/** A wrong option, argument, configuration or pattern file. The message starts with `file:line:column` where there is one. */
export class UsageError extends KeyturnError {
  constructor(message: string, details: Partial<ErrorDetails> = {}) {
    super(message, { code: 'usage', ...details });
    this.name = 'UsageError';
  }
}

/** The message of anything thrown, on one line. */
export function errorMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
