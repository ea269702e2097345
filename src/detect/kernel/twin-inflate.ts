import { INFLATE_ERROR } from './types.ts';

class InflateProblem extends Error {
  readonly code: number;

  constructor(code: number) {
    super('inflate');
    this.code = code;
  }
}

/** A prefix code: how many codewords of each length, and the symbols in the order of their codewords. */
interface Code {
  counts: number[];
  symbols: number[];
}

const LENGTH_BASES = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const LONGEST_CODEWORD = 15;

/** RFC 1950 and 1951, one bit at a time. Returns bytes consumed or an `INFLATE_ERROR`; `dst` is written up to its end at most. */
export function inflateSlowly(src: Uint8Array, dst: Uint8Array): number {
  try {
    return new Inflater(src, dst).run();
  } catch (error) {
    if (error instanceof InflateProblem) return error.code;
    throw error;
  }
}

class Inflater {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** In bits. */
  position = 0;
  written = 0;

  constructor(src: Uint8Array, dst: Uint8Array) {
    this.src = src;
    this.dst = dst;
  }

  run(): number {
    const method = this.bits(8);
    const flags = this.bits(8);
    const isZlib =
      (method & 15) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
    if (!isZlib) fail('corrupt');
    let isLast = 0;
    while (isLast === 0) {
      isLast = this.bits(1);
      const type = this.bits(2);
      if (type === 0) this.stored();
      else if (type === 1) this.compressed(fixedLengths(), Array<number>(32).fill(5));
      else if (type === 2) this.dynamic();
      else fail('corrupt');
    }
    if (this.written < this.dst.length) fail('wrongLength');
    this.align();
    let checksum = 0;
    for (let i = 0; i < 4; i++) checksum = checksum * 256 + this.bits(8);
    if (checksum !== adler32(this.dst)) fail('checksum');
    return this.position / 8;
  }

  stored(): void {
    this.align();
    const length = this.bits(16);
    if (this.bits(16) !== (length ^ 0xffff)) fail('corrupt');
    if (this.written + length > this.dst.length) fail('wrongLength');
    for (let i = 0; i < length; i++) this.write(this.bits(8));
  }

  dynamic(): void {
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const codeLengths = this.bits(4) + 4;
    const lengths = Array<number>(19).fill(0);
    for (const symbol of CODE_LENGTH_ORDER.slice(0, codeLengths)) lengths[symbol] = this.bits(3);
    if (literals > 286 || distances > 30) fail('corrupt');
    const all = this.codeLengths(toCode(lengths, false), literals + distances);
    if (all[END_OF_BLOCK] === 0) fail('corrupt');
    this.compressed(all.slice(0, literals), all.slice(literals));
  }

  codeLengths(code: Code, count: number): number[] {
    const lengths: number[] = [];
    while (lengths.length < count) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        lengths.push(symbol);
        continue;
      }
      const repeat = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      const previous = symbol === 16 ? lengths.at(-1) : 0;
      if (previous === undefined || lengths.length + repeat > count) fail('corrupt');
      for (let i = 0; i < repeat; i++) lengths.push(previous);
    }
    return lengths;
  }

  compressed(literalLengths: number[], distanceLengths: number[]): void {
    const literalCode = toCode(literalLengths, true);
    const distanceCode = toCode(distanceLengths, true);
    for (;;) {
      const symbol = this.symbol(literalCode);
      if (symbol < END_OF_BLOCK) this.write(symbol);
      else if (symbol === END_OF_BLOCK) return;
      else this.copy(symbol - END_OF_BLOCK - 1, distanceCode);
    }
  }

  copy(lengthSymbol: number, distanceCode: Code): void {
    const base = LENGTH_BASES[lengthSymbol];
    if (base === undefined) fail('corrupt');
    const length = base + this.bits(LENGTH_EXTRA[lengthSymbol]!);
    const symbol = this.symbol(distanceCode);
    if (symbol > 29) fail('corrupt');
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
    const distance = (symbol < 4 ? symbol : (2 + (symbol & 1)) << extra) + 1 + this.bits(extra);
    if (distance > this.written) fail('corrupt');
    if (length > this.dst.length - this.written) fail('wrongLength');
    for (let i = 0; i < length; i++) this.write(this.dst[this.written - distance]!);
  }

  symbol(code: Code): number {
    let codeword = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODEWORD; length++) {
      codeword = codeword * 2 + this.bits(1);
      first *= 2;
      const count = code.counts[length]!;
      if (codeword - first < count) return code.symbols[index + codeword - first]!;
      index += count;
      first += count;
      // Of an incomplete code (one codeword or none) the first wrong bit decides.
      if (code.symbols.length < 2) fail('corrupt');
    }
    return fail('corrupt');
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.src[this.position >> 3];
      if (byte === undefined) fail('truncated');
      value |= ((byte >> (this.position & 7)) & 1) << i;
      this.position++;
    }
    return value;
  }

  align(): void {
    this.position = (this.position + 7) & ~7;
  }

  write(byte: number): void {
    if (this.written === this.dst.length) fail('wrongLength');
    this.dst[this.written++] = byte;
  }
}

/** Refuses over-subscribed codes, and incomplete ones except, where allowed, those of no codeword or of one of one bit. */
function toCode(lengths: number[], mayBeIncomplete: boolean): Code {
  const counts = Array<number>(LONGEST_CODEWORD + 1).fill(0);
  for (const length of lengths) if (length > 0) counts[length]!++;
  const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol]! > 0);
  symbols.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const used = counts.reduce((sum, count, length) => sum + count * 2 ** (LONGEST_CODEWORD - length), 0);
  const full = 2 ** LONGEST_CODEWORD;
  const isSmall = symbols.length === 0 || (symbols.length === 1 && counts[1] === 1);
  if (used > full || (used < full && !(mayBeIncomplete && isSmall))) fail('corrupt');
  return { counts, symbols };
}

function fixedLengths(): number[] {
  return Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  );
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

function fail(problem: keyof typeof INFLATE_ERROR): never {
  throw new InflateProblem(INFLATE_ERROR[problem]);
}
