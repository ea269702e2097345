/** A moment: ISO 8601, milliseconds since the epoch, or an age such as `100d`, `3h` or `20m`. */
export type SeedTime = string | number;

/** A length of time: milliseconds, or such as `8s`. */
export type SeedDuration = string | number;

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Throws a RangeError for what is no time. */
export function timeOf(time: SeedTime, now: number): number {
  if (typeof time === 'number') return time;
  const age = lengthOf(time);
  const at = age === undefined ? Date.parse(time) : now - age;
  if (Number.isNaN(at))
    throw new RangeError(
      `${JSON.stringify(time)} is neither a time such as 2026-01-31T12:00:00Z nor an age such as 100d`,
    );
  return at;
}

/** Throws a RangeError for what is no length of time. */
export function durationOf(duration: SeedDuration): number {
  const length = typeof duration === 'number' ? duration : lengthOf(duration);
  if (length === undefined || !(length >= 0))
    throw new RangeError(`${JSON.stringify(duration)} is no length of time such as 8s, 15m or 100d`);
  return length;
}

function lengthOf(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit]!;
}
