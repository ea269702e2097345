import { parentPort, workerData } from 'node:worker_threads';
import { serveJobs } from './pool.ts';
import { createJobs, type ScanJobs, type WorkerSetup } from './tools.ts';

/** A worker thread: does the pool's jobs one after the other. */
serveJobs<ScanJobs>(parentPort!, createJobs(workerData as WorkerSetup));
