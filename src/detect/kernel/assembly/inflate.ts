// RFC 1950 and RFC 1951, from memory to memory. Made for very many small streams: building the Huffman tables costs more than
// using them, so tables are small, built by doubling, and those of the fixed code are kept.

import { adler32 } from './adler';
import { loadText } from './classes';
import { buildTable, ENTRY_EXCEPTION, ENTRY_LITERAL, ENTRY_SUBTABLE, ENTRY_END } from './huffman';

const TRUNCATED: i32 = -1;
const CORRUPT: i32 = -2;
const WRONG_LENGTH: i32 = -3;
const BAD_CHECKSUM: i32 = -4;

const PRECODE_BITS: u32 = 7;
const LITLEN_BITS: u32 = 10;
/** Bytes behind the end of the input that may be loaded before what was used must be looked at: more than a bit buffer holds. */
const PAST_END: usize = 8;
const DISTANCE_BITS: u32 = 7;

// No code of 288 symbols takes more than 1334 entries with 10 root bits, none of 32 more than 1000 with 7.
const precodeTable = memory.data(4 << PRECODE_BITS, 16);
const litlenTable = memory.data(4 * 2048, 16);
const distanceTable = memory.data(4 * 2048, 16);
const fixedLitlenTable = memory.data(4 * 2048, 16);
const fixedDistanceTable = memory.data(4 * 2048, 16);
/** One byte a symbol: first the code lengths of the precode, then those of the literals, lengths and distances. */
const lengths = memory.data(512, 16);

const PRECODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

// What a symbol means, ready for a table entry: see huffman.ts.
const PRECODE_MEANING = memory.data<u32>([
  0 << 16, 1 << 16, 2 << 16, 3 << 16, 4 << 16, 5 << 16, 6 << 16, 7 << 16, 8 << 16, 9 << 16,
  10 << 16, 11 << 16, 12 << 16, 13 << 16, 14 << 16, 15 << 16, 16 << 16, 17 << 16, 18 << 16,
]);
const LENGTH_MEANING = memory.data<u32>([
  0xa000, 3 << 16, 4 << 16, 5 << 16, 6 << 16, 7 << 16, 8 << 16, 9 << 16, 10 << 16,
  (11 << 16) | 1, (13 << 16) | 1, (15 << 16) | 1, (17 << 16) | 1,
  (19 << 16) | 2, (23 << 16) | 2, (27 << 16) | 2, (31 << 16) | 2,
  (35 << 16) | 3, (43 << 16) | 3, (51 << 16) | 3, (59 << 16) | 3,
  (67 << 16) | 4, (83 << 16) | 4, (99 << 16) | 4, (115 << 16) | 4,
  (131 << 16) | 5, (163 << 16) | 5, (195 << 16) | 5, (227 << 16) | 5, 258 << 16, 0x8000, 0x8000,
]);
const DISTANCE_MEANING = memory.data<u32>([
  1 << 16, 2 << 16, 3 << 16, 4 << 16, (5 << 16) | 1, (7 << 16) | 1, (9 << 16) | 2, (13 << 16) | 2,
  (17 << 16) | 3, (25 << 16) | 3, (33 << 16) | 4, (49 << 16) | 4, (65 << 16) | 5, (97 << 16) | 5,
  (129 << 16) | 6, (193 << 16) | 6, (257 << 16) | 7, (385 << 16) | 7, (513 << 16) | 8, (769 << 16) | 8,
  (1025 << 16) | 9, (1537 << 16) | 9, (2049 << 16) | 10, (3073 << 16) | 10, (4097 << 16) | 11, (6145 << 16) | 11,
  (8193 << 16) | 12, (12289 << 16) | 12, (16385 << 16) | 13, (24577 << 16) | 13, 0x8000, 0x8000,
]);

/** Meanings of all symbols of a literal and length code: filled by `prepare`. */
const litlenMeaning = memory.data(4 * 288, 16);

/**
 * The input, shared by the functions that read it: the bits taken out of it but not used yet, and what is left. Nothing checks for its
 * end bit by bit. Close to it, what is left moves into `tail`, where zeros follow, and what was used too much is found afterwards.
 */
let bitBuffer: u64 = 0;
let bitCount: u32 = 0;
let input: usize = 0;
let inputEnd: usize = 0;
const tail = memory.data(64, 16);
/** What to add to an address in `tail` for that in the stream; 0 as long as the stream itself is read. */
let tailShift: usize = 0;

