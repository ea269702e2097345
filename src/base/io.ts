import type { Readable, Writable } from 'node:stream';
import type { Clock } from './clock.ts';

/** What a stream to a person or a pipe tells about itself. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  /** Of the terminal; absent on a pipe. */
  readonly columns?: number;
}

/** The process as the CLI sees it; tests hand in their own. */
export interface Io extends Clock {
  stdout: OutputStream;
  stderr: OutputStream;
  stdin: Readable & { readonly isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}
