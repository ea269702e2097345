import { DAY_MS } from '../base/duration.ts';

/** What an audit holds an account to, where the benchmarks leave room. */
export interface AuditRules {
  /** A key older than this is to be replaced: `keys.maxAge`. */
  maxKeyAgeMs: number;
  /** A key or password not used for this long is to go: `keys.unusedFor`. */
  unusedMs: number;
  /** A key that is younger is not called unused yet. */
  youngMs: number;
  /** How long ago root must have been used last. */
  rootQuietMs: number;
  /** A service that was not used for this long does not need to be allowed. */
  unusedServiceMs: number;
}

/** In whole days, as the benchmarks count: 90 days are over on the 91st. */
export function exceeds(age: number, limit: number): boolean {
  return Math.floor(age / DAY_MS) * DAY_MS > limit;
}

export const DEFAULT_RULES: AuditRules = {
  maxKeyAgeMs: 90 * DAY_MS,
  unusedMs: 45 * DAY_MS,
  youngMs: 7 * DAY_MS,
  rootQuietMs: 90 * DAY_MS,
  unusedServiceMs: 90 * DAY_MS,
};
