import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type ArchiveLimits,
  DEFAULT_ARCHIVE_LIMITS,
  expandArchive,
  isArchive,
} from '../../src/source/archive.ts';
import { tarOf, zipOf } from './make-archives.ts';

interface Expanded {
  members: [path: string, content: string][];
  gaps: string[];
}

function expand(bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}, name = 'outer'): Expanded {
  const result: Expanded = { members: [], gaps: [] };
  for (const item of expandArchive(bytes, name, { ...DEFAULT_ARCHIVE_LIMITS, ...limits })) {
    if ('gap' in item) result.gaps.push(`${item.gap.reason} ${item.gap.example}`);
    else {
      result.members.push([item.path, Buffer.from(item.bytes).toString('latin1')]);
      // What is said to stand uncompressed stands there.
      if (item.span !== undefined) {
        expect(Buffer.from(bytes).subarray(item.span.start, item.span.end).equals(item.bytes)).toBe(true);
      }
    }
  }
  return result;
}

const whole = (...members: [string, string][]): Expanded => ({ members, gaps: [] });
const MEGABYTE = 1024 * 1024;

describe('an archive', () => {
  test('is known by its content and not by its name', () => {
    expect(isArchive(gzipSync('text'))).toBe(true);
    expect(isArchive(gzipSync(''))).toBe(true);
    expect(isArchive(zipOf([{ name: 'a', content: 'text' }]))).toBe(true);
    expect(isArchive(zipOf([]))).toBe(true);
    expect(isArchive(tarOf([{ name: 'a', content: 'text' }]))).toBe(true);
    const others = [
      '',
      'PK',
      'plain text',
      '\x1f\x8b',
      `\x1f\x8b\x08${'\xff'.repeat(99)}`,
      '\0'.repeat(2048),
      '0'.repeat(600),
    ];
    for (const text of others) expect(isArchive(Buffer.from(text, 'latin1'))).toBe(false);
  });

  test('that is none yields nothing', () => {
    expect(expand(Buffer.from('plain text'))).toEqual(whole());
    expect(expand(Buffer.alloc(0))).toEqual(whole());
  });
});

describe('gzip', () => {
  test('is unpacked, all of its parts, under the name without its ending', () => {
    const bytes = Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.alloc(512)]);
    expect(expand(bytes, {}, 'logs/app.log.gz')).toEqual(whole(['app.log', 'one two']));
    expect(expand(gzipSync('x'), {}, 'odd')).toEqual(whole(['odd', 'x']));
  });

  test('with every optional part of its header', () => {
    const plain = gzipSync('content');
    const head = Buffer.from(plain.subarray(0, 10));
    head[3] = 2 | 4 | 8 | 16;
    const extras = Buffer.from('\x03\x00abcname\0comment\0hc', 'latin1');
    expect(expand(Buffer.concat([head, extras, plain.subarray(10)]))).toEqual(whole(['outer', 'content']));
  });

  test('that is cut off gives what there is, and a gap', () => {
    const text = Array.from({ length: 9000 }, (_, line) => `line ${line * line}`).join('\n');
    const packed = gzipSync(text);
    const { members, gaps } = expand(packed.subarray(0, packed.length / 2));
    expect(text.startsWith(members[0]![1])).toBe(true);
    expect(members[0]![1].length).toBeGreaterThan(text.length / 3);
    expect(gaps).toEqual(['unreadable-file outer!outer']);
  });

  test('bombs end at the ratio and use little memory', () => {
    const bomb = gzipSync(Buffer.alloc(300 * MEGABYTE), { level: 9 });
    const before = process.memoryUsage();
    const { members, gaps } = expand(bomb, { ratio: 20 });
    const after = process.memoryUsage();
    expect(gaps).toEqual(['archive-limit outer!outer']);
    expect(members[0]![1].length).toBeLessThan(7 * MEGABYTE);
    expect(after.rss - before.rss).toBeLessThan(100 * MEGABYTE);
  });

  test('ends at the limit for a member and at the limit for all', () => {
    const bytes = gzipSync(Buffer.alloc(3 * MEGABYTE, 'abcdefg'));
    const cut = expand(bytes, { memberBytes: MEGABYTE, ratio: 9999 });
    expect(cut.members[0]![1].length).toBe(MEGABYTE);
    expect(cut.gaps).toEqual(['archive-limit outer!outer']);
    const total = expand(bytes, { totalBytes: MEGABYTE, ratio: 9999 });
    expect(total.members[0]![1].length).toBeLessThan(1.2 * MEGABYTE);
    expect(total.gaps).toEqual(['archive-limit outer!outer']);
  });
});