/** Tables of the block that is being read. */
let litlenBits: u32 = 0;
let distanceBits: u32 = 0;
let fixedLitlenBits: u32 = 0;
let fixedDistanceBits: u32 = 0;

/** Fills what does not change. To be called once. */
export function prepareInflate(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol++) store<u32>(litlenMeaning + (symbol << 2), ENTRY_LITERAL | (symbol << 16));
  memory.copy(litlenMeaning + 1024, LENGTH_MEANING, 128);
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  fixedLitlenBits = buildTable(lengths, 288, fixedLitlenTable, LITLEN_BITS, litlenMeaning, false);
  memory.fill(lengths, 5, 32);
  fixedDistanceBits = buildTable(lengths, 32, fixedDistanceTable, DISTANCE_BITS, DISTANCE_MEANING, false);
}

export function inflate(src: usize, srcLength: u32, dst: usize, dstLength: u32): i32 {
  input = src;
  inputEnd = src + srcLength;
  bitBuffer = 0;
  bitCount = 0;
  tailShift = 0;
  const problem = readStream(dst, dst + dstLength);
  if (problem != 0) return problem;
  if (inputEnd < input + 4) return TRUNCATED;
  if (bswap(load<u32>(input)) != adler32(dst, dstLength)) return BAD_CHECKSUM;
  return <i32>(input + 4 + tailShift - src);
}

/** Head and blocks. Afterwards `input` is behind the last of them. */
function readStream(dst: usize, dstEnd: usize): i32 {
  if (inputEnd - input < 2) return TRUNCATED;
  const method = <u32>load<u8>(input);
  const flags = <u32>load<u8>(input + 1);
  if ((method & 15) != 8 || method > 0x7f || ((method << 8) | flags) % 31 != 0 || (flags & 0x20) != 0) return CORRUPT;
  input += 2;
  let out = dst;
  for (let isLast: u32 = 0; isLast == 0; ) {
    refill();
    const head = <u32>bitBuffer & 7;
    dropBits(3);
    isLast = head & 1;
    const made = readBlock(head >> 1, dst, out, dstEnd);
    // Whatever was made of bits behind the end, good or bad: the end came first.
    if (input - (bitCount >> 3) > inputEnd) return TRUNCATED;
    if (made < 0) return made;
    out += made;
  }
  alignInput();
  return out == dstEnd ? 0 : WRONG_LENGTH;
}

/** Bytes made, or a problem. */
function readBlock(type: u32, dst: usize, out: usize, dstEnd: usize): i32 {
  if (type == 0) return readStored(out, dstEnd);
  if (type == 1) {
    litlenBits = fixedLitlenBits;
    distanceBits = fixedDistanceBits;
    return readCompressed(fixedLitlenTable, fixedDistanceTable, dst, out, dstEnd);
  }
  if (type == 2) {
    const problem = readTables();
    return problem == 0 ? readCompressed(litlenTable, distanceTable, dst, out, dstEnd) : problem;
  }
  return CORRUPT;
}

/** Makes at least 56 bits available, with zeros behind the end. Bits above `bitCount` are those that a next refill adds. */
@inline
function refill(): void {
  if (input + 8 > inputEnd) enterTail();
  bitBuffer |= load<u64>(input) << <u64>bitCount;
  input += (63 - bitCount) >> 3;
  bitCount |= 56;
}

/** Moves what is left, less than 16 bytes and what the bit buffer gives back, to where one may read past the end. */
function enterTail(): void {
  if (tailShift != 0) return;
  input -= bitCount >> 3;
  bitCount &= 7;
  const left = inputEnd - input;
  v128.store(tail, left == 0 ? i8x16.splat(0) : loadText(input, inputEnd));
  v128.store(tail, left <= 16 ? i8x16.splat(0) : loadText(input + 16, inputEnd), 16);
  tailShift = input - tail;
  input = tail;
  inputEnd = tail + left;
}

@inline
function dropBits(count: u32): void {
  bitBuffer >>= <u64>count;
  bitCount -= count;
}

/** Gives back the whole bytes that are not used, and drops the rest of the byte begun. */
function alignInput(): void {
  input -= bitCount >> 3;
  bitBuffer = 0;
  bitCount = 0;
}

