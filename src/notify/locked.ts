import { randomUUID } from 'node:crypto';
import { closeSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';

/** Who has the lock reads and writes one small file: whoever takes longer was killed. */
const STALE_MS = 10_000;
const WAIT_MS = 20;
const MOST_WAITS = 250;

/**
 * Runs `work`, which must not wait for anything, while no other process of this machine runs it with the same file. A lock that a
 * killed process left is taken over. Throws a KeyturnError when another holds it for too long, and what `work` throws.
 */
export async function locked<T>(file: string, work: () => T): Promise<T> {
  for (let waits = 0; !take(file); waits++) {
    if (waits === MOST_WAITS)
      throw new KeyturnError(`${file} is held by another process`, { code: 'locked' });
    await new Promise((done) => setTimeout(done, WAIT_MS));
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  breakStale(file);
  return false;
}

/** Moved away, not removed: two that find the same stale lock must not take the one that the first of them has made since. */
function breakStale(file: string): void {
  const before = statSync(file, { throwIfNoEntry: false });
  if (before === undefined || Date.now() - before.mtimeMs < STALE_MS) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (statSync(aside).ino !== before.ino) linkSync(aside, file);
  } catch {
    // Another one was quicker.
  }
  rmSync(aside, { force: true });
}
