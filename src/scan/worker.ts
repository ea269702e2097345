import { parentPort, workerData } from 'node:worker_threads';
import { type JobReply, type JobRequest, toFailure } from './pool.ts';
import { createJobs, type WorkerSetup } from './tools.ts';

/** A worker thread: does the pool's jobs one after the other. */
const port = parentPort!;
const handlers = createJobs(workerData as WorkerSetup);

port.on('message', async ({ id, name, args }: JobRequest) => {
  try {
    const handler = (await handlers)[name as keyof Awaited<typeof handlers>];
    const { result, transfer } = await handler(args as never);
    port.postMessage({ id, result } satisfies JobReply, transfer ?? []);
  } catch (error) {
    port.postMessage({ id, failure: toFailure(error) } satisfies JobReply);
  }
});
