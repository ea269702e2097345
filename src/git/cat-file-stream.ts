import { KeyturnError } from '../base/errors.ts';
import { git, gitResult, gitStream, inRepository } from './run.ts';
import type { ObjectType, Repository } from './types.ts';

/** One object as `git cat-file --batch` hands it out. */
export type ReadObject =
  | { id: string; type: ObjectType; size: number; bytes: Uint8Array }
  /** Larger than `maxBytes`: passed over. */
  | { id: string; type: ObjectType; size: number; bytes?: never }
  | { id: string; type: 'missing' };

export interface ReadOptions {
  maxBytes?: number;
  inheritRepository?: boolean;
  signal?: AbortSignal;
}

/**
 * Reads objects by id, in order, through one git process; the way for the few objects of a push or an index.
 * Git ends at the first object that a partial clone was promised and may not fetch: it is missing, and a new git goes on behind it.
 */
export async function* readObjects(
  repository: Repository,
  ids: Iterable<string> | AsyncIterable<string>,
  { maxBytes = Number.POSITIVE_INFINITY, ...options }: ReadOptions = {},
): AsyncGenerator<ReadObject, void, undefined> {
  const asked = new IdLog(ids);
  let answered = 0;
  try {
    for (;;) {
      const run = inRepository(repository, { ...options, input: asked.linesFrom(answered) });
      try {
        for await (const object of parseBatch(
          gitStream(['cat-file', '--batch', '--buffer'], run),
          maxBytes,
        )) {
          answered += 1;
          yield object;
        }
        return;
      } catch (error) {
        const id = asked.at(answered);
        if (id === undefined || !isPromised(error, id)) throw error;
        answered += 1;
        yield { id, type: 'missing' };
      }
    }
  } finally {
    await asked.close();
  }
}

/** Those of `ids` that the repository has, in their order. */
export async function existingObjects(
  repository: Repository,
  ids: readonly string[],
  options: Omit<ReadOptions, 'maxBytes'> = {},
): Promise<string[]> {
  if (ids.length === 0) return [];
  if (repository.isPartial) {
    const results = await Promise.all(
      ids.map((id) => gitResult(['cat-file', '-e', id], inRepository(repository, options))),
    );
    return ids.filter((_, index) => results[index]!.status === 0);
  }
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(''));
  const answer = await git(
    ['cat-file', '--batch-check=%(objectname)'],
    inRepository(repository, { ...options, input }),
  );
  const lines = answer.toString().split('\n');
  return ids.filter((_, index) => !lines[index]!.endsWith(' missing'));
}

function isPromised(error: unknown, id: string): boolean {
  return error instanceof KeyturnError && error.message.includes(`could not fetch ${id} `);
}

async function* parseBatch(
  stream: AsyncGenerator<Buffer, void, undefined>,
  maxBytes: number,
): AsyncGenerator<ReadObject, void, undefined> {
  const reader = new ChunkReader(stream);
  try {
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
      const [id, type, size] = line.split(' ') as [string, string, string | undefined];
      if (size === undefined) {
        yield { id, type: 'missing' };
        continue;
      }
      const length = Number(size);
      const isWanted = length <= maxBytes;
      const bytes = await reader.bytes(length, isWanted);
      await reader.bytes(1, false);
      yield { id, type: type as ObjectType, size: length, ...(isWanted ? { bytes } : {}) } as ReadObject;
    }
  } finally {
    await reader.close();
  }
}

/** Ids as they are asked for, remembered: the feed of a git that died may have taken more than it got answered. */
class IdLog {
  readonly #source: Iterator<string> | AsyncIterator<string>;
  readonly #taken: string[] = [];

  constructor(ids: Iterable<string> | AsyncIterable<string>) {
    this.#source = Symbol.asyncIterator in ids ? ids[Symbol.asyncIterator]() : ids[Symbol.iterator]();
  }

  at(index: number): string | undefined {
    return this.#taken[index];
  }

  /** Ids from the one at `index` on, a line each, in pieces large enough not to cost a write each. */
  async *linesFrom(index: number): AsyncGenerator<Buffer> {
    let text = '';
    for (let at = index; ; at += 1) {
      if (at === this.#taken.length && !(await this.#take())) break;
      text += `${this.#taken[at]}\n`;
      if (text.length >= PIECE) {
        yield Buffer.from(text);
        text = '';
      }
    }
    if (text !== '') yield Buffer.from(text);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #take(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done !== true) this.#taken.push(next.value);
    return next.done !== true;
  }
}

const PIECE = 1 << 15;

/** Lines and runs of bytes from a stream that is cut anywhere. */
class ChunkReader {
  readonly #source: AsyncGenerator<Buffer, void, undefined>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(source: AsyncGenerator<Buffer, void, undefined>) {
    this.#source = source;
  }

  /** Without its line feed; undefined at the end. */
  async line(): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const end = this.#chunk.indexOf(LF, this.#at);
      if (end >= 0) {
        text += this.#chunk.toString('latin1', this.#at, end);
        this.#at = end + 1;
        return text;
      }
      text += this.#chunk.toString('latin1', this.#at);
      if (!(await this.#more())) return text === '' ? undefined : text;
    }
  }

  /** Exactly `length` bytes in a buffer of their own, or nothing but past them. */
  async bytes(length: number, isWanted: boolean): Promise<Uint8Array | undefined> {
    const result = isWanted ? Buffer.allocUnsafeSlow(length) : undefined;
    for (let filled = 0; filled < length; ) {
      if (this.#at === this.#chunk.length && !(await this.#more()))
        throw new Error('git cat-file ended inside an object');
      const count = Math.min(length - filled, this.#chunk.length - this.#at);
      result?.set(this.#chunk.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#source.return();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#chunk = next.value;
    this.#at = 0;
    return true;
  }
}

const LF = 0x0a;
