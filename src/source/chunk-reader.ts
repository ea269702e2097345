const NOTHING = new Uint8Array(0);
const LF = 0x0a;

/** Reads what comes in chunks in portions of the reader's choice. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = NOTHING;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fills part of `target` and says how much; 0 at the end. */
  async read(target: Uint8Array): Promise<number> {
    if (!(await this.#hasMore())) return 0;
    const part = this.#chunk.subarray(0, target.length);
    target.set(part);
    this.#chunk = this.#chunk.subarray(part.length);
    return part.length;
  }

  /** Up to the next line feed, which is passed over; undefined at the end. */
  async readLine(): Promise<string | undefined> {
    if (!(await this.#hasMore())) return undefined;
    const parts: Uint8Array[] = [];
    do {
      const end = this.#chunk.indexOf(LF);
      parts.push(end < 0 ? this.#chunk : this.#chunk.subarray(0, end));
      this.#chunk = end < 0 ? NOTHING : this.#chunk.subarray(end + 1);
      if (end >= 0) break;
    } while (await this.#hasMore());
    return Buffer.concat(parts).toString();
  }

  /** Passes over up to `length` bytes. */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0 && (await this.#hasMore())) {
      const part = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(part);
      left -= part;
    }
  }

  /** Nothing more will be read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #hasMore(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = value;
    }
    return true;
  }
}
