import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository as open } from '../../src/git/repository.ts';
import type { GapEvent } from '../../src/report/result.ts';
import { stagedBlobs } from '../../src/source/index.ts';
import { scanBlob } from '../../src/source/source.ts';
import { makeRepository, type RepositoryOptions, type TestRepository } from '../helpers/repository.ts';
import { createMarkerScanner, marker } from './marker-scanner.ts';

let repository: TestRepository;
afterEach(() => {
  delete env['GIT_INDEX_FILE'];
  repository.remove();
});

function make(options?: RepositoryOptions): TestRepository {
  repository = makeRepository(options);
  return repository;
}

/** What is staged, as `path: content`. */
async function staged(paths: string[] = [], gaps: GapEvent[] = []): Promise<string[]> {
  const found: string[] = [];
  const blobs = stagedBlobs(await open(repository.path), { paths, onGap: (gap) => gaps.push(gap) });
  for await (const { path, id, size, read } of blobs) {
    const content = Buffer.alloc(size ?? 0);
    let filled = 0;
    for (let length = -1; length !== 0; filled += length)
      length = await read(content.subarray(filled, filled + 7));
    expect(repository.gitBytes(['cat-file', 'blob', id ?? '']).equals(content)).toBe(true);
    found.push(`${path}: ${content}`);
  }
  return found.sort();
}

describe('the index', () => {
  test.each(['sha1', 'sha256'] as const)(
    'before the first commit is compared with nothing (%s)',
    async (objectFormat) => {
      const { write, git } = make({ objectFormat });
      expect(await staged()).toEqual([]);
      write('a', 'one');
      write('dir/b', '');
      git('add', '.');
      write('not-added', 'x');
      expect(await staged()).toEqual(['a: one', 'dir/b: ']);
    },
  );

  test('gives what is added, changed, renamed or of another type, and its content, not that of the files', async () => {
    const { path, write, git, commit } = make();
    for (const name of ['same', 'changed', 'renamed', 'deleted', 'to-link']) write(name, `old ${name}`);
    commit('first');
    write('changed', 'staged\n');
    write('added', 'new');
    git('mv', 'renamed', 'other-name');
    git('rm', '--quiet', 'deleted');
    rmSync(join(path, 'to-link'));
    symlinkSync('target', join(path, 'to-link'));
    git('add', '.');
    write('changed', 'staged\nand then not\n');
    write('same', 'not staged');
    expect(await staged()).toEqual([
      'added: new',
      'changed: staged\n',
      'other-name: old renamed',
      'to-link: target',
    ]);
  });

  test('leaves out what is only meant to be added, and submodules', async () => {
    const { write, git, commit } = make();
    write('a', 'x');
    const id = commit('first');
    write('intended', 'not staged');
    git('add', '--intent-to-add', 'intended');
    git('update-index', '--add', '--cacheinfo', `160000,${id},module`);
    expect(await staged()).toEqual([]);
  });

  test('gives all sides of a conflict', async () => {
    const { write, git, commit } = make();
    write('file', 'base');
    commit('base');
    git('checkout', '--quiet', '-b', 'side');
    write('file', 'theirs');
    commit('side');
    git('checkout', '--quiet', 'main');
    write('file', 'ours');
    commit('main');
    expect(() => git('merge', 'side')).toThrow();
    expect(await staged()).toEqual(['file: base', 'file: ours', 'file: theirs']);
  });

  test('is the one that GIT_INDEX_FILE names', async () => {
    const { path, write, git } = make();
    write('a', 'one');
    git('add', '.');
    env['GIT_INDEX_FILE'] = join(path, '.git/other-index');
    expect(await staged()).toEqual([]);
  });

  test('can be limited to paths, which are no patterns', async () => {
    const { path, write, git } = make();
    for (const name of ['a/1', 'a/2', 'b/3', '*']) write(name, 'x');
    git('add', '.');
    expect(await staged(['a'])).toEqual(['a/1: x', 'a/2: x']);
    expect(await staged([join(path, 'b')])).toEqual(['b/3: x']);
    expect(await staged(['*'])).toEqual(['*: x']);
  });

  test('may have any names', async () => {
    const { gitBytes, blob } = make();
    const line = (name: Buffer) => Buffer.concat([Buffer.from(`100644 ${blob('x')}\t`), name, Buffer.of(0)]);
    const names = [Buffer.from('line\nfeed\t'), Buffer.from('latin1-\xe9', 'latin1')];
    gitBytes(['update-index', '-z', '--index-info'], Buffer.concat(names.map(line)));
    expect(await staged()).toEqual(['latin1-\\xe9: x', 'line\nfeed\t: x']);
  });

  test('with a blob that is missing has a gap there', async () => {
    const { git, write } = make();
    write('here', 'x');
    git('add', '.');
    git('update-index', '--add', '--cacheinfo', `100644,${'12'.repeat(20)},gone`);
    const gaps: GapEvent[] = [];
    expect(await staged([], gaps)).toEqual(['here: x']);
    expect(gaps).toEqual([{ reason: 'missing-object', example: 'gone' }]);
  });

  test('is read on although a blob was not', async () => {
    const { write, git } = make();
    write('a', 'x'.repeat(300_000));
    write('b', `${marker(1)}`);
    git('add', '.');
    const hits: string[] = [];
    for await (const blob of stagedBlobs(await open(repository.path), { onGap: () => {} })) {
      if (blob.path === 'a') continue;
      const scan = await scanBlob(blob, createMarkerScanner(), new Uint8Array(256 * 1024));
      hits.push(...scan.hits.map(({ keyId }) => `${blob.path} ${keyId}`));
    }
    expect(hits).toEqual([`b ${marker(1)}`]);
  });
});
