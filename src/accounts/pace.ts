import type { Clock } from '../base/clock.ts';

/** To be waited for before every call: lets through `perSecond` a second, evenly, so that nothing is saved up for a burst. */
export function createPace(perSecond: number, clock: Clock): () => Promise<void> {
  const gapMs = 1000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    const at = Math.max(now, next);
    next = at + gapMs;
    if (at > now) await clock.sleep(at - now);
  };
}
