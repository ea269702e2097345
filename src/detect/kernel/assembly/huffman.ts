// Decoding tables for prefix codes of up to 15 bits, indexed by the next bits of the input, lowest first.
//
// An entry is a symbol's meaning plus, twice, its codeword's length:
//   literal       bit 31, byte in 16..23;                              bits to drop in 0..7
//   base + extra  base in 16..30, codeword length in 8..11;            bits to drop, extra bits included, in 0..7
//   subtable      bits 15 and 14, index in 16..30, its bits in 8..11;  bits to drop in 0..7
//   end of block  bits 15 and 13;                                      bits to drop in 0..7
//   invalid       bit 15;                                              bits to drop in 0..7

export const ENTRY_LITERAL: u32 = 0x80000000;
export const ENTRY_EXCEPTION: u32 = 0x8000;
export const ENTRY_SUBTABLE: u32 = 0x4000;
export const ENTRY_END: u32 = 0x2000;

const LONGEST: u32 = 15;

/** How many codewords have each length; then, while sorting, where in `sorted` the next one of that length goes. */
const counts = memory.data(4 * 16, 16);
const places = memory.data(4 * 16, 16);
/** Symbols in the order of their codewords, two bytes each. */
const sorted = memory.data(2 * 320, 16);

/**
 * Builds the table of the code with these `lengths` (a byte a symbol, 0 for none) and returns its index bits, at most `mostBits`;
 * 0 if the code is over-subscribed or incomplete. With `mayBeIncomplete`, one codeword of one bit, or none at all, will do.
 */
export function buildTable(lengths: usize, symbols: u32, table: usize, mostBits: u32, meanings: usize, mayBeIncomplete: bool): u32 {
  const longest = sortSymbols(lengths, symbols);
  if (longest == 0) return mayBeIncomplete ? fillIncomplete(table, ENTRY_EXCEPTION | 1) : 0;
  let space: u32 = 0;
  for (let length: u32 = 1; length <= longest; length++) space = (space << 1) + load<u32>(counts + (length << 2));
  if (space != ((<u32>1) << longest)) {
    if (!mayBeIncomplete || longest != 1 || space != 1) return 0;
    return fillIncomplete(table, entryOf(meanings, sorted, 1));
  }
  const bits = min(longest, mostBits);
  fillTable(table, bits, meanings);
  return bits;
}

/** Returns the longest length in use. */
function sortSymbols(lengths: usize, symbols: u32): u32 {
  memory.fill(counts, 0, 64);
  for (let block: u32 = 0; block < symbols; block += 16) {
    for (let used = usedIn(lengths, block, symbols); used != 0; used &= used - 1) {
      const count = counts + (<usize>load<u8>(lengths + block + ctz(used)) << 2);
      store<u32>(count, load<u32>(count) + 1);
    }
  }
  let place = sorted;
  let longest: u32 = 0;
  for (let length: u32 = 1; length <= LONGEST; length++) {
    const count = load<u32>(counts + (length << 2));
    store<u32>(places + (length << 2), <u32>place);
    place += count << 1;
    if (count != 0) longest = length;
  }
  for (let block: u32 = 0; block < symbols; block += 16) {
    for (let used = usedIn(lengths, block, symbols); used != 0; used &= used - 1) {
      const symbol = block + ctz(used);
      const slot = places + (<usize>load<u8>(lengths + symbol) << 2);
      const at = <usize>load<u32>(slot);
      store<u16>(at, symbol);
      store<u32>(slot, <u32>at + 2);
    }
  }
  return longest;
}

/** Which of 16 symbols have a codeword. Perf: most symbols of most codes have none. */
@inline
function usedIn(lengths: usize, block: u32, symbols: u32): u32 {
  const used = <u32>i8x16.bitmask(i8x16.ne(v128.load(lengths + block), i8x16.splat(0)));
  return symbols - block >= 16 ? used : used & (((<u32>1) << (symbols - block)) - 1);
}

/** A table of one bit for a code that leaves half of it unused. */
function fillIncomplete(table: usize, entry: u32): u32 {
  store<u32>(table, entry);
  store<u32>(table, ENTRY_EXCEPTION | 1, 4);
  return 1;
}

@inline
function entryOf(meanings: usize, symbol: usize, length: u32): u32 {
  return load<u32>(meanings + (<usize>load<u16>(symbol) << 2)) + length * 0x101;
}

/** The codeword after this one of `length` bits, in reversed bits: the highest zero bit becomes one, those above it zero. */
@inline
function successor(codeword: u32, length: u32): u32 {
  const bit = (<u32>1) << (31 - clz(codeword ^ (((<u32>1) << length) - 1)));
  return (codeword & (bit - 1)) | bit;
}

/**
 * Codewords come in ascending length, so the table starts with as few entries as the shortest asks for and doubles with each further bit:
 * every symbol is stored once, all else is copied in bulk. Codewords longer than `bits` go on in subtables behind the table.
 */
function fillTable(table: usize, bits: u32, meanings: usize): void {
  let symbol = sorted;
  let codeword: u32 = 0;
  let length: u32 = 1;
  let size: u32 = 2;
  while (true) {
    let count = load<u32>(counts + (length << 2));
    for (; count != 0; count--) {
      store<u32>(table + (codeword << 2), entryOf(meanings, symbol, length));
      symbol += 2;
      if (codeword == size - 1) {
        for (; length < bits; length++, size <<= 1) double(table, size);
        return;
      }
      codeword = successor(codeword, length);
    }
    if (length == bits) break;
    double(table, size);
    length++;
    size <<= 1;
  }
  fillSubtables(table, bits, meanings, symbol, codeword);
}

/** Copies the first `size` entries behind themselves. */
@inline
function double(table: usize, size: u32): void {
  const bytes = <usize>size << 2;
  if (bytes < 16) {
    store<u64>(table + bytes, load<u64>(table));
  } else {
    const end = table + bytes;
    for (let from = table, to = end; from < end; from += 16, to += 16) v128.store(to, v128.load(from));
  }
}

function fillSubtables(table: usize, bits: u32, meanings: usize, symbol: usize, codeword: u32): void {
  const mask: u32 = ((<u32>1) << bits) - 1;
  let prefix: u32 = <u32>-1;
  let start: u32 = 0;
  let end: u32 = (<u32>1) << bits;
  let length = bits + 1;
  let count = load<u32>(counts + (length << 2));
  while (true) {
    while (count == 0) count = load<u32>(counts + (++length << 2));
    if ((codeword & mask) != prefix) {
      prefix = codeword & mask;
      start = end;
      let subBits = length - bits;
      // As many bits as it takes for the codewords that are left to fill the subtable.
      for (let space = count; space < ((<u32>1) << subBits); ) {
        subBits++;
        space = (space << 1) + load<u32>(counts + ((bits + subBits) << 2));
      }
      end = start + ((<u32>1) << subBits);
      store<u32>(table + (prefix << 2), (start << 16) | ENTRY_EXCEPTION | ENTRY_SUBTABLE | (subBits << 8) | bits);
    }
    const entry = entryOf(meanings, symbol, length - bits);
    symbol += 2;
    for (let i = start + (codeword >> bits); i < end; i += (<u32>1) << (length - bits)) store<u32>(table + (i << 2), entry);
    if (codeword == ((<u32>1) << length) - 1) return;
    codeword = successor(codeword, length);
    count--;
  }
}
