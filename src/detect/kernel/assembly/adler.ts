// Adler-32 (RFC 1950): two sums modulo 65521, 16 bytes at a step.

const MODULUS: u32 = 65521;
/** As many bytes as the 32-bit sums take before they must be reduced, in whole vectors. */
const BLOCK: u32 = 5536;

export function adler32(at: usize, length: u32): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  while (length >= 16) {
    const block = min(length, BLOCK) & ~15;
    const end = at + block;
    // Within a block of n bytes, b grows by n times the a before it, plus each vector's prefix sums counted once per later byte.
    let sums = i32x4.splat(0);
    let prefixes = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    const lowWeights = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
    const highWeights = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
    b += a * block;
    while (at < end) {
      const bytes = v128.load(at);
      prefixes = i32x4.add(prefixes, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), lowWeights));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), highWeights));
      at += 16;
    }
    a = (a + sumLanes(sums)) % MODULUS;
    b = (b + (sumLanes(prefixes) % MODULUS) * 16 + sumLanes(weighted)) % MODULUS;
    length -= block;
  }
  for (const end = at + length; at < end; at++) {
    a += load<u8>(at);
    b += a;
  }
  return ((b % MODULUS) << 16) | (a % MODULUS);
}

@inline
function sumLanes(v: v128): u32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
