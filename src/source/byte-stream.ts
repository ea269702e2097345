import type { ByteInput } from './byte-input.ts';

/** Bytes that come one after the other. */
export interface ByteStream {
  /** Of what `take` gives next. */
  readonly position: number;
  /** The next `length` bytes, fewer at the end; valid until the next call. */
  take(length: number): Uint8Array;
  /** Passes over `length` bytes; false when there are not so many. */
  skip(length: number): boolean;
}

/** The bytes of an input, one after the other. */
export function inputStream(input: ByteInput): ByteStream {
  let position = 0;
  return {
    get position() {
      return position;
    },
    take(length) {
      const bytes = input.view(position, length);
      position += bytes.length;
      return bytes;
    },
    skip(length) {
      const end = position + length;
      position = Math.min(input.size, end);
      return end <= input.size;
    },
  };
}

const NOTHING = new Uint8Array(0);
const FIRST_ROOM_BYTES = 64 * 1024;

/** What comes in runs of any length, each valid until the next, as one stream. */
export class RunStream implements ByteStream {
  position = 0;
  readonly #runs: Iterator<Uint8Array>;
  #run: Uint8Array = NOTHING;

  constructor(runs: Iterator<Uint8Array>) {
    this.#runs = runs;
  }

  /** What is left of the first run, without taking it; empty at the end. */
  peek(): Uint8Array {
    while (this.#run.length === 0) {
      const { value, done } = this.#runs.next();
      if (done) break;
      this.#run = value;
    }
    return this.#run;
  }

  take(length: number): Uint8Array {
    if (length <= this.peek().length) return this.#pass(length);
    // The stated length may be a lie: grow with what comes.
    let bytes: Uint8Array = new Uint8Array(Math.min(length, FIRST_ROOM_BYTES));
    let filled = 0;
    while (filled < length && this.peek().length > 0) {
      const part = this.#pass(Math.min(length - filled, this.#run.length));
      if (filled + part.length > bytes.length) bytes = grown(bytes, filled + part.length, length);
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes.subarray(0, filled);
  }

  skip(length: number): boolean {
    let left = length;
    while (left > 0 && this.peek().length > 0) left -= this.#pass(Math.min(left, this.#run.length)).length;
    return left === 0;
  }

  /** Nothing more will be taken: lets the runs give back what they hold. */
  close(): void {
    this.#run = NOTHING;
    this.#runs.return?.();
  }

  #pass(length: number): Uint8Array {
    const bytes = this.#run.subarray(0, length);
    this.#run = this.#run.subarray(length);
    this.position += length;
    return bytes;
  }
}

function grown(bytes: Uint8Array, needed: number, limit: number): Uint8Array {
  const larger = new Uint8Array(Math.min(limit, Math.max(needed, bytes.length * 2)));
  larger.set(bytes);
  return larger;
}
