export const DAY_MS = 86_400_000;

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** What `parseDuration` takes, for JSON schemas. */
export const DURATION_PATTERN = '^[0-9]{1,6}[smhdw]$';

/** Milliseconds of `90d`, `12h`, `2w`, `15m` or `8s`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit]!;
}

/** The way a length of time is typed, as short as `parseDuration` takes it: `90d`. */
export function durationText(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms % UNITS[name]! === 0) ?? 's';
  return `${ms / UNITS[unit]!}${unit}`;
}

/** In whole days from two days on, else hours, else minutes: `120 days`, `36 hours`, `5 minutes`. */
export function formatDays(ms: number): string {
  if (ms >= 2 * DAY_MS) return count(ms / DAY_MS, 'day');
  if (ms >= 3_600_000) return count(ms / 3_600_000, 'hour');
  return count(ms / 60_000, 'minute');
}

function count(number: number, unit: string): string {
  const whole = Math.floor(number);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
