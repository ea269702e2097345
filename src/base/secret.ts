import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * The only place where a secret stands in clear. Every way a value usually leaks out of a program
 * (string conversion, JSON, console, util.inspect) yields a placeholder; `reveal` is the one deliberate way in.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Stars and the last four characters; the number of stars is constant, so the length leaks nothing. */
export function mask(value: string): string {
  return `************${value.trimEnd().slice(-4)}`;
}
