import type { ByteInput } from './byte-input.ts';
import { createInflater, type Inflater } from './inflate.ts';

export interface UnpackOutcome {
  problem?: 'truncated' | 'corrupt';
  /** Position in the input after what has been used. */
  position: number;
}

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;
/** Of a deflate stream's first block; three is none. */
const BLOCK_TYPE = 6;
const TRAILER_BYTES = 8;
/** An extra field may take 64 KB; a name or comment that does not end within this is not believed. */
const MAX_HEADER_BYTES = 256 * 1024;

/** Inflating needs 160 KB of buffers; nested archives need several at a time, one after the other needs one. */
const idle: Inflater[] = [];

/** The first run is for looking at what it is: no more than that takes. */
const FIRST_RUN_BYTES = 1024;
const RUN_BYTES = 64 * 1024;

/** What the deflate stream at `position` holds, run by run, each valid until the next. */
export function* inflateRuns(
  input: ByteInput,
  position: number,
  outcome: UnpackOutcome,
): Generator<Uint8Array> {
  const inflater = idle.pop() ?? createInflater();
  inflater.open(input, position);
  try {
    for (let length = FIRST_RUN_BYTES; ; length = RUN_BYTES) {
      const run = inflater.next(length);
      outcome.position = inflater.position;
      if (run === undefined) break;
      yield run;
    }
    if (inflater.problem !== undefined) outcome.problem = inflater.problem;
  } finally {
    idle.push(inflater);
  }
}

/** The same for a gzip file (RFC 1952), which may have several parts. What follows the last part is not looked at. */
export function* gunzipRuns(input: ByteInput, outcome: UnpackOutcome): Generator<Uint8Array> {
  outcome.position = 0;
  for (
    let start = gzipDataStart(input, 0);
    start !== undefined;
    start = gzipDataStart(input, outcome.position)
  ) {
    yield* inflateRuns(input, start, outcome);
    if (outcome.problem !== undefined) return;
    if (outcome.position + TRAILER_BYTES > input.size) outcome.problem = 'truncated';
    outcome.position += TRAILER_BYTES;
  }
}

/** Whether a gzip header stands at the start, and behind it a block of a type that there is. */
export function isGzip(input: ByteInput): boolean {
  const start = gzipDataStart(input, 0);
  return start !== undefined && (input.view(start, 1)[0]! & BLOCK_TYPE) !== BLOCK_TYPE;
}

/** Position of the deflate stream after the header at `position`; undefined when there is no header. */
function gzipDataStart(input: ByteInput, position: number): number | undefined {
  const head = input.view(position, 12);
  if (head.length < 10 || head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return undefined;
  const flags = head[3]!;
  if ((flags & RESERVED) !== 0) return undefined;
  let at = 10;
  if ((flags & FEXTRA) !== 0) at += 2 + ((head[10] ?? 0) | ((head[11] ?? 0) << 8));
  if ((flags & (FNAME | FCOMMENT)) !== 0) {
    const bytes = input.view(position, MAX_HEADER_BYTES);
    for (const flag of [FNAME, FCOMMENT]) {
      if ((flags & flag) === 0) continue;
      const end = bytes.indexOf(0, at);
      if (end < 0) return undefined;
      at = end + 1;
    }
  }
  if ((flags & FHCRC) !== 0) at += 2;
  return position + at < input.size ? position + at : undefined;
}
