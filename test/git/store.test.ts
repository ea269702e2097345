import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { attachStore, type OpenedStore, openStore } from '../../src/git/store.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { formatOf, objectDirsOf } from '../helpers/walk.ts';

const repositories: TestRepository[] = [];
const opened: OpenedStore[] = [];
afterEach(() => {
  for (const { store } of opened.splice(0)) store.close();
  for (const repository of repositories.splice(0)) repository.remove();
});

function repository(options: Parameters<typeof makeRepository>[0] = {}): TestRepository {
  const target = makeRepository(options);
  repositories.push(target);
  return target;
}

function open(target: TestRepository): OpenedStore {
  const result = openStore({ objectDirs: objectDirsOf(target), objectFormat: formatOf(target) });
  opened.push(result);
  return result;
}

function fill(target: TestRepository): void {
  const lines = Array.from({ length: 200 }, (_, line) => `line ${line} of a file`);
  for (let version = 0; version < 8; version++) {
    lines[version * 20] = `changed in ${version}`;
    target.write('file.txt', lines.join('\n'));
    target.commit(`version ${version}`);
  }
  target.git('tag', '-a', 'v1', '-m', 'tag');
}

function listed(target: TestRepository): { id: string; type: string; size: number }[] {
  const text = target.git('cat-file', '--batch-all-objects', '--batch-check');
  return text.split('\n').map((line) => {
    const [id, type, size] = line.split(' ');
    return { id: id!, type: type!, size: Number(size) };
  });
}

function packFile(target: TestRepository, extension: string): string {
  const folder = join(target.gitDir, 'objects/pack');
  return join(folder, readdirSync(folder).find((name) => name.endsWith(extension))!);
}

describe.each(['sha1', 'sha256'] as const)('a store of %s ids', (objectFormat) => {
  it.each([
    ['loose', (_: TestRepository) => {}],
    ['packed', (target: TestRepository) => void target.git('repack', '-adfq', '--depth=50')],
    [
      'packed with ref deltas',
      (target: TestRepository) => void target.git('-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq'),
    ],
    ['in both', (target: TestRepository) => void target.git('repack', '-q')],
  ])('finds, names and reads every object: %s', (_, pack) => {
    const target = repository({ objectFormat });
    fill(target);
    pack(target);
    const { store, share, gaps } = open(target);
    expect(gaps).toEqual([]);
    for (const other of [store, attachStore(share)]) {
      for (const { id, type, size } of listed(target)) {
        const object = other.find(id);
        expect(other.idOf(object)).toBe(id);
        expect(other.findBytes(Buffer.from(`00${id}`, 'hex'), 1)).toBe(object);
        expect(other.has(Buffer.from(`00${id}`, 'hex'), 1)).toBe(true);
        expect(other.contentSize(object)).toBe(size);
        const read = other.read(object);
        expect(read.type).toBe(type);
        expect(Buffer.from(read.bytes).equals(target.gitBytes(['cat-file', type, id]))).toBe(true);
      }
      other.close();
    }
  });

  it('does not find what is not there', () => {
    const target = repository({ objectFormat });
    fill(target);
    const { store } = open(target);
    const id = listed(target)[0]!.id;
    for (const other of ['', 'xyz', id.slice(1), `${id}0`, 'f'.repeat(id.length), 'g'.repeat(id.length)]) {
      expect(store.find(other)).toBe(-1);
    }
    expect(store.has(Buffer.from('f'.repeat(id.length), 'hex'), 0)).toBe(false);
  });
});

it('gives an object stored twice one number that counts', () => {
  const target = repository();
  fill(target);
  target.git('repack', '-q');
  const { store } = open(target);
  const ids = listed(target).map(({ id }) => id);
  expect(store.count).toBe(2 * ids.length);
  for (const id of ids) {
    const copies = store.copiesOf(store.find(id));
    expect(copies.length).toBe(2);
    expect(copies[0]).toBe(store.find(id));
    expect(copies.map((copy) => store.isDuplicate(copy))).toEqual([false, true]);
    store.prefer(copies[1]!, copies[0]!);
    expect(store.find(id)).toBe(copies[1]);
    expect(copies.map((copy) => store.isDuplicate(copy))).toEqual([true, false]);
    expect(store.copiesOf(copies[0]!)).toEqual([copies[1], copies[0]]);
  }
});

describe('a damaged store has a gap, and all else can be read', () => {
  function withPackAndLoose(): { target: TestRepository; loose: string } {
    const target = repository();
    fill(target);
    target.git('repack', '-adq');
    return { target, loose: target.blob('loose') };
  }

  it.each([
    [
      'a corrupt index',
      '.idx',
      (file: string) => writeFileSync(file, readFileSync(file).subarray(1)),
      'corrupt-object',
      '.idx',
    ],
    ['an empty index', '.idx', (file: string) => writeFileSync(file, ''), 'corrupt-object', '.idx'],
    ['a pack without an index', '.idx', (file: string) => rmSync(file), 'truncated-pack', '.pack'],
    ['an index without a pack', '.pack', (file: string) => rmSync(file), 'truncated-pack', '.pack'],
    ['an empty pack', '.pack', (file: string) => writeFileSync(file, ''), 'truncated-pack', '.pack'],
  ] as const)('%s', (_, extension, damage, reason, named) => {
    const { target, loose } = withPackAndLoose();
    const file = packFile(target, extension);
    const example = packFile(target, named);
    chmodSync(file, 0o644);
    damage(file);
    const { store, gaps } = open(target);
    expect(gaps).toEqual([{ reason, example }]);
    expect(Buffer.from(store.read(store.find(loose)).bytes).toString()).toBe('loose');
  });

  it('a header that promises another number of objects', () => {
    const { target } = withPackAndLoose();
    const file = packFile(target, '.pack');
    chmodSync(file, 0o644);
    const bytes = readFileSync(file);
    bytes[11]! += 1;
    writeFileSync(file, bytes);
    const { store, gaps } = open(target);
    expect(gaps).toEqual([{ reason: 'corrupt-object', example: file }]);
    expect(store.count).toBe(listed(target).length);
  });

  it('a loose file with another object’s content', () => {
    const { target, loose } = withPackAndLoose();
    const other = target.blob('other');
    const fileOf = (id: string) => join(target.gitDir, 'objects', id.slice(0, 2), id.slice(2));
    chmodSync(fileOf(other), 0o644);
    writeFileSync(fileOf(other), readFileSync(fileOf(loose)));
    const { store } = open(target);
    expect(() => store.read(store.find(other))).toThrow(expect.objectContaining({ code: 'corrupt-object' }));
  });
});

it('an empty store is no store of gaps', () => {
  const { store, gaps } = open(repository());
  expect([store.count, gaps.length]).toEqual([0, 0]);
  const nowhere = openStore({ objectDirs: ['/nonexistent/objects'], objectFormat: 'sha1' });
  expect([nowhere.store.count, nowhere.gaps.length]).toEqual([0, 0]);
});
