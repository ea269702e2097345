import type { ByteInput } from './byte-input.ts';

/**
 * A streaming inflater (RFC 1951) that runs synchronously. `zlib` has streams, which are asynchronous, and one-shot calls, which
 * give nothing at all of a stream that is damaged, cut off or larger than allowed; here every byte before the trouble is given,
 * memory is constant whatever the output's size, and the end of the input used is known.
 */
export interface Inflater {
  /** Starts on the deflate stream at `position` of `input`. */
  open(input: ByteInput, position: number): void;
  /**
   * The next run of output, valid until the next call; undefined at the end, for which see `problem`.
   * `length` is about how many bytes it is to have, 64 KB at most.
   */
  next(length?: number): Uint8Array | undefined;
  /** Why the output ended early. */
  readonly problem: 'truncated' | 'corrupt' | undefined;
  /** Position in the input after what has been used. */
  readonly position: number;
}

const HISTORY_BYTES = 32 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** The longest copy may pass the end of a chunk. */
const OUTPUT_BYTES = HISTORY_BYTES + CHUNK_BYTES + 258;
const INPUT_BYTES = 64 * 1024;
/** Twice what one symbol with its distance takes (48 bits and what is held); read as zeros beyond the input's end. */
const SLACK_BYTES = 16;
/** Bytes before the current one that may still stand in the bit buffer. */
const HELD_BYTES = 4;

const LENGTH_BASE = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
);
const LENGTH_EXTRA = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
);
const DISTANCE_BASE = Uint16Array.of(
  1,
  2,
  3,
  4,
  5,
  7,
  9,
  13,
  17,
  25,
  33,
  49,
  65,
  97,
  129,
  193,
  257,
  385,
  513,
  769,
  1025,
  1537,
  2049,
  3073,
  4097,
  6145,
  8193,
  12289,
  16385,
  24577,
);
const DISTANCE_EXTRA = Uint8Array.of(
  0,
  0,
  0,
  0,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  8,
  9,
  9,
  10,
  10,
  11,
  11,
  12,
  12,
  13,
  13,
);
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const MAX_CODE_BITS = 15;
/** Codes up to this length are decoded by one look-up, the few longer ones bit by bit. */
const FAST_BITS = 10;
const FAST_MASK = (1 << FAST_BITS) - 1;

/** A canonical Huffman code. */
interface Code {
  /** By the next bits of input: symbol << 4 | length, 0 where the code is longer than FAST_BITS (or there is none). */
  fast: Uint16Array;
  /** Codes of each length, and all symbols in the order of their codes. */
  counts: Uint16Array;
  symbols: Uint16Array;
}

function createCode(symbols: number): Code {
  return {
    fast: new Uint16Array(1 << FAST_BITS),
    counts: new Uint16Array(MAX_CODE_BITS + 1),
    symbols: new Uint16Array(symbols),
  };
}

/** False when the lengths ask for more codes than there are. */
function fillCode(code: Code, lengths: Uint8Array, from: number, to: number): boolean {
  const { fast, counts, symbols } = code;
  counts.fill(0);
  for (let at = from; at < to; at++) counts[lengths[at]!]!++;
  counts[0] = 0;

  const nextIndex = new Uint16Array(MAX_CODE_BITS + 2);
  const nextCode = new Uint16Array(MAX_CODE_BITS + 2);
  let free = 1;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    free = (free << 1) - counts[length]!;
    if (free < 0) return false;
    nextIndex[length + 1] = nextIndex[length]! + counts[length]!;
    nextCode[length + 1] = (nextCode[length]! + counts[length]!) << 1;
  }

  fast.fill(0);
  for (let at = from; at < to; at++) {
    const length = lengths[at]!;
    if (length === 0) continue;
    const symbol = at - from;
    symbols[nextIndex[length]!++] = symbol;
    const bits = nextCode[length]!++;
    if (length > FAST_BITS) continue;
    for (let index = reverse(bits, length); index <= FAST_MASK; index += 1 << length) {
      fast[index] = (symbol << 4) | length;
    }
  }
  return true;
}

function reverse(bits: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((bits >> bit) & 1) << (length - 1 - bit);
  return reversed;
}

/** Symbol << 4 | length of a code that `fast` does not hold; 0 when the bits are no code. */
function decodeSlowly({ counts, symbols }: Code, bits: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code |= (bits >>> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - first < count) return (symbols[index + code - first]! << 4) | length;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}

type State = 'header' | 'stored' | 'coded' | 'done';

