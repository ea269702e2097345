import { describe, expect, it } from 'vitest';
import { parseCron } from '../../src/schedule/cron.ts';

function runs(expression: string, timezone: string, from: string, count: number): string[] {
  const cron = parseCron(expression, timezone);
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < count; ) {
    at = cron.next(at);
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('parseCron', () => {
  it('reads the five fields on the clocks of the time zone', () => {
    expect(runs('30 3 * * *', 'Europe/Berlin', '2026-01-31T12:00:00Z', 2)).toEqual([
      '2026-02-01T02:30',
      '2026-02-02T02:30',
    ]);
    expect(runs('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2028-02-29T00:00',
      '2032-02-29T00:00',
    ]);
    expect(runs('0 9 * * MON-WED/2', 'America/New_York', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-05T14:00',
      '2026-01-07T14:00',
      '2026-01-12T14:00',
    ]);
    expect(runs('0 0 L * *', 'UTC', '2026-02-01T00:00:00Z', 2)).toEqual([
      '2026-02-28T00:00',
      '2026-03-31T00:00',
    ]);
    expect(runs('@weekly', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-03T18:30']);
  });

  it('is due once on every day, whatever is done to the clocks', () => {
    // 02:30 does not exist on 29 March and comes twice on 25 October.
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    // A whole day was left out in Samoa.
    expect(runs('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3)).toEqual([
      '2011-12-29T22:00',
      '2011-12-30T22:00',
      '2011-12-31T22:00',
    ]);
  });

  it('runs in every hour there is, when every hour is asked for', () => {
    expect(runs('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 4)).toEqual([
      '2026-10-24T23:30',
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
    expect(runs('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:30',
      '2026-03-29T02:30',
    ]);
  });

  it('refuses what programs read in two ways', () => {
    expect(() => parseCron('0 3 1 * 1', 'UTC')).toThrow(
      /day of the month and a day of the week: .* give one of them, and \* for the other/,
    );
    expect(() => parseCron('0 3 1 * *', 'UTC')).not.toThrow();
    expect(() => parseCron('0 3 ? * 1', 'UTC')).not.toThrow();
  });

  it.each([
    ['61 * * * *', '61 is an invalid expression for minute'],
    ['* * * *', 'has not five fields: minute, hour, day of month, month, day of week'],
    ['0 0 3 * * *', 'has not five fields'],
    ['0 3 31 2 *', 'impossible day of month'],
    ['0 3 * * MOO', 'invalid expression for week day'],
    ['@sometimes', 'is none of @hourly'],
  ])('says what is wrong with %s', (expression, message) => {
    expect(() => parseCron(expression, 'UTC')).toThrow(message);
  });

  it('names the time zone that was meant', () => {
    expect(() => parseCron('* * * * *', 'Europe/Berlim')).toThrow('did you mean "Europe/Berlin"?');
  });
});
