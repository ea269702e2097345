import { expect, test } from 'vitest';
import { isLfsPointer } from '../../src/source/lfs.ts';

const rest = `oid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`;

test.each([
  [true, `version https://git-lfs.github.com/spec/v1\n${rest}`],
  [true, `version https://git-lfs.github.com/spec/v1\next-0-foo sha256:${'0'.repeat(64)}\n${rest}`],
  [true, `version https://hawser.github.com/spec/v1\n${rest}`],
  [false, `version https://git-lfs.github.com/spec/v1\nno pointer\n`],
  [false, `version https://example.com/spec/v1\n${rest}`],
  [false, `version https://git-lfs.github.com/spec/v1\n${rest}${'x'.repeat(1024)}`],
  [false, ''],
])('whether it is an LFS pointer: %s', (expected, text) => {
  expect(isLfsPointer(Buffer.from(text))).toBe(expected);
});
