import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePath, toDisplayPath, toFsPath } from '../../src/source/paths.ts';

test('every path can be opened by the string that stands for it', () => {
  const mixed = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 5 }),
      fc.string().map((text) => Buffer.from(text)),
    ),
  );
  fc.assert(
    fc.property(mixed, (parts) => {
      const bytes = Buffer.concat(parts);
      expect(Buffer.from(toFsPath(decodePath(bytes)) as Buffer).equals(bytes)).toBe(true);
    }),
  );
});

test('bytes that are no UTF-8 are shown by number, all others as they are', () => {
  expect(toDisplayPath(decodePath(Buffer.from('ä/漢/😀/\n\ufffd')))).toBe('ä/漢/😀/\n\ufffd');
  expect(toDisplayPath(decodePath(Buffer.from('caf\xe9/\xff\xc3', 'latin1')))).toBe('caf\\xe9/\\xff\\xc3');
  // A surrogate written as if it were a character is no UTF-8.
  expect(toDisplayPath(decodePath(Buffer.of(0xed, 0xb2, 0x80)))).toBe('\\xed\\xb2\\x80');
});
