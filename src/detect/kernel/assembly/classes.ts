// Classes of 16 bytes at once, by their nibbles.

/** Bits of a byte's class; digits, A-O and a-o, P-Z and p-z, + and / have those below. */
export const DASH: u8 = 16;
export const UNDERSCORE: u8 = 32;
export const PERCENT: u8 = 64;
export const BACKSLASH: u8 = 128;

/** Loaded from 16 minus n on, a mask that keeps n bytes. */
const KEEP = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
], 16);

/** The bytes from `at` on, zero from `end` on. `at` is before `end`. */
@inline
export function loadText(at: usize, end: usize): v128 {
  const bytes = v128.load(at);
  return at + 16 <= end ? bytes : v128.and(bytes, v128.load(KEEP + 16 - (end - at)));
}

@inline
export function lowNibbles(bytes: v128): v128 {
  return v128.and(bytes, i8x16.splat(15));
}

@inline
export function highNibbles(bytes: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
}

/** Zero for a byte that is in no run; else a bit for the kind of byte it is. */
@inline
export function classesOf(low: v128, high: v128): v128 {
  return v128.and(
    i8x16.swizzle(i8x16(5, 7, 7, 7, 7, 71, 7, 7, 7, 7, 6, 10, -126, 18, 2, 42), low),
    i8x16.swizzle(i8x16(0, 0, 88, 1, 2, -92, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0), high),
  );
}

/** The bits of the bytes from `at` on that are in runs; none from `end` on. */
@inline
export function runBits(at: usize, end: usize): u32 {
  if (at >= end) return 0;
  const bytes = loadText(at, end);
  return <u32>i8x16.bitmask(i8x16.ne(classesOf(lowNibbles(bytes), highNibbles(bytes)), i8x16.splat(0)));
}
