import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type FileReader, scanFile, scanLink } from '../../src/source/file.ts';
import { READ_BUFFER_BYTES } from '../../src/source/source.ts';
import { tarOf, zipOf } from './make-archives.ts';
import { makeFifo } from './make-fifo.ts';
import { createMarkerReader, marker } from './marker-scanner.ts';

const room = mkdtempSync(join(tmpdir(), 'keyturn-file-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const reader = createMarkerReader();
const MEGABYTE = 1024 * 1024;

function write(name: string, content: string | Uint8Array): string {
  const path = join(room, name);
  writeFileSync(path, content);
  return path;
}

function scan(path: string, options: Partial<FileReader> = {}) {
  return scanFile(path, 'name', { ...reader, ...options });
}

/** What was found: marker, line, column and, in an archive, the member. */
function placesIn(path: string, options: Partial<FileReader> = {}) {
  return scan(path, options)?.hits.map(({ keyId, line, column, member }) =>
    [keyId, line, column, ...(member === undefined ? [] : [member])].join(' '),
  );
}

describe('a file', () => {
  test('is read whole', () => {
    const path = write('small', `one\ntwo ${marker(1)}\n`);
    expect(scan(path)).toMatchObject({ gaps: [], notes: [], bytes: 17 });
    expect(placesIn(path)).toEqual([`${marker(1)} 2 5`]);
    expect(scan(write('empty', ''))).toEqual({ hits: [], gaps: [], notes: [], bytes: 0 });
  });

  test('leaves nothing behind in the buffer for the next one to find', () => {
    scan(write('first', marker(1)));
    expect(placesIn(write('second', 'x'))).toEqual([]);
  });

  test('in UTF-16 is counted in its own characters', () => {
    const text = Buffer.from(`\ufeffä\n漢😀 ${marker(3)}`, 'utf16le');
    expect(placesIn(write('utf16', text))).toEqual([`${marker(3)} 2 5`]);
  });

  test('that is an LFS pointer is noted', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'1'.repeat(64)}\nsize 123\n`;
    expect(scan(write('pointer', pointer))?.notes).toEqual([{ reason: 'lfs-pointer', example: 'name' }]);
  });

  test("of the buffer's size, and one byte around it, is found to its end", () => {
    for (const size of [READ_BUFFER_BYTES - 1, READ_BUFFER_BYTES, READ_BUFFER_BYTES + 1]) {
      const bytes = Buffer.alloc(size, 'x');
      bytes.write(marker(7), size - 8);
      expect(placesIn(write('edge', bytes))).toEqual([`${marker(7)} 1 ${size - 7}`]);
    }
  });

  test('of 100 MB, mostly a hole, is searched across the windows in constant memory', () => {
    const path = join(room, 'sparse');
    const fd = openSync(path, 'w');
    const border = READ_BUFFER_BYTES - 32 * 1024;
    const places = [
      0,
      border - 4,
      READ_BUFFER_BYTES - 4,
      READ_BUFFER_BYTES + 8,
      50 * MEGABYTE,
      100 * MEGABYTE - 8,
    ];
    ftruncateSync(fd, 100 * MEGABYTE);
    for (const [index, place] of places.entries())
      writeSync(fd, `${marker(index)}${index === 4 ? '\n' : ''}`, place);
    closeSync(fd);
    const before = process.memoryUsage().rss;
    const result = scan(path);
    expect(result?.hits.map(({ keyId, offset }) => [keyId, offset])).toEqual(
      places.map((place, index) => [marker(index), place]),
    );
    expect(result?.hits.at(-1)).toMatchObject({
      line: 2,
      column: 100 * MEGABYTE - 8 - (50 * MEGABYTE + 9) + 1,
    });
    expect(result?.bytes).toBe(100 * MEGABYTE);
    // The test's own scanner makes a string of each window.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MEGABYTE);
  });

  test('above the limit is a gap', () => {
    const path = write('large', 'x'.repeat(100));
    expect(scan(path, { maxBytes: 99 })).toEqual({
      hits: [],
      gaps: [{ reason: 'too-large', example: 'name' }],
      notes: [],
      bytes: 0,
    });
    expect(scan(path, { maxBytes: 100 })?.gaps).toEqual([]);
    const larger = write('larger', Buffer.alloc(READ_BUFFER_BYTES + 1));
    expect(scan(larger, { maxBytes: READ_BUFFER_BYTES })?.gaps).toEqual([
      { reason: 'too-large', example: 'name' },
    ]);
  });

  test('that is gone is nothing at all', () => {
    expect(scan(join(room, 'absent'))).toBeUndefined();
    expect(scan(join(write('no-directory', 'x'), 'below'))).toBeUndefined();
    mkdirSync(join(room, 'directory'));
    expect(scan(join(room, 'directory'))).toBeUndefined();
  });
});

describe('what is no file', () => {
  test('a link says what it says and is not followed', () => {
    write('target', marker(1));
    const path = join(room, 'link');
    symlinkSync(`elsewhere/${marker(2)}`, path);
    symlinkSync('target', join(room, 'to-target'));
    for (const result of [scanFile(path, 'name', reader), scanLink(path, 'name', reader)]) {
      expect(result?.hits.map(({ keyId }) => keyId)).toEqual([marker(2)]);
    }
    expect(placesIn(join(room, 'to-target'))).toEqual([]);
  });

  test('a FIFO does not block, with and without a writer', () => {
    const path = join(room, 'fifo');
    makeFifo(path);
    expect(scan(path)?.hits ?? []).toEqual([]);
    const writer = openSync(path, 'r+');
    expect(scan(path)?.hits ?? []).toEqual([]);
    closeSync(writer);
  });

  test('a socket and a device are left alone', async () => {
    const path = join(room, 'socket');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(scan(path)).toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
    // Endless, and as large as any buffer.
    expect(scan('/dev/zero')).toBeUndefined();
  });

  test('a file that may not be read is a gap', () => {
    const path = write('forbidden', marker(1));
    chmodSync(room, 0o755);
    chmodSync(path, 0);
    const result = asNobody(() => scan(path));
    expect(result?.gaps).toEqual([{ reason: 'unreadable-file', example: 'name' }]);
  });
});

/** Root may read everything: be someone else for a moment. */
function asNobody<Result>(action: () => Result): Result {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

describe('an archive on disk', () => {
  const noise = (bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    let seed = 1;
    for (let at = 0; at + 4 <= bytes; at += 4)
      buffer.writeUInt32LE((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0), at);
    return buffer;
  };

  test('that is small is expanded by the scanner', () => {
    expect(placesIn(write('small.zip', zipOf([{ name: 'a', content: `\n${marker(1)}` }])))).toEqual([
      `${marker(1)} 2 1 a`,
    ]);
  });

  test('a zip larger than the buffer is read where its members stand, those stored included once', () => {
    const path = write(
      'large.zip',
      zipOf([
        { name: 'noise', content: noise(READ_BUFFER_BYTES), method: 0 },
        { name: 'stored', content: `\n\n${marker(1)}`, method: 0 },
        { name: 'deflated', content: `${marker(2)}`.padEnd(500) },
        { name: 'inner.zip', content: zipOf([{ name: 'deep', content: `${marker(3)}` }]), method: 0 },
      ]),
    );
    expect(placesIn(path)).toEqual([
      `${marker(1)} 3 1 stored`,
      `${marker(2)} 1 1 deflated`,
      `${marker(3)} 1 1 inner.zip!deep`,
    ]);
  });

  test('a tar larger than the buffer', () => {
    const path = write(
      'large.tar',
      tarOf([
        { name: 'noise', content: noise(READ_BUFFER_BYTES) },
        { name: 'file', content: `\n${marker(1)}` },
        { name: 'file.gz', content: gzipSync(`${marker(2)}`) },
      ]),
    );
    expect(placesIn(path)).toEqual([`${marker(1)} 2 1 file`, `${marker(2)} 1 1 file.gz!file`]);
  });

  // Noise is not compressed, so that it also shows in the archive's own bytes.
  const inMembers = (path: string, name: string) =>
    scanFile(path, name, reader)?.hits.filter(({ member }) => member !== undefined);

  test('a gzip file is streamed, however large its content', () => {
    const content = noise(80 * MEGABYTE);
    content.write(marker(1), 5);
    content.write(marker(2), 70 * MEGABYTE);
    const path = write('large.gz', gzipSync(content, { level: 1 }));
    expect(inMembers(path, 'large.gz')?.map(({ keyId, offset, member }) => [keyId, offset, member])).toEqual([
      [marker(1), 5, 'large'],
      [marker(2), 70 * MEGABYTE, 'large'],
    ]);
  });

  test('a compressed tar larger than the buffer, and a gzip with a zip in it', () => {
    const tar = tarOf([
      { name: 'noise', content: noise(READ_BUFFER_BYTES) },
      { name: 'file', content: marker(1) },
    ]);
    expect(placesIn(write('large.tgz', gzipSync(tar, { level: 1 })))).toEqual([`${marker(1)} 1 1 file`]);

    const zip = zipOf([
      { name: 'noise', content: noise(MEGABYTE) },
      { name: 'file', content: marker(2) },
    ]);
    const path = write('odd.zip.gz', gzipSync(zip));
    expect(scanFile(path, 'odd.zip.gz', reader)?.hits.map(({ member }) => member)).toEqual(['odd.zip!file']);
  });

  test('that ends early is read as far as it goes, with a gap', () => {
    const content = noise(30 * MEGABYTE);
    content.write(marker(1), 1000);
    const packed = gzipSync(content, { level: 1 });
    const path = write('cut.gz', packed.subarray(0, packed.length - 100));
    expect(inMembers(path, 'cut.gz')?.map(({ keyId }) => keyId)).toEqual([marker(1)]);
    expect(scanFile(path, 'cut.gz', reader)?.gaps).toEqual([
      { reason: 'unreadable-file', example: 'cut.gz!cut' },
    ]);
  });
});