describe('zip', () => {
  test('gives stored and deflated members, and none for directories', () => {
    const bytes = zipOf([
      { name: 'stored', content: 'as it is', method: 0 },
      { name: 'dir/', content: '' },
      { name: 'dir/deflated', content: 'x'.repeat(5000) },
      { name: 'empty', content: '', method: 0 },
    ]);
    expect(expand(bytes)).toEqual(
      whole(['stored', 'as it is'], ['dir/deflated', 'x'.repeat(5000)], ['empty', '']),
    );
  });

  test('reads large-file records, comments, extra fields and data descriptors', () => {
    const entries = [
      { name: 'a', content: 'first' },
      { name: 'b', content: 'second', method: 0 },
    ];
    const expected = whole(['a', 'first'], ['b', 'second']);
    expect(expand(zipOf(entries, { zip64: true }))).toEqual(expected);
    expect(expand(zipOf(entries, { comment: 'PK\x05\x06 is what an end begins with' }))).toEqual(expected);
    expect(expand(zipOf(entries, { localExtra: 17 }))).toEqual(expected);
    expect(expand(zipOf(entries, { hasDescriptors: true }))).toEqual(expected);
  });

  test('behind a script is found by its end, and inside another archive the script is seen too', () => {
    const zip = zipOf([{ name: 'a', content: 'text' }]);
    const script = Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), zip]);
    expect(isArchive(script)).toBe(true);
    expect(expand(script)).toEqual(whole(['a', 'text']));
    const inner = expand(gzipSync(script));
    expect(inner.members[0]![1]).toContain('#!/usr/bin/env');
    expect(inner.members[1]).toEqual(['outer!a', 'text']);
  });

  test('names are kept as text: hostile ones, and bytes that are no UTF-8', () => {
    const names = ['../../etc/passwd', '/absolute', 'a\nb\x1b[31m', 'C:\\x', Buffer.of(0x66, 0xff, 0x66)];
    const bytes = zipOf(names.map((name) => ({ name, content: 'x' })));
    expect(expand(bytes).members.map(([path]) => path)).toEqual([...names.slice(0, 4), 'f\\xfff']);
  });

  test('members that are encrypted or packed otherwise are gaps, one by one', () => {
    const bytes = zipOf([
      { name: 'secret', content: 'x', flags: 1 },
      { name: 'lzma', content: 'x', method: 14 },
      { name: 'fine', content: 'text' },
    ]);
    expect(expand(bytes)).toEqual({
      members: [['fine', 'text']],
      gaps: ['unreadable-file outer!secret', 'unreadable-file outer!lzma'],
    });
  });

  test.each([false, true])(
    'that is cut off is read from its front (data descriptors: %s)',
    (hasDescriptors) => {
      const long = Array.from({ length: 3000 }, (_, line) => `${line * line}`).join('\n');
      const entries = [
        { name: 'a', content: 'first' },
        { name: 'b', content: 'second '.repeat(99) },
        { name: 'c', content: long },
      ];
      const bytes = zipOf(entries, { hasDescriptors });
      const { members, gaps } = expand(bytes.subarray(0, bytes.length / 2));
      expect(members.map(([path]) => path)).toEqual(['a', 'b', 'c']);
      expect(members[1]![1]).toBe(entries[1]!.content);
      expect(members[2]![1].length).toBeGreaterThan(1000);
      expect(long.startsWith(members[2]![1])).toBe(true);
      expect(gaps).toEqual(['unreadable-file outer!c', 'unreadable-file outer']);
    },
  );

  test('bombs: one member, many members, and all members the same bytes', () => {
    const one = zipOf([{ name: 'zeros', content: Buffer.alloc(100 * MEGABYTE) }]);
    const single = expand(one);
    expect(single.gaps).toEqual(['archive-limit outer!zeros']);
    expect(single.members[0]![1].length).toBeLessThan(25 * MEGABYTE);

    const many = zipOf(Array.from({ length: 20 }, (_, index) => ({ name: `m${index}`, content: 'x' })));
    const counted = expand(many, { members: 7 });
    expect(counted.members).toHaveLength(7);
    expect(counted.gaps).toEqual(['archive-limit outer!m7']);

    const overlapping = zipOf(
      Array.from({ length: 300 }, (_, index) => ({ name: `m${index}`, content: Buffer.alloc(MEGABYTE) })),
      { isOverlapping: true },
    );
    const total = expand(overlapping, { totalBytes: 10 * MEGABYTE });
    expect(total.members.length).toBeLessThan(12);
    expect(total.gaps.at(-1)).toMatch(/^archive-limit outer!m\d+$/);
  });

  test('survives any damage', () => {
    const bytes = zipOf([
      { name: 'a', content: 'first'.repeat(30) },
      { name: 'b', content: 'second', method: 0 },
    ]);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 0xff, bytes[at]! ^ 1]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        for (const item of expandArchive(damaged, 'outer', DEFAULT_ARCHIVE_LIMITS))
          expect(item).toBeDefined();
      }
      for (const item of expandArchive(bytes.subarray(0, at), 'outer', DEFAULT_ARCHIVE_LIMITS))
        expect(item).toBeDefined();
    }
  });
});