/** Bytes made, or a problem. */
function readStored(out: usize, dstEnd: usize): i32 {
  alignInput();
  if (inputEnd < input + 4) return TRUNCATED;
  const length = <u32>load<u16>(input);
  if (length != (<u32>load<u16>(input, 2) ^ 0xffff)) return CORRUPT;
  input += 4;
  if (length > <u32>(dstEnd - out)) return WRONG_LENGTH;
  if (length > <u32>(inputEnd - input)) return TRUNCATED;
  memory.copy(out, input, length);
  input += length;
  return length;
}

/** The head of a dynamic block. */
function readTables(): i32 {
  refill();
  const head = <u32>bitBuffer;
  dropBits(14);
  const literals = (head & 31) + 257;
  const distances = ((head >> 5) & 31) + 1;
  const codeLengths = ((head >> 10) & 15) + 4;
  refill();
  v128.store(lengths, i8x16.splat(0));
  store<u32>(lengths, 0, 16);
  for (let i: u32 = 0; i < codeLengths; i++) {
    // 19 lengths take 57 bits, which may be one more than a refill gives.
    if (i == 18) refill();
    store<u8>(lengths + load<u8>(PRECODE_ORDER + i), <u32>bitBuffer & 7);
    dropBits(3);
  }
  if (literals > 286 || distances > 30) return CORRUPT;
  const bits = buildTable(lengths, 19, precodeTable, PRECODE_BITS, PRECODE_MEANING, false);
  if (bits == 0) return CORRUPT;
  const problem = readLengths(literals + distances, ((<u32>1) << bits) - 1);
  if (problem != 0) return problem;
  if (load<u8>(lengths + 256) == 0) return CORRUPT;
  litlenBits = buildTable(lengths, literals, litlenTable, LITLEN_BITS, litlenMeaning, true);
  distanceBits = buildTable(lengths + literals, distances, distanceTable, DISTANCE_BITS, DISTANCE_MEANING, true);
  return litlenBits == 0 || distanceBits == 0 ? CORRUPT : 0;
}

/** The code lengths of both alphabets, which run on from one to the other. A run may be written up to 15 bytes too long. */
function readLengths(count: u32, mask: u32): i32 {
  const end = lengths + count;
  for (let at = lengths; at < end; ) {
    if (input > inputEnd + PAST_END) return TRUNCATED;
    refill();
    const entry = load<u32>(precodeTable + ((<u32>bitBuffer & mask) << 2));
    const symbol = entry >> 16;
    dropBits(entry & 0xff);
    if (symbol < 16) {
      store<u8>(at++, symbol);
      continue;
    }
    const extra: u32 = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    const repeat = (<u32>bitBuffer & (((<u32>1) << extra) - 1)) + (symbol == 18 ? 11 : 3);
    dropBits(extra);
    if ((symbol == 16 && at == lengths) || at + repeat > end) return CORRUPT;
    const length = i8x16.splat(symbol == 16 ? load<u8>(at - 1) : 0);
    const stop = at + repeat;
    for (; at < stop; at += 16) v128.store(at, length);
    at = stop;
  }
  return 0;
}

/**
 * The symbols of a block. Bytes made, or a problem. `dst` is where the stream's output starts, which distances may not pass.
 *
 * Output may be written past `dstEnd` by less than OVERRUN bytes: three literals, or the last vectors of a match. So that nothing need be
 * checked for every literal, there may be three too many of them before they are noticed.
 */
