import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from '../../src/report/numbers.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('count %d', (count, text) => expect(formatCount(count)).toBe(text));

  it('knows one from many', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(0, 'file')).toBe('0 files');
    expect(plural(2, 'key of one', 'keys of one')).toBe('2 keys of one');
  });

  it.each([
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [5_500_000_000, '5.5 GB'],
    [7e15, '7000 TB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0.00 s'],
    [42, '0.04 s'],
    [912, '0.9 s'],
    [9_960, '10 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [3_720_000, '1 h 2 min'],
  ])('%d ms', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('gives no rate where there is no time', () => {
    expect(formatRate(1_000_000, 0.5)).toBeUndefined();
    expect(formatRate(0, 100)).toBeUndefined();
    expect(formatRate(345_000_000, 1_000)).toBe('345 MB/s');
  });
});
