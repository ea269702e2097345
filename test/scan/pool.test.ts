import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { createPool, findWorkerScript, type Pool } from '../../src/scan/pool.ts';
import { createEchoJobs, type EchoJobs } from '../helpers/echo-worker.ts';
import { type BundledWorker, bundleWorker } from '../helpers/worker.ts';

let worker: BundledWorker;
beforeAll(async () => {
  worker = await bundleWorker('test/helpers/echo-worker.ts');
});
afterAll(() => worker.remove());

const pools: Pool<EchoJobs>[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function poolOf(size: number, signal?: AbortSignal): Pool<EchoJobs> {
  const pool = createPool<EchoJobs>({
    size,
    workerUrl: size === 0 ? undefined : worker.url,
    workerData: 'echo',
    createHandlers: createEchoJobs,
    ...(signal === undefined ? {} : { signal }),
  });
  pools.push(pool);
  return pool;
}

describe.each([0, 1, 3])('a pool of %i threads', (size) => {
  it('does all jobs, each once', async () => {
    const pool = poolOf(size);
    const values = Array.from({ length: 40 }, (_, value) => value);
    expect(await Promise.all(values.map((value) => pool.run('double', value)))).toEqual(
      values.map((value) => 2 * value),
    );
  });

  it('hands errors on as what they are, and goes on', async () => {
    const pool = poolOf(size);
    const foreseen = await pool.run('fail', 'foreseen').catch((error: unknown) => error);
    expect(foreseen).toBeInstanceOf(KeyturnError);
    expect(foreseen).toMatchObject({ message: 'it is known', code: 'known', hint: 'do this' });
    const defect = await pool.run('fail', 'defect').catch((error: unknown) => error);
    expect(defect).not.toBeInstanceOf(KeyturnError);
    expect((defect as Error).message).toBe('it is a defect');
    expect((defect as Error).stack).toContain('fail');
    expect(await pool.run('double', 4)).toBe(8);
  });

  it('reaches every thread that was started', async () => {
    const pool = poolOf(size);
    pool.warmUp();
    await pool.runHere('threads', null);
    await pool.runEverywhere('threads', null);
    expect(await pool.runHere('threads', null)).toBe(3);
    if (size > 0) expect(await pool.run('threads', null)).toBe(2);
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    const pool = poolOf(size, controller.signal);
    const reason = new Error('interrupted');
    const jobs = size === 0 ? [] : Array.from({ length: size + 2 }, () => pool.run('hang', null));
    const ends = Promise.allSettled(jobs);
    setTimeout(() => controller.abort(reason), 20);
    for (const end of await ends) expect(end).toEqual({ status: 'rejected', reason });
    await new Promise((resolve) => setTimeout(resolve, 40));
    await expect(pool.run('double', 1)).rejects.toBe(reason);
  });
});

it('a thread that dies fails its job, and the others go on', async () => {
  const pool = poolOf(2);
  await expect(pool.run('exit', null)).rejects.toThrow('ended unexpectedly');
  expect(await Promise.all([1, 2, 3, 4].map((value) => pool.run('double', value)))).toEqual([2, 4, 6, 8]);
});

it('rejects jobs once it is closed', async () => {
  const pool = poolOf(1);
  const hanging = pool.run('hang', null);
  const ends = Promise.allSettled([hanging, pool.run('double', 1)]);
  await pool.close();
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('finds the worker beside the bundle or above its chunks, and none among sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-dist-'));
  writeFileSync(join(folder, 'worker.js'), '');
  const script = pathToFileURL(join(folder, 'worker.js'));
  expect(findWorkerScript(pathToFileURL(join(folder, 'keyturn.js')))).toEqual(script);
  expect(findWorkerScript(pathToFileURL(join(folder, 'chunks/x.js')))).toEqual(script);
  expect(findWorkerScript()).toBeUndefined();
  rmSync(folder, { recursive: true });
});
