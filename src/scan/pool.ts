import { existsSync } from 'node:fs';
import { type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { KeyturnError } from '../base/errors.ts';

/** What kinds of jobs there are: argument and result of each, both structured-cloneable. */
export type JobTable<Jobs> = { [Name in keyof Jobs]: { args: unknown; result: unknown } };

/** What does the jobs of one thread. */
export type JobHandlers<Jobs> = {
  [Name in keyof Jobs]: Jobs[Name] extends { args: infer Args; result: infer Result }
    ? (args: Args) => JobAnswer<Result> | Promise<JobAnswer<Result>>
    : never;
};

export interface JobAnswer<Result> {
  result: Result;
  /** Buffers that are moved instead of copied. */
  transfer?: Transferable[];
}

export interface Pool<Jobs extends JobTable<Jobs>> {
  /** Worker threads at most; 0 when everything runs in this one. */
  readonly size: number;
  /** Starts threads now, all or `count` of them, so that they are up when the first job comes. */
  warmUp(count?: number): void;
  /**
   * Does one job as soon as a thread is free, or has fewer than `most` jobs: with two, a thread goes on while this one is too busy to
   * hand out the next. Rejects with what the job threw, or with the signal's reason.
   */
  run<Name extends keyof Jobs & string>(
    name: Name,
    args: Jobs[Name]['args'],
    most?: number,
  ): Promise<Jobs[Name]['result']>;
  /** The same in this thread, for what is too small to be worth a worker's start (30 to 50 ms). */
  runHere<Name extends keyof Jobs & string>(
    name: Name,
    args: Jobs[Name]['args'],
  ): Promise<Jobs[Name]['result']>;
  /** Does a job once in every thread that has been started, this one included. */
  runEverywhere<Name extends keyof Jobs & string>(name: Name, args: Jobs[Name]['args']): Promise<void>;
  close(): Promise<void>;
}

export interface PoolOptions<Jobs extends JobTable<Jobs>> {
  size: number;
  /** The worker's script; without one everything runs in this thread. */
  workerUrl: URL | undefined;
  /** Structured-cloneable; `workerData` of the workers. */
  workerData: unknown;
  /** Makes this thread's handlers, when it has to do jobs itself. */
  createHandlers: () => JobHandlers<Jobs> | Promise<JobHandlers<Jobs>>;
  /** Ends all workers at once; what runs or waits rejects with its reason. */
  signal?: AbortSignal;
}

/** From the pool to a worker. */
interface JobRequest {
  id: number;
  name: string;
  args: unknown;
}

/** From a worker to the pool. */
type JobReply = { id: number; result: unknown } | { id: number; failure: JobFailure };

/** An error on its way between threads: a KeyturnError stays one, anything else keeps its stack. */
interface JobFailure {
  message: string;
  code?: string;
  hint?: string;
  stack?: string;
}

interface Task {
  request: JobRequest;
  /** Jobs that its thread may have, this one included. */
  most: number;
  resolve: (result: unknown) => void;
  reject: (reason: unknown) => void;
}

interface Seat {
  worker: Worker;
  /** What it is doing. */
  tasks: Map<number, Task>;
}

/** Threads that take jobs from one queue. */
export function createPool<Jobs extends JobTable<Jobs>>(options: PoolOptions<Jobs>): Pool<Jobs> {
  const size = options.workerUrl === undefined ? 0 : options.size;
  const { signal } = options;
  const seats: Seat[] = [];
  const queue: Task[] = [];
  let handlers: Promise<JobHandlers<Jobs>> | undefined;
  let nextId = 1;
  let ended: { reason: unknown } | undefined;

  function start(): void {
    const seat: Seat = {
      worker: new Worker(options.workerUrl!, { workerData: options.workerData }),
      tasks: new Map(),
    };
    seats.push(seat);
    seat.worker.on('message', (reply: JobReply) => {
      const task = seat.tasks.get(reply.id);
      seat.tasks.delete(reply.id);
      if (seat.tasks.size === 0) seat.worker.unref();
      if ('failure' in reply) task?.reject(toError(reply.failure));
      else task?.resolve(reply.result);
      handOut();
    });
    seat.worker.on('error', (error) => leave(seat, error));
    seat.worker.on('exit', () =>
      leave(seat, ended?.reason ?? new Error('a worker thread ended unexpectedly')),
    );
    // A pool that nobody closes must not keep the process alive; only its jobs do.
    seat.worker.unref();
  }

  function leave(seat: Seat, reason: unknown): void {
    const at = seats.indexOf(seat);
    if (at !== -1) seats.splice(at, 1);
    for (const task of seat.tasks.values()) task.reject(reason);
    seat.tasks.clear();
    if (!ended) handOut();
  }

  function handOut(): void {
    while (queue.length > 0) {
      const { most } = queue[0]!;
      let seat = seats.find(({ tasks }) => tasks.size === 0) ?? seats.find(({ tasks }) => tasks.size < most);
      if (seat === undefined && seats.length < size) {
        start();
        seat = seats.at(-1);
      }
      if (seat === undefined) break;
      send(seat, queue.shift()!);
    }
  }

  function send(seat: Seat, task: Task): void {
    seat.tasks.set(task.request.id, task);
    seat.worker.ref();
    seat.worker.postMessage(task.request);
  }

  function request(name: string, args: unknown): JobRequest {
    return { id: nextId++, name, args };
  }

  function end(reason: unknown): Promise<unknown> {
    ended ??= { reason };
    for (const task of queue.splice(0)) task.reject(reason);
    const workers = seats.map(({ worker }) => worker);
    for (const seat of [...seats]) leave(seat, reason);
    return Promise.all(workers.map((worker) => worker.terminate()));
  }

  const onAbort = () => void end(signal!.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });

  async function here(name: string, args: unknown): Promise<unknown> {
    // Between jobs signals and timers get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (ended) throw ended.reason;
    handlers ??= Promise.resolve(options.createHandlers());
    const handler = handlerOf(await handlers, name);
    return (await handler(args)).result;
  }

  return {
    size,
    warmUp(count = size) {
      while (!ended && seats.length < Math.min(count, size)) start();
    },
    run(name, args, most = 1) {
      if (ended) return Promise.reject(ended.reason);
      if (size === 0) return here(name, args);
      return new Promise((resolve, reject) => {
        queue.push({ request: request(name, args), most, resolve, reject });
        handOut();
      });
    },
    runHere: here,
    async runEverywhere(name, args) {
      if (ended) return;
      const everywhere = seats.map(
        (seat) =>
          new Promise((resolve, reject) =>
            send(seat, { request: request(name, args), most: 1, resolve, reject }),
          ),
      );
      if (handlers !== undefined) everywhere.push(here(name, args));
      await Promise.all(everywhere);
    },
    async close() {
      signal?.removeEventListener('abort', onAbort);
      await end(new Error('the worker pool is closed'));
    },
  };
}

