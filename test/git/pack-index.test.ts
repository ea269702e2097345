import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { parsePackIndex } from '../../src/git/pack-index.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';

const repositories: TestRepository[] = [];
afterAll(() => {
  for (const repository of repositories) repository.remove();
});

function packed(objectFormat: 'sha1' | 'sha256'): { target: TestRepository; pack: string } {
  const target = makeRepository({ objectFormat });
  repositories.push(target);
  for (let version = 0; version < 30; version++) target.blob(`blob ${version}`);
  target.write('file', 'content');
  target.commit('a commit');
  const ids = target.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
  target.gitBytes(['pack-objects', '-q', join(target.gitDir, 'objects/pack/pack')], `${ids}\n`);
  const folder = join(target.gitDir, 'objects/pack');
  return { target, pack: join(folder, readdirSync(folder).find((name) => name.endsWith('.pack'))!) };
}

/** `offset id` of every entry, in the index's order. */
function listing(bytes: Uint8Array, hashBytes: number): string[] {
  const { count, idStart, idStride, offsetAt } = parsePackIndex(bytes, hashBytes);
  return Array.from({ length: count }, (_, position) => {
    const at = idStart + position * idStride;
    return `${offsetAt(position)} ${Buffer.from(bytes.slice(at, at + hashBytes)).toString('hex')}`;
  });
}

describe.each(['sha1', 'sha256'] as const)('an index of %s ids', (objectFormat) => {
  let target: TestRepository;
  let pack: string;
  beforeAll(() => {
    ({ target, pack } = packed(objectFormat));
  });
  const hashBytes = objectFormat === 'sha1' ? 20 : 32;

  function indexWith(...options: string[]): Buffer {
    const file = join(target.path, `${options.length}-${Math.abs(options.join().length)}.idx`);
    target.gitBytes(['index-pack', ...options, '-o', file, pack]);
    return readFileSync(file);
  }

  it.each([
    ['version 2', ['--index-version=2']],
    ['version 1', ['--index-version=1']],
    ['eight-byte offsets', ['--index-version=2,0x40']],
  ])('is read as git reads it: %s', (_, options) => {
    const bytes = indexWith(...options);
    const byGit = target
      .gitBytes(['show-index', `--object-format=${objectFormat}`], bytes)
      .toString()
      .trim()
      .split('\n');
    expect(listing(bytes, hashBytes)).toEqual(byGit.map((line) => line.split(' ').slice(0, 2).join(' ')));
    expect(parsePackIndex(bytes, hashBytes).packChecksum).toBe(
      readFileSync(pack).subarray(-hashBytes).toString('hex'),
    );
  });

  it('with another length is refused', () => {
    for (const options of [['--index-version=2'], ['--index-version=1']]) {
      const bytes = indexWith(...options);
      for (const length of [0, 7, 1000, bytes.length - 1]) {
        expect(() => parsePackIndex(bytes.subarray(0, length), hashBytes)).toThrow(KeyturnError);
      }
      expect(() => parsePackIndex(Buffer.concat([bytes, Buffer.from('x')]), hashBytes)).toThrow(KeyturnError);
    }
  });

  it('of an unknown version is refused', () => {
    const bytes = indexWith('--index-version=2');
    bytes[7] = 3;
    expect(() => parsePackIndex(bytes, hashBytes)).toThrow('version 3');
  });

  it('with wrong bytes anywhere is read or refused, never worse', () => {
    const bytes = indexWith('--index-version=2,0x40');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= flip;
        try {
          listing(damaged, hashBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KeyturnError);
        }
      }),
    );
  });

  it('whose ids do not fit its fan-out table is refused', () => {
    const bytes = indexWith('--index-version=2');
    const first = 8 + 1024;
    bytes[first]! ^= 0xff;
    expect(() => parsePackIndex(bytes, hashBytes)).toThrow('fan-out');
  });
});
