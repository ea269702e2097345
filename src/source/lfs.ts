/** A pointer's first line (git-lfs docs/spec.md), and the one that its predecessor wrote. */
const FIRST_LINES = [
  'version https://git-lfs.github.com/spec/v1\n',
  'version https://hawser.github.com/spec/v1\n',
].map((line) => Buffer.from(line));
/** The specification allows less than 1,024 bytes. */
const MAX_POINTER_BYTES = 1023;

/** Whether the bytes stand for content that git LFS keeps elsewhere. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  // The first byte settles it for nearly every file.
  if (bytes[0] !== 0x76 || bytes.length > MAX_POINTER_BYTES) return false;
  const isNamed = FIRST_LINES.some((line) => line.equals(bytes.subarray(0, line.length)));
  return isNamed && Buffer.from(bytes).includes('\noid sha256:');
}
