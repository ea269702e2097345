import { createTask, parse, validateDetailed } from 'node-cron';
import { didYouMean } from '../base/suggest.ts';

/** When a job is due: five fields of cron, read on the clocks of a time zone. */
export interface CronTimes {
  expression: string;
  /** IANA name. */
  timezone: string;
  /** The first due time after this one. Milliseconds since the epoch, both. */
  next(after: number): number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 29 February on a Monday comes once in 28 years, and twice that around a century. */
const MOST_DAYS = 60 * 366;
const DAYS_KEPT = 8;
const FIELDS = 'minute, hour, day of month, month, day of week';

/**
 * Fields, names, steps and `L` are read by node-cron, which also says whether a day matches; hours and minutes become moments here:
 * node-cron's own search begins now and nowhere else, and leaves out a day on which a change of clocks skips the hour.
 * A local time that does not exist is taken as much later as the clocks are set forward, one that comes twice is taken the first time;
 * with every hour, both. Throws a RangeError that says what is wrong.
 */
export function parseCron(expression: string, timezone: string): CronTimes {
  checkTimezone(timezone);
  const { minutes, hours, matchesDay } = read(expression);
  const isEveryHour = hours.length === 24;
  const local = createLocal(timezone);
  const days = new Map<number, readonly number[]>();
  /** Of the date whose midnight in UTC is `day`. The last few are kept: whoever asks goes on from there. */
  function momentsOn(day: number): readonly number[] {
    const known = days.get(day);
    if (known !== undefined) return known;
    const offset = local.steadyOffset(day);
    const moments = new Set<number>();
    for (const hour of hours)
      for (const minute of minutes) {
        const localTime = day + (hour * 60 + minute) * MINUTE_MS;
        const found = offset === undefined ? local.momentsOf(localTime) : [localTime - offset];
        for (const moment of isEveryHour ? found : found.slice(0, 1)) moments.add(moment);
      }
    if (days.size >= DAYS_KEPT) days.clear();
    const sorted = [...moments].sort((a, b) => a - b);
    days.set(day, sorted);
    return sorted;
  }
  return {
    expression,
    timezone,
    next: (after) => {
      // From the day before: a time that was skipped may have become a later one.
      const first = Math.floor((after + local.offsetAt(after)) / DAY_MS) * DAY_MS - DAY_MS;
      for (let day = first; day < first + MOST_DAYS * DAY_MS; day += DAY_MS) {
        if (!matchesDay(day)) continue;
        const found = momentsOn(day).find((moment) => moment > after);
        if (found !== undefined) return found;
      }
      throw new RangeError(`${JSON.stringify(expression)} is never due`);
    },
  };
}

interface Fields {
  minutes: readonly number[];
  hours: readonly number[];
  /** `day`: midnight in UTC of the date that is meant. */
  matchesDay(day: number): boolean;
}

function read(expression: string): Fields {
  const shown = JSON.stringify(expression);
  const isNickname = expression.trim().startsWith('@');
  if (!isNickname && expression.trim().split(/\s+/).length !== 5)
    throw new RangeError(`${shown} has not five fields: ${FIELDS}`);
  const { valid, errors } = validateDetailed(expression);
  if (!valid && isNickname)
    throw new RangeError(`${shown} is none of @hourly, @daily, @weekly, @monthly, @yearly`);
  if (!valid) {
    const [first] = errors;
    throw new RangeError(`${shown}: ${first?.message.replace(' is a invalid', ' is an invalid')}`);
  }
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression);
  const isAnyDate = dayOfMonth.filter((value) => typeof value === 'number').length === 31;
  const isAnyWeekday = dayOfWeek.filter((value) => typeof value === 'number').length === 7;
  if (!isAnyDate && !isAnyWeekday)
    throw new RangeError(
      `${shown} gives a day of the month and a day of the week: cron would take days that meet either, other programs those that meet both; give one of them, and * for the other`,
    );
  // Never started: it only answers.
  const days = createTask(`0 0 ${dayOfMonth.join()} ${month.join()} ${dayOfWeek.join()}`, () => {}, {
    timezone: 'UTC',
  });
  days.destroy();
  return { minutes: minute, hours: hour, matchesDay: (day) => days.match(new Date(day)) };
}

/** Throws a RangeError. */
export function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    const known = Intl.supportedValuesOf('timeZone');
    throw new RangeError(
      `${JSON.stringify(timezone)} is no time zone such as Europe/Berlin${didYouMean(timezone, known)}`,
    );
  }
}

/** Local times are written as if they were UTC. */
function createLocal(timezone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  function offsetAt(moment: number): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(moment)) parts[type] = Number(value);
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    const localTime = Date.UTC(year!, month! - 1, day, hour, minute, second);
    return localTime - Math.floor(moment / 1000) * 1000;
  }
  return {
    offsetAt,
    /** The offset of the date whose midnight in UTC is `day`; undefined when clocks are set somewhere near it. */
    steadyOffset(day: number): number | undefined {
      const before = offsetAt(day - DAY_MS);
      return before === offsetAt(day + 2 * DAY_MS) ? before : undefined;
    },
    /** The moments at which clocks show this, earliest first: one, two where clocks are set back, and one later where they skip it. */
    momentsOf(localTime: number): number[] {
      const before = offsetAt(localTime - DAY_MS);
      const after = offsetAt(localTime + DAY_MS);
      const found = [...new Set([before, after])]
        .map((offset) => localTime - offset)
        .filter((moment) => moment + offsetAt(moment) === localTime)
        .sort((a, b) => a - b);
      return found.length > 0 ? found : [localTime - before];
    },
  };
}
