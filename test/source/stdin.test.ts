import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { scanStdin } from '../../src/source/stdin.ts';
import { createMarkerScanner, marker } from './marker-scanner.ts';

const scanner = createMarkerScanner();

function scan(chunks: (string | Uint8Array)[], bufferBytes = 256 * 1024) {
  return scanStdin(
    Readable.from(chunks.map((chunk) => Buffer.from(chunk as Uint8Array))),
    'stdin',
    scanner,
    new Uint8Array(bufferBytes),
  );
}

describe('stdin', () => {
  test('says when nothing came', async () => {
    expect(await scan([])).toEqual({ hits: [], gaps: [], notes: [], bytes: 0, isEmpty: true });
    expect(await scan(['', ''])).toMatchObject({ isEmpty: true });
    expect(await scan(['x'])).toMatchObject({ isEmpty: false, bytes: 1 });
  });

  test('is one text, however it is cut into chunks', async () => {
    const bytes = Buffer.from(
      `${'filler\n'.repeat(100_000)}${marker(1)}${'filler'.repeat(100_000)} ${marker(2)}`,
    );
    for (const size of [997, 65_536, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const { hits, bytes: read } = await scan(chunks);
      expect(hits).toEqual(scanner.detect(bytes));
      expect(read).toBe(bytes.length);
    }
  });

  test('may be an archive, of which a large one is a gap', async () => {
    const small = await scan([gzipSync(marker(1))]);
    expect(small.hits.map(({ member }) => member)).toEqual(['stdin']);
    const noise = Buffer.from(
      Array.from({ length: 400_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24),
    );
    const large = await scan([gzipSync(noise, { level: 0 })]);
    expect(large.gaps).toEqual([{ reason: 'archive-limit', example: 'stdin' }]);
  });
});