/** The worker's end: does the jobs that come through `port`. */
export function serveJobs<Jobs extends JobTable<Jobs>>(port: MessagePort, handlers: JobHandlers<Jobs>): void {
  port.on('message', async ({ id, name, args }: JobRequest) => {
    try {
      const { result, transfer } = await handlerOf(handlers, name)(args);
      port.postMessage({ id, result } satisfies JobReply, transfer ?? []);
    } catch (error) {
      port.postMessage({ id, failure: toFailure(error) } satisfies JobReply);
    }
  });
}

type AnyHandler = (args: unknown) => JobAnswer<unknown> | Promise<JobAnswer<unknown>>;

function handlerOf<Jobs>(handlers: JobHandlers<Jobs>, name: string): AnyHandler {
  return handlers[name as keyof Jobs] as AnyHandler;
}

function toFailure(error: unknown): JobFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  if (error instanceof KeyturnError) {
    const { message, code, hint } = error;
    return { message, code, ...(hint === undefined ? {} : { hint }) };
  }
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

function toError({ message, code, hint, stack }: JobFailure): Error {
  if (code !== undefined) return new KeyturnError(message, { code, ...(hint === undefined ? {} : { hint }) });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/**
 * The bundled worker's script: beside the bundle, or one folder up from where shared chunks live. Undefined when this runs
 * from sources, as in tests: then everything runs in the calling thread, unless a test bundles the worker itself.
 */
export function findWorkerScript(from: string | URL = import.meta.url): URL | undefined {
  return [new URL('./worker.js', from), new URL('../worker.js', from)].find((url) => existsSync(url));
}
