import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { existingObjects, readObjects } from '../../src/git/cat-file-stream.ts';
import { type RangeSelection, rangeObjects, rangeProvenance } from '../../src/git/range.ts';
import { openRepository } from '../../src/git/repository.ts';
import type { GapEvent } from '../../src/report/result.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';

for (const objectFormat of ['sha1', 'sha256'] as const) {
  describe(`a range (${objectFormat})`, () => {
    let repo: TestRepository;
    let base: string;

    beforeEach(() => {
      repo = makeRepository({ objectFormat });
      repo.write('old', 'old');
      base = repo.commit('base');
    });

    afterEach(() => repo.remove());

    async function objects(selection: RangeSelection, gaps: GapEvent[] = []): Promise<string[]> {
      const repository = await openRepository(repo.path);
      const ids: string[] = [];
      for await (const id of rangeObjects(repository, selection, { onGap: (gap) => gaps.push(gap) }))
        ids.push(id);
      return ids.sort();
    }

    async function places(selection: RangeSelection, ...hits: string[]) {
      const { places: found } = await rangeProvenance(await openRepository(repo.path), selection, hits);
      return hits.map((hit) => (found.get(hit) ?? []).map(({ path, commit }) => [path, commit.id]));
    }

    function idsOf(...revisions: string[]): string[] {
      return revisions.map((revision) => repo.git('rev-parse', revision)).sort();
    }

    it('holds commits, trees and blobs that are new', async () => {
      repo.write('dir/new', 'leak');
      const commit = repo.commit('adds');
      const expected = idsOf(commit, `${commit}^{tree}`, `${commit}:dir`, `${commit}:dir/new`);
      expect(await objects({ range: `${base}..HEAD` })).toEqual(expected);
      expect(await objects({ tips: [commit], excludes: [base] })).toEqual(expected);
      repo.git('update-ref', 'refs/remotes/origin/main', base);
      expect(await objects({ tips: [commit], excludeRemote: 'origin' })).toEqual(expected);
      expect(await objects({ tips: [commit], excludeRemote: true })).toEqual(expected);
      expect(await objects({ tips: [commit], excludeRemote: 'other' })).toContain(base);
      expect(await objects({ range: 'HEAD..HEAD' })).toEqual([]);
    });

    it('holds tags and blobs that are tips themselves', async () => {
      const blob = repo.blob('leak');
      repo.git('tag', '-a', '-m', 'leak', 'v1', base);
      const tag = repo.git('rev-parse', 'v1');
      expect(await objects({ tips: [tag, blob], excludes: [base] })).toEqual([tag, blob].sort());
      expect(await places({ tips: [tag, blob], excludes: [base] }, blob, tag)).toEqual([[], []]);
    });

    it('an exclude the repository does not have excludes nothing', async () => {
      const unknown = '1'.repeat(base.length);
      expect(await objects({ tips: [base], excludes: [unknown] })).toContain(base);
      expect(await existingObjects(await openRepository(repo.path), [unknown, base])).toEqual([base]);
    });

    it('a range that is none is the user’s mistake', async () => {
      for (const range of ['nope..HEAD', '--all', 'HEAD\n--all']) {
        await expect(objects({ range })).rejects.toMatchObject({ code: 'usage' });
      }
    });

    it('where a shallow clone ends inside of it, it is not whole', async () => {
      repo.write('leak', 'leak');
      const middle = repo.commit('middle');
      repo.write('leak', 'taken out');
      const end = repo.commit('end');
      const cut = async (selection: RangeSelection) => {
        const gaps: GapEvent[] = [];
        await objects(selection, gaps);
        return gaps;
      };
      writeFileSync(join(repo.gitDir, 'shallow'), `${end}\n`);
      expect(await cut({ range: `${base}..main` })).toEqual([{ reason: 'shallow', example: end }]);
      writeFileSync(join(repo.gitDir, 'shallow'), `${base}\n`);
      expect(await cut({ range: `${base}..main` })).toEqual([]);
      expect(await cut({ range: `${middle}..main` })).toEqual([]);
    });

    it('names the end that is not there, and how to get it', async () => {
      const gone = 'f'.repeat(base.length);
      await expect(objects({ range: `${gone}..main` })).rejects.toMatchObject({
        message: `--range ${gone}..main: ${gone} is not in this repository`,
        hint: expect.stringContaining('git fetch origin'),
      });
      writeFileSync(join(repo.gitDir, 'shallow'), `${base}\n`);
      await expect(objects({ range: 'nowhere...nothing' })).rejects.toMatchObject({
        message: '--range nowhere...nothing: nowhere and nothing are not in this repository',
        hint: expect.stringContaining('git fetch --unshallow'),
      });
    });

    it('what is missing is a gap', async () => {
      const lost = '2'.repeat(base.length);
      const tree = repo.gitBytes(['mktree', '--missing'], `100644 blob ${lost}\tfile\n`).toString().trim();
      const commit = repo.git('commit-tree', '-p', base, '-m', 'x', tree);
      const gaps: GapEvent[] = [];
      expect(await objects({ tips: [commit], excludes: [base] }, gaps)).toEqual([commit, tree].sort());
      expect(gaps).toEqual([{ reason: 'missing-object', example: lost }]);
    });

    it('says which commit brings a hit to which path', async () => {
      repo.write('a', 'leak');
      const first = repo.commit('adds');
      repo.git('mv', 'a', 'caf\u00e9');
      const second = repo.commit('renames');
      const blob = repo.blob('leak');
      expect(await places({ range: `${base}..HEAD` }, blob, second)).toEqual([
        [
          ['a', first],
          ['café', second],
        ],
        [[undefined, second]],
      ]);
      const old = repo.git('rev-parse', 'HEAD:old');
      expect(await places({ range: `${base}..HEAD` }, old)).toEqual([[]]);
      expect(await places({ range: 'HEAD' }, old)).toEqual([[['old', base]]]);
    });

    it('a merge brings only what none of its parents has', async () => {
      repo.git('checkout', '-q', '-b', 'side');
      repo.write('side', 'from the side');
      const side = repo.commit('side');
      repo.git('checkout', '-q', 'main');
      repo.write('main', 'from main');
      repo.commit('main');
      repo.git('merge', '-q', '--no-commit', '--no-ff', 'side');
      repo.write('evil', 'leak');
      const merge = repo.commit('merge');
      const [evil, taken] = [repo.git('rev-parse', 'HEAD:evil'), repo.git('rev-parse', 'HEAD:side')];
      expect(await places({ range: `${base}..HEAD` }, evil, taken)).toEqual([
        [['evil', merge]],
        [['side', side]],
      ]);
    });

    it('is read through a pipe, and may be left early', async () => {
      for (let index = 0; index < 30; index += 1) repo.write(`many/${index}`, `content ${index}`);
      repo.commit('many');
      const repository = await openRepository(repo.path);
      const range = () => rangeObjects(repository, { range: 'HEAD' }, { onGap: () => {} });
      let count = 0;
      for await (const object of readObjects(repository, range())) count += object.type === 'blob' ? 1 : 0;
      expect(count).toBe(31);
      for await (const object of readObjects(repository, range())) {
        expect(object.type).toBe('commit');
        break;
      }
    });

    it('reads objects of any size, in order', async () => {
      const contents = ['', 'x', 'y\n'.repeat(300_000), '\0\n\0', 'z'.repeat(70_000)];
      const ids = contents.map((content) => repo.blob(content));
      const missing = '3'.repeat(base.length);
      const read: unknown[] = [];
      for await (const object of readObjects(await openRepository(repo.path), [...ids, missing, base], {
        maxBytes: 100_000,
      })) {
        if (object.type === 'missing') read.push([object.id]);
        else
          read.push([
            object.id,
            object.type,
            object.size,
            object.bytes && Buffer.from(object.bytes).toString(),
          ]);
      }
      expect(read).toEqual([
        ...ids.map((id, index) => {
          const content = contents[index]!;
          return [id, 'blob', content.length, content.length > 100_000 ? undefined : content];
        }),
        [missing],
        [base, 'commit', expect.any(Number), expect.stringContaining('base')],
      ]);
    });
  });
}
