import { parentPort, workerData } from 'node:worker_threads';
import { KeyturnError } from '../../src/base/errors.ts';
import { type JobHandlers, serveJobs } from '../../src/scan/pool.ts';

/** Jobs that show what a pool does. */
export interface EchoJobs {
  double: { args: number; result: number };
  fail: { args: 'foreseen' | 'defect'; result: never };
  hang: { args: null; result: never };
  exit: { args: null; result: never };
  threads: { args: null; result: number };
}

export function createEchoJobs(): JobHandlers<EchoJobs> {
  let jobs = 0;
  return {
    double: (value) => ({ result: 2 * value }),
    fail(kind) {
      if (kind === 'foreseen') throw new KeyturnError('it is known', { code: 'known', hint: 'do this' });
      throw new TypeError('it is a defect');
    },
    hang: () => new Promise(() => {}),
    exit: () => process.exit(3),
    threads: () => ({ result: ++jobs }),
  };
}

/** The test imports this file in a thread of the test runner's, whose port is not ours. */
if (parentPort !== null && workerData === 'echo') serveJobs(parentPort, createEchoJobs());
