import { describe, expect, it } from 'vitest';
import { acquireLock, type Runner } from '../../src/keys/lock.ts';
import { createBench, SECRET, versionWith } from './bench.ts';

const LOCK_MS = 10 * 60_000;

/** A bench, and locks of its secret for whoever wants one. */
function openBench() {
  const bench = createBench();
  const { secrets } = bench.start();
  const living = new Set<number>();
  const lockFor = (host: string, pid: number) => {
    const runner: Runner = { host, pid, isAlive: (other) => living.has(other) };
    return acquireLock({ secrets, secretName: SECRET, runner, clock: bench.clock, lockMs: LOCK_MS });
  };
  return { bench, living, lockFor };
}

const LOCKED = { code: 'locked' };

describe('the lock of a secret', () => {
  it('keeps everybody out whose holder may be alive: here, where that can be seen, and elsewhere', async () => {
    const { living, lockFor } = openBench();
    living.add(1);
    await lockFor('here', 1);
    await expect(lockFor('here', 2)).rejects.toMatchObject({
      ...LOCKED,
      message: expect.stringMatching(/^app\/ci is being worked on by process 1 on here until 2026/),
    });
    living.delete(1);
    // Another machine cannot tell.
    await expect(lockFor('there', 2)).rejects.toMatchObject(LOCKED);
    await expect(lockFor('here', 2)).resolves.toBeDefined();
  });

  it('ends by itself', async () => {
    const { bench, lockFor } = openBench();
    await lockFor('here', 1);
    bench.advance(LOCK_MS - 1_000);
    await expect(lockFor('there', 2)).rejects.toMatchObject(LOCKED);
    bench.advance(1_000);
    await expect(lockFor('there', 2)).resolves.toBeDefined();
  });

  it('lasts longer for a holder that goes on, and tells one that came too late', async () => {
    const { bench, lockFor } = openBench();
    const first = await lockFor('here', 1);
    bench.advance(LOCK_MS * 0.6);
    await first.keep();
    bench.advance(LOCK_MS * 0.6);
    await expect(lockFor('there', 2)).rejects.toMatchObject(LOCKED);
    bench.advance(LOCK_MS);
    await lockFor('there', 2);
    await expect(first.keep()).rejects.toMatchObject(LOCKED);
  });

  it('is given back, with all that it put on versions', async () => {
    const { bench, lockFor } = openBench();
    await (await lockFor('here', 1)).release();
    expect(versionWith(bench.account, 'keyturn-lock')).toBeUndefined();
    expect(versionWith(bench.account, 'keyturn-claim')).toBeUndefined();
    await expect(lockFor('there', 2)).resolves.toBeDefined();
  });
});
