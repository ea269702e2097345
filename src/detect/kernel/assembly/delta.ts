// Git deltas: two sizes, then instructions to copy from the base or to insert what follows.

import { runBits } from './classes';

const LONGEST_COPY: u32 = 0x10000;
/** What a candidate may have beside a run: a literal, and the bytes that decide whether its end is one. */
const LITERAL: u32 = 32;
const AROUND: u32 = 8;
const MALFORMED: i32 = -1;

/** For the low bits of each copy instruction, where behind it each byte of its offset (4) and length (3) is; 255 for those that are not. */
const OPERANDS = memory.data(16 << 7, 16);

/** Fills what does not change. To be called once. */
export function prepareDeltas(): void {
  memory.fill(OPERANDS, 255, 16 << 7);
  for (let code: u32 = 0; code < 128; code++) {
    let place: u8 = 0;
    for (let bit: u32 = 0; bit < 7; bit++) if (code & (1 << bit)) store<u8>(OPERANDS + (code << 4) + bit, place++);
  }
}

/** Where the last `readSize` stopped, and where the last `readCopy` did. */
export let next: usize = 0;
export let copyFrom: u32 = 0;
export let copyLength: u32 = 0;

/** A little-endian number of 7 bits a byte: five bytes and 31 bits at most, else -1. */
function readSize(at: usize, end: usize): i32 {
  let size: u32 = 0;
  for (let shift: u32 = 0; shift < 35; shift += 7) {
    if (at >= end) return MALFORMED;
    const byte = <u32>load<u8>(at++);
    if (shift == 28 && (byte & 0x7f) > 7) return MALFORMED;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      next = at;
      return <i32>size;
    }
  }
  return MALFORMED;
}

export function deltaBaseSize(delta: usize, deltaLength: u32): i32 {
  const end = delta + deltaLength;
  const size = readSize(delta, end);
  return size < 0 || readSize(next, end) < 0 ? MALFORMED : size;
}

export function deltaTargetSize(delta: usize, deltaLength: u32): i32 {
  const end = delta + deltaLength;
  return readSize(delta, end) < 0 ? MALFORMED : readSize(next, end);
}

/** Reads the operands of copy instruction `code`; false if they are cut off or point outside the base. */
export function readCopy(code: u32, at: usize, end: usize, baseLength: u32): bool {
  // Perf: which operands follow is as good as random, and a branch for each costs more than all else here.
  const operands = i8x16.swizzle(v128.load(at), v128.load(OPERANDS + ((code & 0x7f) << 4)));
  next = at + popcnt(code & 0x7f);
  copyFrom = i32x4.extract_lane(operands, 0);
  const length = <u32>i32x4.extract_lane(operands, 1);
  copyLength = length == 0 ? LONGEST_COPY : length;
  return next <= end && copyLength <= baseLength && copyFrom <= baseLength - copyLength;
}

/** Where a delta's instructions start; its sizes must be well-formed. */
export function skipSizes(delta: usize): usize {
  while (load<u8>(delta) & 0x80) delta++;
  delta++;
  while (load<u8>(delta) & 0x80) delta++;
  return delta + 1;
}

export function applyDelta(base: usize, baseLength: u32, delta: usize, deltaLength: u32, dst: usize, dstLength: u32): i32 {
  const end = delta + deltaLength;
  if (readSize(delta, end) != <i32>baseLength || readSize(next, end) != <i32>dstLength) return MALFORMED;
  let at = next;
  let room = dstLength;
  while (at < end) {
    const code = <u32>load<u8>(at++);
    let from: usize;
    let length: u32;
    if (code & 0x80) {
      if (!readCopy(code, at, end, baseLength)) return MALFORMED;
      at = next;
      from = base + copyFrom;
      length = copyLength;
    } else {
      from = at;
      length = code;
      at += code;
      if (code == 0 || at > end) return MALFORMED;
    }
    if (length > room) return MALFORMED;
    copyBytes(dst, from, length);
    dst += length;
    room -= length;
  }
  return room == 0 ? 0 : MALFORMED;
}

export function condense(base: usize, baseLength: u32, delta: usize, deltaLength: u32, dst: usize, context: u32): i32 {
  const end = delta + deltaLength;
  if (readSize(delta, end) != <i32>baseLength) return MALFORMED;
  const targetSize = readSize(next, end);
  if (targetSize < 0) return MALFORMED;
  let at = next;
  let room = <u32>targetSize;
  let out = dst;
  while (at < end) {
    const code = <u32>load<u8>(at++);
    if (code & 0x80) {
      if (!readCopy(code, at, end, baseLength) || copyLength > room) return MALFORMED;
      at = next;
      room -= copyLength;
      // What a target starts with says what kind of file it is.
      const head = <u32>max<i32>(0, context - <i32>(out - dst));
      out = condenseCopy(out, base + copyFrom, copyLength, head, context);
    } else {
      const from = at;
      at += code;
      if (code == 0 || at > end || code > room) return MALFORMED;
      room -= code;
      copyBytes(out, from, code);
      out += code;
    }
  }
  return room == 0 ? <i32>(out - dst) : MALFORMED;
}

/** Writes a copy's first and last bytes, or all if that is no more, and returns the end. The first `head` are wanted in any case. */
function condenseCopy(out: usize, from: usize, length: u32, head: u32, context: u32): usize {
  if (length > 2 * (LITERAL + AROUND) + 2) {
    const first = max(head, edgeAfter(from, length, context));
    const last = edgeBefore(from, length, context);
    if (first + last + 2 < length) {
      copyBytes(out, from, first);
      store<u16>(out + first, 0x0a0a);
      copyBytes(out + first + 2, from + length - last, last);
      return out + first + 2 + last;
    }
  }
  copyBytes(out, from, length);
  return out + length;
}

/** How many of the bytes from `from` on a candidate can reach that starts in front of them: a literal and the run behind it. */
function edgeAfter(from: usize, length: u32, context: u32): u32 {
  const stop = from + min(length, context);
  let at = from + LITERAL;
  while (at < stop) {
    const inside = ctz(~runBits(at, stop));
    at += inside;
    if (inside < 16) break;
  }
  return min(<u32>(at - from) + AROUND, context);
}

/** How many of the last bytes a candidate can start in that ends behind them: the run before the end, and a literal before that. */
function edgeBefore(from: usize, length: u32, context: u32): u32 {
  let run: u32 = 0;
  while (run + 16 <= length && run < context) {
    const block = from + length - run - 16;
    const inside = clz(~(runBits(block, block + 16) << 16));
    run += inside;
    if (inside < 16) break;
  }
  return min(run + LITERAL + AROUND, context);
}

/** Writes up to 15 bytes more than asked for. memory.copy leaves the module, which costs more than it saves for the short runs of deltas. */
@inline
function copyBytes(dst: usize, src: usize, length: u32): void {
  if (length > 256) memory.copy(dst, src, length);
  else copyShort(dst, src, length);
}

@inline
function copyShort(dst: usize, src: usize, length: u32): void {
  const end = dst + length;
  do {
    v128.store(dst, v128.load(src));
    dst += 16;
    src += 16;
  } while (dst < end);
}