export function createInflater(): Inflater {
  const output = new Uint8Array(OUTPUT_BYTES);
  const buffer = new Uint8Array(INPUT_BYTES + SLACK_BYTES);
  const lengths = new Uint8Array(320);
  const ownLiterals = createCode(288);
  const ownDistances = createCode(32);
  const lengthCode = createCode(19);
  let literals = ownLiterals;
  let distances = ownDistances;

  let input: ByteInput;
  let state: State = 'done';
  let problem: Inflater['problem'];
  let isLastBlock = false;
  let storedLeft = 0;

  /** Input position of buffer[0]; `at` is the next byte of the buffer, `end` the end of what was read into it. */
  let base = 0;
  let at = 0;
  let end = 0;
  let isInputOver = false;
  let hold = 0;
  let bits = 0;

  let outAt = 0;
  let limit = 0;

  function open(source: ByteInput, position: number): void {
    input = source;
    state = 'header';
    problem = undefined;
    isLastBlock = false;
    base = position;
    at = end = hold = bits = outAt = 0;
    isInputOver = false;
  }

  function next(length = CHUNK_BYTES): Uint8Array | undefined {
    if (outAt > HISTORY_BYTES) {
      output.copyWithin(0, outAt - HISTORY_BYTES, outAt);
      outAt = HISTORY_BYTES;
    }
    const from = outAt;
    limit = from + length;
    while (state !== 'done' && outAt < limit) {
      if (state === 'header') readBlockHeader();
      else if (state === 'stored') copyStored();
      else decodeBlock();
    }
    return outAt > from ? output.subarray(from, outAt) : undefined;
  }

  function fail(reason: 'truncated' | 'corrupt'): void {
    problem ??= reason;
    state = 'done';
  }

  /** Makes SLACK_BYTES readable at `at`, with zeros after the input's end. */
  function refill(): void {
    if (isInputOver || at + SLACK_BYTES <= end) return;
    const passed = Math.max(0, at - HELD_BYTES);
    buffer.copyWithin(0, passed, end);
    base += passed;
    end -= passed;
    at -= passed;
    const bytes = input.view(base + end, INPUT_BYTES - end);
    buffer.set(bytes, end);
    isInputOver = bytes.length < INPUT_BYTES - end;
    end += bytes.length;
    if (isInputOver) buffer.fill(0, end, end + SLACK_BYTES);
  }

  /** True once more bits were taken than there are. */
  function isOverrun(): boolean {
    return at - (bits >> 3) > end;
  }

  /** Up to 16 bits. */
  function take(count: number): number {
    refill();
    while (bits < count) {
      hold |= (buffer[at++] ?? 0) << bits;
      bits += 8;
    }
    const value = hold & ((1 << count) - 1);
    hold >>>= count;
    bits -= count;
    return value;
  }

  function readBlockHeader(): void {
    if (isLastBlock) {
      state = 'done';
      return;
    }
    isLastBlock = take(1) === 1;
    const type = take(2);
    if (type === 0) openStored();
    else if (type === 1) openFixed();
    else if (type === 2) openDynamic();
    else fail('corrupt');
    if (isOverrun()) fail('truncated');
  }

  function openStored(): void {
    take(bits & 7);
    storedLeft = take(16);
    const complement = take(16);
    state = 'stored';
    if (storedLeft !== (complement ^ 0xffff)) fail(isOverrun() ? 'truncated' : 'corrupt');
  }

  function copyStored(): void {
    // Whole bytes that the bit buffer holds belong to the block.
    at -= bits >> 3;
    hold = bits = 0;
    refill();
    const length = Math.min(storedLeft, end - at, limit - outAt);
    output.set(buffer.subarray(at, at + length), outAt);
    at += length;
    outAt += length;
    storedLeft -= length;
    if (storedLeft === 0) state = 'header';
    else if (length === 0) fail('truncated');
  }

  function openFixed(): void {
    const fixed = fixedCodes();
    literals = fixed.literals;
    distances = fixed.distances;
    state = 'coded';
  }

  function openDynamic(): void {
    const literalCount = take(5) + 257;
    const distanceCount = take(5) + 1;
    const lengthCount = take(4) + 4;
    lengths.fill(0);
    for (let index = 0; index < lengthCount; index++) lengths[CODE_LENGTH_ORDER[index]!] = take(3);
    if (!fillCode(lengthCode, lengths, 0, 19) || !readCodeLengths(literalCount + distanceCount)) {
      fail(isOverrun() ? 'truncated' : 'corrupt');
      return;
    }
    literals = ownLiterals;
    distances = ownDistances;
    state = 'coded';
    const isUsable =
      lengths[256] !== 0 &&
      fillCode(literals, lengths, 0, literalCount) &&
      fillCode(distances, lengths, literalCount, literalCount + distanceCount);
    if (!isUsable) fail('corrupt');
  }

  function readCodeLengths(total: number): boolean {
    lengths.fill(0, 0, 19);
    let index = 0;
    while (index < total) {
      const symbol = readSymbol(lengthCode);
      if (symbol < 0) return false;
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) return false;
      const repeated = symbol === 16 ? lengths[index - 1]! : 0;
      const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (index + times > total) return false;
      lengths.fill(repeated, index, index + times);
      index += times;
    }
    return true;
  }

  function readSymbol(code: Code): number {
    refill();
    while (bits < MAX_CODE_BITS) {
      hold |= (buffer[at++] ?? 0) << bits;
      bits += 8;
    }
    const entry = code.fast[hold & FAST_MASK] || decodeSlowly(code, hold);
    hold >>>= entry & 15;
    bits -= entry & 15;
    return entry === 0 || isOverrun() ? -1 : entry >> 4;
  }

  // Perf: the state lives in locals for the length of the loop, and copies are made byte by byte, for most are short.
  function decodeBlock(): void {
    const runEnd = limit;
    const literalTable = literals.fast;
    const distanceTable = distances.fast;
    let o = outAt;
    while (o < runEnd) {
      refill();
      let a = at;
      let h = hold;
      let b = bits;
      let outcome = GO_ON;
      // Near the input's end one symbol at a time, so that one made of bits that are not there can be taken back.
      const isTail = at + SLACK_BYTES > end;
      const before = o;
      const stop = isTail ? o + 1 : runEnd;
      const safe = isTail ? end + HELD_BYTES : end - SLACK_BYTES;
      while (o < stop && a <= safe) {
        while (b < MAX_CODE_BITS) {
          h |= buffer[a++]! << b;
          b += 8;
        }
        let entry = literalTable[h & FAST_MASK]! || decodeSlowly(literals, h);
        h >>>= entry & 15;
        b -= entry & 15;
        const symbol = entry >> 4;
        if (symbol < 256 && entry !== 0) {
          output[o++] = symbol;
          continue;
        }
        if (symbol === 256) {
          outcome = BLOCK_END;
          break;
        }
        if (entry === 0 || symbol > 285) {
          outcome = CORRUPT;
          break;
        }
        const lengthExtra = LENGTH_EXTRA[symbol - 257]!;
        while (b < lengthExtra) {
          h |= buffer[a++]! << b;
          b += 8;
        }
        const length = LENGTH_BASE[symbol - 257]! + (h & ((1 << lengthExtra) - 1));
        h >>>= lengthExtra;
        b -= lengthExtra;
        while (b < MAX_CODE_BITS) {
          h |= buffer[a++]! << b;
          b += 8;
        }
        entry = distanceTable[h & FAST_MASK]! || decodeSlowly(distances, h);
        h >>>= entry & 15;
        b -= entry & 15;
        const distanceSymbol = entry >> 4;
        if (entry === 0 || distanceSymbol > 29) {
          outcome = CORRUPT;
          break;
        }
        const distanceExtra = DISTANCE_EXTRA[distanceSymbol]!;
        while (b < distanceExtra) {
          h |= buffer[a++]! << b;
          b += 8;
        }
        const distance = DISTANCE_BASE[distanceSymbol]! + (h & ((1 << distanceExtra) - 1));
        h >>>= distanceExtra;
        b -= distanceExtra;
        if (distance > o) {
          outcome = CORRUPT;
          break;
        }
        for (const copyEnd = o + length; o < copyEnd; o++) output[o] = output[o - distance]!;
      }
      at = a;
      hold = h;
      bits = b;
      if (isOverrun()) {
        o = before;
        fail('truncated');
        break;
      }
      if (outcome === BLOCK_END) state = 'header';
      if (outcome === CORRUPT) fail('corrupt');
      if (outcome !== GO_ON) break;
    }
    outAt = o;
  }

  return {
    open,
    next,
    get problem() {
      return problem;
    },
    get position() {
      return base + Math.min(at - (bits >> 3), end);
    },
  };
}

const GO_ON = 0;
const BLOCK_END = 1;
const CORRUPT = 2;

let fixed: { literals: Code; distances: Code } | undefined;

function fixedCodes(): { literals: Code; distances: Code } {
  if (fixed !== undefined) return fixed;
  const lengths = new Uint8Array(288 + 30)
    .fill(8, 0, 144)
    .fill(9, 144, 256)
    .fill(7, 256, 280)
    .fill(8, 280, 288)
    .fill(5, 288);
  fixed = { literals: createCode(288), distances: createCode(30) };
  fillCode(fixed.literals, lengths, 0, 288);
  fillCode(fixed.distances, lengths, 288, 318);
  return fixed;
}
