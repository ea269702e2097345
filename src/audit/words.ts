import { DAY_MS } from '../base/duration.ts';

/** What evidence is worded with. */

/** `3 days`. */
export function daysText(ms: number): string {
  const days = Math.max(0, Math.floor(ms / DAY_MS));
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

const SHOWN = 6;

/** `a, b and 4 more`. */
export function someOf(names: readonly string[]): string {
  if (names.length <= SHOWN) return names.join(', ');
  return `${names.slice(0, SHOWN - 1).join(', ')} and ${names.length - SHOWN + 1} more`;
}
