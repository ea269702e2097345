import { type PassThrough, Readable, Writable } from 'node:stream';
import type { Io } from '../../src/base/io.ts';

export interface FakeIo extends Io {
  /** What was written so far. */
  out(): string;
  err(): string;
  /** Milliseconds since the epoch. */
  setNow(time: number): void;
}

export interface FakeIoOptions {
  isTTY?: boolean;
  columns?: number;
  env?: Record<string, string>;
  cwd?: string;
  stdout?: Writable;
}

export function createFakeIo({
  isTTY = false,
  columns = 80,
  env = {},
  cwd = '/',
  stdout,
}: FakeIoOptions = {}): FakeIo {
  const written = { out: '', err: '' };
  const collect = (name: 'out' | 'err') =>
    new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        written[name] += chunk;
        done();
      },
    });
  let time = Date.UTC(2026, 0, 2);
  return {
    stdout: Object.assign(stdout ?? collect('out'), { isTTY, columns }),
    stderr: Object.assign(collect('err'), { isTTY, columns }),
    stdin: Readable.from([]) as unknown as PassThrough,
    env,
    cwd,
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
    out: () => written.out,
    err: () => written.err,
    setNow(to) {
      time = to;
    },
  };
}