function readCompressed(litlens: usize, distances: usize, dst: usize, start: usize, dstEnd: usize): i32 {
  const litlenMask: u32 = ((<u32>1) << litlenBits) - 1;
  const distanceMask: u32 = ((<u32>1) << distanceBits) - 1;
  let out = start;
  while (out <= dstEnd) {
    if (input + 16 > inputEnd) enterTail();
    const safeInput = tailShift == 0 ? inputEnd - 16 : inputEnd + PAST_END;
    if (input > safeInput) return TRUNCATED;
    // Locals, because globals are memory to the engine.
    let bits = bitBuffer;
    let count = bitCount;
    let at = input;

    bits |= load<u64>(at) << <u64>count;
    at += (63 - count) >> 3;
    count |= 56;
    let entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
    // Here the next entry is known, and a refill behind it: good for a length and a distance with all their extra bits (48 bits), or for
    // three literals and the next entry's index (40 bits).
    do {
      if (entry & ENTRY_LITERAL) {
        bits >>= <u64>(entry & 0xff);
        count -= entry & 0xff;
        store<u8>(out++, entry >> 16);
        entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
        if (entry & ENTRY_LITERAL) {
          bits >>= <u64>(entry & 0xff);
          count -= entry & 0xff;
          store<u8>(out++, entry >> 16);
          entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
          if (entry & ENTRY_LITERAL) {
            bits >>= <u64>(entry & 0xff);
            count -= entry & 0xff;
            store<u8>(out++, entry >> 16);
            entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
            bits |= load<u64>(at) << <u64>count;
            at += (63 - count) >> 3;
            count |= 56;
            continue;
          }
        }
        bits |= load<u64>(at) << <u64>count;
        at += (63 - count) >> 3;
        count |= 56;
      }
      if (entry & ENTRY_EXCEPTION) {
        if (entry & ENTRY_SUBTABLE) {
          bits >>= <u64>(entry & 0xff);
          count -= entry & 0xff;
          entry = load<u32>(litlens + subtableIndex(bits, entry));
        }
        if (entry & ENTRY_LITERAL) {
          bits >>= <u64>(entry & 0xff);
          count -= entry & 0xff;
          store<u8>(out++, entry >> 16);
          entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
          bits |= load<u64>(at) << <u64>count;
          at += (63 - count) >> 3;
          count |= 56;
          continue;
        }
        if (entry & ENTRY_EXCEPTION) {
          bitBuffer = bits >> <u64>(entry & 0xff);
          bitCount = count - (entry & 0xff);
          input = at;
          if (out > dstEnd) return WRONG_LENGTH;
          return entry & ENTRY_END ? <i32>(out - start) : CORRUPT;
        }
      }
      const length = (entry >> 16) + extraBits(bits, entry);
      bits >>= <u64>(entry & 0xff);
      count -= entry & 0xff;

      entry = load<u32>(distances + ((<u32>bits & distanceMask) << 2));
      if (entry & ENTRY_SUBTABLE) {
        bits >>= <u64>(entry & 0xff);
        count -= entry & 0xff;
        entry = load<u32>(distances + subtableIndex(bits, entry));
      }
      const distance = (entry >> 16) + extraBits(bits, entry);
      bits >>= <u64>(entry & 0xff);
      count -= entry & 0xff;
      const room = <i32>(dstEnd - out);
      const isWrong = (entry & ENTRY_EXCEPTION) != 0 || distance > <u32>(out - dst);
      if (isWrong || <i32>length > room) {
        bitCount = count;
        input = at;
        return isWrong && room >= 0 ? CORRUPT : WRONG_LENGTH;
      }
      // Perf: what comes next is on its way before the copy's branches, which are hard to predict.
      bits |= load<u64>(at) << <u64>count;
      at += (63 - count) >> 3;
      count |= 56;
      entry = load<u32>(litlens + ((<u32>bits & litlenMask) << 2));
      copyMatch(out, distance, length);
      out += length;
    } while (at <= safeInput && out <= dstEnd);
    bitBuffer = bits;
    bitCount = count;
    input = at;
  }
  return WRONG_LENGTH;
}

/** Copies what stands `distance` before. Writes up to 15 bytes more than asked for. */
@inline
function copyMatch(out: usize, distance: u32, length: u32): void {
  const end = out + length;
  let from = out - distance;
  if (distance >= 16) {
    do {
      v128.store(out, v128.load(from));
      out += 16;
      from += 16;
    } while (out < end);
  } else if (distance == 1) {
    const byte = i8x16.splat(load<u8>(from));
    do {
      v128.store(out, byte);
      out += 16;
    } while (out < end);
  } else {
    // Of each eight bytes, as many are right as lie between the two places.
    const step = min(distance, 8);
    do {
      store<u64>(out, load<u64>(from));
      out += step;
      from += step;
    } while (out < end);
  }
}

/** Where in the table, in bytes, the entry's subtable has the one for the next bits. */
@inline
function subtableIndex(bits: u64, entry: u32): usize {
  return ((entry >> 16) + (<u32>bits & (((<u32>1) << ((entry >> 8) & 15)) - 1))) << 2;
}

/** What the extra bits behind an entry's codeword add to its base. */
@inline
function extraBits(bits: u64, entry: u32): u32 {
  return (<u32>bits & (((<u32>1) << (entry & 0xff)) - 1)) >> ((entry >> 8) & 15);
}
