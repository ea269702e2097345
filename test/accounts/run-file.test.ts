import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRunFile } from '../../src/accounts/run-file.ts';
import { makeFolder } from '../cli/run-main.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-26T09:00:00Z');

function openIn(folder: string, change: Partial<Parameters<typeof openRunFile>[0]> = {}) {
  const file = join(folder, 'state/run.ndjson');
  return openRunFile<number>({
    file,
    run: 'a',
    question: { ids: 'org' },
    isResumed: true,
    now: NOW,
    ...change,
  });
}

describe('openRunFile', () => {
  it('knows what was done before it was cut off, and goes on from there', () => {
    const folder = makeFolder();
    const first = openIn(folder);
    expect(first.done.size).toBe(0);
    first.add('1', 10);
    first.add('2', 20);
    appendFileSync(join(folder, 'state/run.ndjson'), '\n{"run":"a","accountId":"3","val');
    const second = openIn(folder, { run: 'b', now: NOW + HOUR_MS });
    second.add('4', 40);
    const third = openIn(folder, { run: 'c', now: NOW + 2 * HOUR_MS });
    expect([...third.done]).toEqual([
      ['1', 10],
      ['2', 20],
      ['4', 40],
    ]);
  });

  it('begins anew unless asked to go on, after a day, and when it came to its end', () => {
    const folder = makeFolder();
    openIn(folder).add('1', 10);
    expect(openIn(folder, { now: NOW + 25 * HOUR_MS }).done.size).toBe(0);
    openIn(folder, { isResumed: false }).add('1', 10);
    expect(openIn(folder, { isResumed: false, run: 'b' }).done.size).toBe(0);
    const last = openIn(folder);
    last.add('1', 10);
    last.remove();
    expect(openIn(folder).done.size).toBe(0);
  });

  it('does not merge a run that still writes with the one that took its place', () => {
    const folder = makeFolder();
    const old = openIn(folder, { isResumed: false, run: 'old' });
    const next = openIn(folder, { isResumed: false, run: 'new' });
    old.add('1', 10);
    next.add('2', 20);
    expect([...openIn(folder, { run: 'third' }).done]).toEqual([['2', 20]]);
  });

  it('refuses to go on with a run that asked for something else, and leaves it alone', () => {
    const folder = makeFolder();
    openIn(folder).add('1', 10);
    const before = readFileSync(join(folder, 'state/run.ndjson'), 'utf8');
    expect(() => openIn(folder, { question: { ids: ['1'] } })).toThrow('--resume: the run that stopped');
    expect(readFileSync(join(folder, 'state/run.ndjson'), 'utf8')).toBe(before);
  });

  it('names the file that cannot be used', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'state/run.ndjson'), { recursive: true });
    expect(() => openIn(folder)).toThrow(/^cannot use .*state\/run\.ndjson: not a regular file/);
    expect(existsSync(join(folder, 'state/run.ndjson'))).toBe(true);
  });
});
