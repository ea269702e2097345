import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceHit } from '../../src/source/source.ts';
import { WindowScan } from '../../src/source/window.ts';
import { createMarkerScanner, marker } from './marker-scanner.ts';

const scanner = createMarkerScanner();
const SMALL = 256 * 1024;

function inWindows(bytes: Uint8Array, bufferBytes = SMALL): SourceHit[] {
  const windows = new WindowScan(scanner, 'big', new Uint8Array(bufferBytes));
  windows.write(bytes);
  const scan = windows.end();
  expect(scan.bytes).toBe(bytes.length);
  return scan.hits;
}

/** Text with a marker about every `gap` bytes, lines of up to `lineLength`, and characters of one to four bytes. */
function textWithMarkers(length: number, gap: number, lineLength: number): string {
  let text = '';
  let size = 0;
  for (let number = 0; size < length; number++) {
    const filler = ['abcdefgh', 'äöü', '漢字', '😀x'][number % 4]!;
    const part = filler.repeat(Math.ceil(gap / 8) + (number % 5)) + marker(number % 10_000);
    text += part + (lineLength > 0 && number % lineLength === 0 ? '\n' : ' ');
    size += Buffer.byteLength(part);
  }
  return text;
}

describe('windows', () => {
  test.each([
    ['short lines', 1],
    ['long lines', 90],
    ['one line', 0],
  ])('find the same at the same places as a look at the whole: %s', (_, lineLength) => {
    const bytes = Buffer.from(textWithMarkers(1_000_000, 1500, lineLength));
    const whole = scanner.detect(bytes);
    expect(whole.length).toBeGreaterThan(500);
    expect(inWindows(bytes)).toEqual(whole);
  });

  test.each([
    ['utf-16le with a mark', Buffer.of(0xff, 0xfe), false],
    ['utf-16be with a mark', Buffer.of(0xfe, 0xff), true],
    ['utf-16le without', Buffer.alloc(0), false],
  ])('know the encoding beyond the first window: %s', (_, mark, isBigEndian) => {
    for (const lineLength of [1, 0]) {
      const text = Buffer.from(
        `some plain words first ${textWithMarkers(500_000, 1200, lineLength)}`,
        'utf16le',
      );
      const bytes = Buffer.concat([mark, isBigEndian ? text.swap16() : text]);
      const whole = scanner.detect(bytes);
      expect(whole.length).toBeGreaterThan(300);
      expect(inWindows(bytes)).toEqual(whole);
    }
  });

  test('lose nothing and double nothing wherever a marker stands', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (places, hasLines) => {
          const bytes = Buffer.alloc(1_000_100, hasLines ? 'x'.repeat(99).concat('\n') : 'x');
          for (const [index, place] of places.entries()) bytes.write(marker(index), place);
          expect(inWindows(bytes)).toEqual(scanner.detect(bytes));
        },
      ),
    );
  });

  test('see every border between two shares from both sides', () => {
    // Borders stand half an overlap before a window's end: try each place around the first one.
    const border = SMALL - 32 * 1024;
    for (let place = border - 10; place < border + 10; place++) {
      const bytes = Buffer.alloc(SMALL * 2, 'x');
      bytes.write(marker(1), place);
      expect(inWindows(bytes).map(({ offset }) => offset)).toEqual([place]);
    }
  });

  test('take what fits as a whole', () => {
    const scan = new WindowScan(scanner, 'small', new Uint8Array(SMALL));
    scan.write(
      Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`),
    );
    expect(scan.end().notes).toEqual([{ reason: 'lfs-pointer', example: 'small' }]);
  });
});
