import type { Hit } from './types.ts';

/** Whether a credential that says when it ends has ended. */
export type Age = 'live' | 'expired' | 'unknown';

/** The detector has no clock: whoever has one asks here. `now` in milliseconds since 1970. */
export function ageOf({ details }: Pick<Hit, 'details'>, now: number): Age {
  const expiresAt = Date.parse(details?.['expiresAt'] ?? '');
  if (Number.isNaN(expiresAt)) return 'unknown';
  return expiresAt <= now ? 'expired' : 'live';
}

/** The same hit, `info` once it has expired. */
export function atTime<T extends Pick<Hit, 'details' | 'confidence'>>(hit: T, now: number): T {
  return ageOf(hit, now) === 'expired' && hit.confidence !== 'info' ? { ...hit, confidence: 'info' } : hit;
}
