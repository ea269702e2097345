import { describe, expect, it } from 'vitest';
import {
  createPlainProgress,
  createProgress,
  createRecordedProgress,
  formatProgress,
} from '../../src/cli/progress.ts';
import { createFakeIo } from './fake-io.ts';

const ERASE = '\r\x1b[K';

describe('progress on a terminal', () => {
  it('is one line that is drawn over, at most ten times a second', () => {
    const io = createFakeIo({ isTTY: true });
    const progress = createProgress(io);
    io.setNow(1_000);
    progress.update({ phase: 'reading', done: 1 });
    io.setNow(1_050);
    progress.update({ phase: 'reading', done: 2 });
    io.setNow(1_100);
    progress.update({ phase: 'reading', done: 3 });
    expect(io.err()).toBe(`${ERASE}reading  1${ERASE}reading  3`);
    expect(io.out()).toBe('');
  });

  it('draws a new phase at once', () => {
    const io = createFakeIo({ isTTY: true });
    const progress = createProgress(io);
    progress.update({ phase: 'reading', done: 1 });
    progress.update({ phase: 'looking up', done: 0 });
    expect(io.err()).toBe(`${ERASE}reading  1${ERASE}looking up`);
  });

  it('leaves nothing behind when cleared, and comes back', () => {
    const io = createFakeIo({ isTTY: true });
    const progress = createProgress(io);
    progress.clear();
    expect(io.err()).toBe('');
    progress.update({ phase: 'reading', done: 1 });
    progress.clear();
    progress.clear();
    expect(io.err()).toBe(`${ERASE}reading  1${ERASE}`);
    progress.update({ phase: 'reading', done: 2 });
    expect(io.err()).toBe(`${ERASE}reading  1${ERASE}${ERASE}reading  2`);
  });

  it('never reaches the last column and lets no name steer the terminal', () => {
    const io = createFakeIo({ isTTY: true, columns: 10 });
    createProgress(io).update({ phase: '\x1b[2J日本日本日本日本', done: 1 });
    expect(io.err()).toBe(`${ERASE}\\x1b[2J日`);
  });

  it.each([
    ['a pipe', createFakeIo(), true],
    ['TERM=dumb', createFakeIo({ isTTY: true, env: { TERM: 'dumb' } }), true],
    ['a CI system', createFakeIo({ isTTY: true, env: { CI: 'true' } }), true],
    ['--quiet', createFakeIo({ isTTY: true }), false],
  ])('is silent with %s', (_case, io, isWanted) => {
    const progress = createProgress(io, isWanted);
    progress.update({ phase: 'reading', done: 1 });
    progress.clear();
    expect(io.err()).toBe('');
  });
});

describe('a progress line', () => {
  it.each([
    [{ phase: 'reading', done: 0 }, 0, 'reading'],
    [{ phase: 'reading', done: 12_408, unit: 'objects' }, 10, 'reading  12,408 objects'],
    [{ phase: 'reading', done: 5, total: 20, bytes: 2_000_000 }, 500, 'reading  5 of 20 (25%)  4.0 MB/s'],
    [{ phase: 'reading', done: 5, total: 20 }, 2_000, 'reading  5 of 20 (25%)  about 6.0 s left'],
    [{ phase: 'reading', done: 1, total: 100 }, 2_000, 'reading  1 of 100 (1%)  about 3 min 18 s left'],
    [{ phase: 'reading', done: 20, total: 20 }, 2_000, 'reading  20 of 20 (100%)'],
    [{ phase: 'reading', done: 0, total: 0 }, 2_000, 'reading  0 of 0'],
    [{ phase: 'reading', done: 25, total: 20 }, 2_000, 'reading  25 of 20 (100%)'],
  ])('of %j after %d ms', (state, elapsed, line) => expect(formatProgress(state, elapsed)).toBe(line));
});

describe('other progress', () => {
  it('in plain logs is a line per phase', () => {
    const lines: string[] = [];
    const progress = createPlainProgress((line) => lines.push(line));
    for (const phase of ['a', 'a', 'b\n']) progress.update({ phase, done: 1 });
    expect(lines).toEqual(['a\n', 'b\\n\n']);
  });

  it('in tests is every state', () => {
    const progress = createRecordedProgress();
    progress.update({ phase: 'a', done: 1 });
    expect(progress.states).toEqual([{ phase: 'a', done: 1 }]);
  });
});
