import { afterAll, describe, expect, it } from 'vitest';
import { CommitCollector, type CommitRows, joinCommitRows } from '../../src/git/commits.ts';
import { openStore, type Store } from '../../src/git/store.ts';
import { makeRepository } from '../helpers/repository.ts';
import { objectDirsOf } from '../helpers/walk.ts';

const target = makeRepository();
target.write('file', 'one');
const first = target.commit('first');
target.write('file', 'two');
const second = target.commit('second');
target.git('checkout', '-q', '-b', 'side', first);
target.write('other', 'x');
const side = target.commit('side');
target.git('-c', 'commit.gpgsign=false', 'merge', '-q', '--no-ff', '-m', 'merge', 'main');
const merge = target.git('rev-parse', 'HEAD');
const { store } = openStore({ objectDirs: objectDirsOf(target), objectFormat: 'sha1' });
afterAll(() => {
  store.close();
  target.remove();
});

function collect(...texts: (string | Uint8Array)[]): CommitRows {
  const collector = new CommitCollector(store);
  for (const [object, text] of texts.entries()) {
    const bytes = Buffer.concat([
      Buffer.from('before'),
      Buffer.from(text),
      Buffer.from('parent behind the end'),
    ]);
    collector.add(object, bytes, 6, Buffer.from(text).length);
  }
  return collector.finish();
}

function contentOf(from: Store, id: string): Uint8Array {
  return from.read(from.find(id)).bytes;
}

describe('a commit’s header', () => {
  it('is what git says', () => {
    const ids = [first, second, side, merge];
    const table = joinCommitRows([
      collect(contentOf(store, first)),
      collect(...ids.slice(1).map((id) => contentOf(store, id))),
    ]);
    expect(table.count).toBe(4);
    for (const [row, id] of ids.entries()) {
      const [tree, time, ...parents] = target.git('log', '-1', '--format=%T %ct %P', id).trim().split(' ');
      const from = table.parentStart[row]!;
      expect(store.idOf(table.tree[row]!)).toBe(tree);
      expect(table.time[row]).toBe(Number(time));
      expect(
        [...table.parents.slice(from, table.parentStart[row + 1])].map((parent) => store.idOf(parent)),
      ).toEqual(parents);
    }
  });

  it('tells of trees and parents that are not there', () => {
    const rows = collect(
      `tree ${'1'.repeat(40)}\nparent ${first}\nparent ${'2'.repeat(40)}\nauthor x <y> 1 +0000\ncommitter x <y> 2 +0000\n\n`,
    );
    expect([...rows.tree]).toEqual([-1]);
    expect([...rows.parents]).toEqual([store.find(first), -1]);
    expect(rows.missingTrees).toEqual(['1'.repeat(40)]);
    expect(rows.missingParents).toEqual([{ object: 0, id: '2'.repeat(40) }]);
    expect([...rows.time]).toEqual([2]);
  });

  it.each([
    ['nothing', '', 0],
    ['no line feed', 'tree', 0],
    ['no id', 'tree xyz\n', 0],
    [
      'no committer',
      `tree ${'1'.repeat(40)}\nauthor x <y> 5 +0000\n\ncommitter in the message <y> 7 +0000`,
      0,
    ],
    ['no time', `tree ${'1'.repeat(40)}\ncommitter x <y>\n`, 0],
    ['a name with brackets', `tree ${'1'.repeat(40)}\ncommitter x> <y> z <y> 77 +0000\n`, 77],
    ['a time beyond all times', `tree ${'1'.repeat(40)}\ncommitter x <y> ${'9'.repeat(40)} +0000\n`, 0],
  ])('may hold %s', (_, text, time) => {
    const rows = collect(text);
    expect([rows.object.length, rows.tree[0], rows.time[0], rows.parents.length]).toEqual([1, -1, time, 0]);
  });

  it('is kept for any number of commits', () => {
    const rows = collect(
      ...Array.from(
        { length: 5000 },
        (_, index) => `tree ${'1'.repeat(40)}\nparent ${first}\ncommitter x <y> ${index} +0000\n`,
      ),
    );
    expect([...rows.time]).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    expect(rows.parents.every((parent) => parent === store.find(first))).toBe(true);
  });
});