describe('tar', () => {
  test('gives files, and nothing for what has no content', () => {
    const bytes = tarOf([
      { name: 'dir/', content: '', type: '5' },
      { name: 'dir/file', content: 'text' },
      { name: 'link', content: '', type: '2' },
      { name: 'unknown', content: 'kept', type: 'Z' },
    ]);
    expect(expand(bytes)).toEqual(whole(['dir/file', 'text'], ['unknown', 'kept']));
  });

  test('reads what follows the end mark, and archives without any', () => {
    const one = tarOf([{ name: 'a', content: '1' }]);
    const two = tarOf([{ name: 'b', content: '2' }]);
    expect(expand(Buffer.concat([one, two]))).toEqual(whole(['a', '1'], ['b', '2']));
    expect(expand(one.subarray(0, 1024))).toEqual(whole(['a', '1']));
    expect(expand(one.subarray(0, 513))).toEqual(whole(['a', '1']));
  });

  test('that is cut off gives what there is, and a gap', () => {
    const bytes = tarOf([
      { name: 'a', content: 'text' },
      { name: 'b', content: 'y'.repeat(3000) },
    ]);
    expect(expand(bytes.subarray(0, 2048))).toEqual({
      members: [
        ['a', 'text'],
        ['b', 'y'.repeat(512)],
      ],
      gaps: ['unreadable-file outer'],
    });
  });

  test('with a size that lies costs nothing', () => {
    const bytes = gzipSync(tarOf([{ name: 'a', content: 'text', statedSize: 8 ** 11 - 1 }]));
    expect(expand(bytes).members.map(([path]) => path)).toEqual(['a']);
  });
});

describe('archives in archives', () => {
  test('are entered, and named by the way to them', () => {
    const tar = tarOf([{ name: 'deep/file', content: 'found' }]);
    const bytes = zipOf([
      { name: 'lib/inner.tar.gz', content: gzipSync(tar) },
      { name: 'inner.zip', content: zipOf([{ name: 'file', content: 'too' }]), method: 0 },
      { name: 'notes.txt.gz', content: gzipSync('three'), method: 0 },
    ]);
    expect(expand(bytes, {}, 'outer.zip')).toEqual(
      whole(
        ['lib/inner.tar.gz!deep/file', 'found'],
        ['inner.zip!file', 'too'],
        ['notes.txt.gz!notes.txt', 'three'],
      ),
    );
  });

  test('end at the limit of depth, where the innermost is given as it stands', () => {
    const levels = [0, 1, 2, 3].reduce<Uint8Array>(
      (content, level) => zipOf([{ name: `level${level}`, content, method: 0 }]),
      Buffer.from('core'),
    );
    const { members, gaps } = expand(levels, { depth: 3 });
    expect(members.map(([path]) => path)).toEqual(['level3!level2!level1']);
    expect(gaps).toEqual(['archive-limit outer!level3!level2!level1']);
    expect(expand(levels, { depth: 4 })).toEqual(whole(['level3!level2!level1!level0', 'core']));
  });

  test('share one limit for all that is unpacked', () => {
    const inner = gzipSync(Buffer.alloc(MEGABYTE, 'ab'));
    const bytes = zipOf(
      Array.from({ length: 50 }, (_, index) => ({ name: `${index}.gz`, content: inner, method: 0 })),
    );
    const { members, gaps } = expand(bytes, { totalBytes: 5 * MEGABYTE, ratio: 9999 });
    expect(members.length).toBeLessThan(8);
    expect(gaps.length).toBeGreaterThan(0);
  });
});

describe('archives that other programs made', () => {
  const room = mkdtempSync(join(tmpdir(), 'keyturn-archive-'));
  const longName = `${'long-directory-name/'.repeat(12)}file.txt`;
  mkdirSync(join(room, longName, '..'), { recursive: true });
  writeFileSync(join(room, longName), 'found in a long path');
  writeFileSync(join(room, 'plain.txt'), 'plain '.repeat(4000));
  const make = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: room, stdio: 'pipe' });
  const expected = [
    [longName, 'found in a long path'],
    ['plain.txt', 'plain '.repeat(4000)],
  ];

  test.each(['gnu', 'pax', 'posix', 'ustar', 'oldgnu'])('tar --format=%s', (format) => {
    // ustar splits a name at 155 bytes.
    const files = format === 'ustar' ? ['plain.txt'] : [longName.split('/')[0]!, 'plain.txt'];
    make('tar', `--format=${format}`, '-czf', `${format}.tgz`, ...files);
    make('tar', `--format=${format}`, '-cf', `${format}.tar`, ...files);
    for (const ending of ['tgz', 'tar']) {
      const { members, gaps } = expand(readFileSync(join(room, `${format}.${ending}`)));
      expect(gaps).toEqual([]);
      expect(members).toEqual(format === 'ustar' ? [expected[1]] : expected);
    }
  });

  test('python zipfile, from a file and into a pipe', () => {
    const script = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1] if len(sys.argv) > 1 else sys.stdout.buffer, 'w', zipfile.ZIP_DEFLATED)
z.writestr('plain.txt', 'plain ' * 4000)
z.close()`;
    make('python3', '-c', script, 'python.zip');
    const piped = execFileSync('python3', ['-c', script], { cwd: room });
    for (const bytes of [readFileSync(join(room, 'python.zip')), piped])
      expect(expand(bytes)).toEqual(whole(['plain.txt', 'plain '.repeat(4000)]));
    rmSync(room, { recursive: true });
  });
});

test('a deflate stream is not taken for an archive', () => {
  expect(isArchive(deflateRawSync('text'))).toBe(false);
});
