import { afterEach, describe, expect, it } from 'vitest';
import { makeRepository, type RepositoryOptions, type TestRepository } from '../helpers/repository.ts';
import { attribute } from './history.ts';

const made: TestRepository[] = [];

function repository(options: RepositoryOptions = {}): TestRepository {
  const result = makeRepository(options);
  made.push(result);
  return result;
}

afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

/** The one place of a hit, with the commit cut to its id. */
async function placeOf(repo: TestRepository, id: string) {
  const { placesOf } = await attribute(repo.path, [id]);
  const places = placesOf(id);
  expect(places).toHaveLength(1);
  const { commit, ...rest } = places[0]!;
  return { ...rest, commit: commit?.id };
}

describe('where a hit stands', () => {
  for (const objectFormat of ['sha1', 'sha256'] as const) {
    it(`names the commit that added a file that is still at HEAD (${objectFormat})`, async () => {
      const repo = repository({ objectFormat });
      repo.write('README', 'hello');
      repo.commit('first');
      repo.write('config/deep/settings.ini', 'leak');
      const added = repo.commit('adds settings', {
        author: { name: 'Émile', email: 'e@example.com' },
        time: 1_700_003_600,
      });
      repo.write('README', 'hello again');
      repo.commit('later');
      const id = repo.git('rev-parse', 'HEAD:config/deep/settings.ini');
      const { placesOf } = await attribute(repo.path, [id]);
      expect(placesOf(id)).toEqual([
        {
          path: 'config/deep/settings.ini',
          commit: {
            id: added,
            author: 'Émile',
            email: 'e@example.com',
            authoredAt: '2023-11-14T23:13:20+00:00',
            summary: 'adds settings',
          },
          reachable: true,
          atHead: true,
          where: ['branch'],
          refs: ['refs/heads/main'],
        },
      ]);
    });
  }

  it('added and deleted later: reachable, not at HEAD', async () => {
    const repo = repository();
    repo.write('a', 'leak');
    const added = repo.commit('adds');
    const id = repo.git('rev-parse', 'HEAD:a');
    repo.git('rm', '-q', 'a');
    repo.commit('removes', { allowEmpty: true });
    expect(await placeOf(repo, id)).toEqual({
      path: 'a',
      commit: added,
      reachable: true,
      atHead: false,
      where: ['branch'],
      refs: ['refs/heads/main'],
    });
  });

  it('deleted and added again: the first commit, at HEAD', async () => {
    const repo = repository();
    repo.write('a', 'leak');
    repo.write('b', 'x');
    const added = repo.commit('adds');
    const id = repo.git('rev-parse', 'HEAD:a');
    repo.git('rm', '-q', 'a');
    repo.commit('removes');
    repo.write('a', 'leak');
    repo.commit('adds again');
    expect(await placeOf(repo, id)).toMatchObject({ commit: added, atHead: true });
  });

  it('content that only an evil merge brings belongs to the merge', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('base');
    repo.git('checkout', '-q', '-b', 'side');
    repo.write('b', '2');
    repo.commit('side');
    repo.git('checkout', '-q', 'main');
    repo.write('c', '3');
    repo.commit('main');
    repo.git('merge', '-q', '--no-commit', '--no-ff', 'side');
    repo.write('evil', 'leak');
    const merge = repo.commit('merge');
    expect(repo.git('rev-list', '--parents', '-1', merge).split(' ')).toHaveLength(3);
    const id = repo.git('rev-parse', 'HEAD:evil');
    expect(await placeOf(repo, id)).toMatchObject({ path: 'evil', commit: merge, where: ['branch'] });
  });

  it('content that a merge only takes over belongs to its parent, and both branches are named', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('base');
    repo.git('checkout', '-q', '-b', 'side');
    repo.write('b', 'leak');
    const side = repo.commit('side');
    repo.git('checkout', '-q', 'main');
    repo.write('c', '3');
    repo.commit('main');
    repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    const id = repo.git('rev-parse', 'HEAD:b');
    expect(await placeOf(repo, id)).toMatchObject({
      commit: side,
      refs: ['refs/heads/main', 'refs/heads/side'],
    });
  });

  it('an octopus merge', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('base');
    for (const name of ['one', 'two', 'three']) {
      repo.git('checkout', '-q', '-b', name, 'main');
      repo.write(name, `leak of ${name}`);
      repo.commit(name);
    }
    repo.git('checkout', '-q', 'main');
    repo.git('merge', '-q', '-m', 'octopus', 'one', 'two', 'three');
    expect(repo.git('rev-list', '--parents', '-1', 'HEAD').split(' ').length).toBeGreaterThan(3);
    const id = repo.git('rev-parse', 'HEAD:two');
    expect(await placeOf(repo, id)).toMatchObject({
      path: 'two',
      commit: repo.git('rev-parse', 'two'),
      atHead: true,
    });
  });

  it('the same content brought to one path by two unrelated branches: the older commit, both names', async () => {
    const repo = repository();
    repo.write('a', 'leak');
    const main = repo.commit('adds');
    repo.git('checkout', '-q', '--orphan', 'other');
    repo.commit('adds too');
    const id = repo.git('rev-parse', 'HEAD:a');
    expect(await placeOf(repo, id)).toMatchObject({
      commit: main,
      refs: ['refs/heads/other', 'refs/heads/main'],
    });
  });

  it('files git does not diff: -diff attribute, UTF-16', async () => {
    const repo = repository();
    repo.write('.gitattributes', 'hidden -diff\n');
    repo.write('hidden', 'leak');
    repo.write('wide', Buffer.from('leak', 'utf16le'));
    const commit = repo.commit('adds');
    for (const path of ['hidden', 'wide']) {
      const id = repo.git('rev-parse', `HEAD:${path}`);
      expect(await placeOf(repo, id)).toMatchObject({ path, commit, atHead: true });
    }
  });

  it('a rename with a change: the new content at the new path', async () => {
    const repo = repository();
    repo.write('old/name', `${'x\n'.repeat(50)}`);
    repo.commit('adds');
    repo.git('mv', 'old/name', 'new');
    repo.write('new', `${'x\n'.repeat(50)}leak\n`);
    const renamed = repo.commit('renames');
    expect(await placeOf(repo, repo.git('rev-parse', 'HEAD:new'))).toMatchObject({
      path: 'new',
      commit: renamed,
    });
  });

  it('a plain rename is a second place', async () => {
    const repo = repository();
    repo.write('old/name', 'leak');
    const added = repo.commit('adds');
    repo.git('mv', 'old/name', 'new');
    const renamed = repo.commit('renames');
    const id = repo.git('rev-parse', 'HEAD:new');
    const { placesOf } = await attribute(repo.path, [id]);
    expect(placesOf(id).map(({ path, commit, atHead }) => [path, commit?.id, atHead])).toEqual([
      ['new', renamed, true],
      ['old/name', added, false],
    ]);
  });

  it('a file that becomes a symlink', async () => {
    const repo = repository();
    repo.write('a', 'file');
    repo.commit('file');
    const target = repo.blob('leak-in-target');
    repo.git('update-index', '--cacheinfo', `120000,${target},a`);
    repo.git('commit', '-q', '-m', 'symlink');
    expect(await placeOf(repo, target)).toMatchObject({
      path: 'a',
      commit: repo.git('rev-parse', 'HEAD'),
      atHead: true,
    });
  });

  it('messages of commits and tags', async () => {
    const repo = repository();
    const commit = repo.commit('leak', { allowEmpty: true });
    repo.git('tag', '-a', '-m', 'leak', 'v1');
    repo.git('tag', '-a', '-m', 'leak', 'v2', 'v1');
    repo.commit('later', { allowEmpty: true });
    expect(await placeOf(repo, commit)).toEqual({
      commit,
      reachable: true,
      atHead: false,
      where: ['branch', 'tag'],
      refs: ['refs/heads/main', 'refs/tags/v1', 'refs/tags/v2'],
    });
    const inner = repo.git('rev-parse', 'v1');
    const direct = { reachable: true, atHead: false, where: ['tag'], commit: undefined };
    expect(await placeOf(repo, inner)).toEqual({ ...direct, refs: ['refs/tags/v1', 'refs/tags/v2'] });
    repo.git('pack-refs', '--all');
    expect(await placeOf(repo, repo.git('rev-parse', 'v2'))).toEqual({ ...direct, refs: ['refs/tags/v2'] });
    repo.git('tag', '-d', 'v1', 'v2');
    expect(await placeOf(repo, inner)).toMatchObject({ reachable: false, where: ['dangling'], refs: [] });
  });

  it('the message of HEAD itself is at HEAD', async () => {
    const repo = repository();
    const commit = repo.commit('leak', { allowEmpty: true });
    expect(await placeOf(repo, commit)).toMatchObject({ commit, atHead: true });
  });

  it('a note', async () => {
    const repo = repository();
    const commit = repo.commit('first', { allowEmpty: true });
    repo.git('notes', 'add', '-m', 'leak', commit);
    const id = repo.git('notes', 'list', commit);
    expect(await placeOf(repo, id)).toEqual({
      path: commit,
      commit: repo.git('rev-parse', 'refs/notes/commits'),
      reachable: true,
      atHead: false,
      where: ['notes'],
      refs: ['refs/notes/commits'],
    });
  });

  it('a blob and a tree that a ref or a tag names', async () => {
    const repo = repository();
    repo.commit('first', { allowEmpty: true });
    const blob = repo.blob('leak');
    repo.git('update-ref', 'refs/keep/blob', blob);
    const own = { path: undefined, commit: undefined, reachable: true, atHead: false };
    expect(await placeOf(repo, blob)).toMatchObject({ reachable: true, where: [], refs: ['refs/keep/blob'] });
    repo.git('tag', '-a', '-m', 'x', 'blob', blob);
    expect(await placeOf(repo, blob)).toMatchObject({
      reachable: true,
      where: ['tag'],
      refs: ['refs/tags/blob', 'refs/keep/blob'],
    });
    const inTree = repo.blob('leak in a tree');
    const tree = repo.gitBytes(['mktree'], `100644 blob ${inTree}\tfile\n`).toString().trim();
    repo.git('tag', 'tree', tree);
    expect(await placeOf(repo, inTree)).toEqual({
      ...own,
      path: 'file',
      where: ['tag'],
      refs: ['refs/tags/tree'],
    });
  });

  it('a stash, with its untracked files', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('first');
    repo.write('a', 'leak');
    repo.write('untracked', 'leak too');
    repo.git('stash', 'push', '-q', '--include-untracked');
    repo.write('a', 'newer');
    repo.git('stash', 'push', '-q');
    const changed = repo.git('rev-parse', 'stash@{1}:a');
    const untracked = repo.git('rev-parse', 'stash@{1}^3:untracked');
    const stash = { reachable: true, atHead: false, where: ['stash'], refs: ['stash@{1}'] };
    expect(await placeOf(repo, changed)).toEqual({
      ...stash,
      path: 'a',
      commit: repo.git('rev-parse', 'stash@{1}'),
    });
    expect(await placeOf(repo, untracked)).toEqual({
      ...stash,
      path: 'untracked',
      commit: repo.git('rev-parse', 'stash@{1}^3'),
    });
  });

  it('a commit that was dropped: in the reflog, then dangling', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('first');
    repo.write('b', 'leak');
    const dropped = repo.commit('drops');
    const id = repo.git('rev-parse', 'HEAD:b');
    repo.git('reset', '-q', '--hard', 'HEAD^');
    const place = { path: 'b', commit: dropped, reachable: false, atHead: false };
    expect(await placeOf(repo, id)).toEqual({
      ...place,
      where: ['reflog'],
      refs: ['HEAD@{1}', 'refs/heads/main@{1}'],
    });
    repo.git('reflog', 'expire', '--expire=now', '--all');
    expect(await placeOf(repo, id)).toEqual({ ...place, where: ['dangling'], refs: [] });
  });

  it('a reachable commit is preferred to an older one that is not', async () => {
    const repo = repository();
    repo.write('a', '1');
    repo.commit('first');
    repo.write('b', 'leak');
    repo.commit('drops', { time: 1_700_001_000 });
    const id = repo.git('rev-parse', 'HEAD:b');
    repo.git('reset', '-q', '--hard', 'HEAD^');
    repo.write('b', 'leak');
    const kept = repo.commit('keeps', { time: 1_700_002_000 });
    expect(await placeOf(repo, id)).toMatchObject({
      commit: kept,
      where: ['branch', 'reflog'],
      reachable: true,
    });
  });

  it('a blob in no tree, and one in a tree that no commit has', async () => {
    const repo = repository();
    repo.commit('first', { allowEmpty: true });
    const alone = repo.blob('leak');
    const dangling = { reachable: false, atHead: false, where: ['dangling'], refs: [], commit: undefined };
    expect(await placeOf(repo, alone)).toEqual(dangling);
    const inTree = repo.blob('leak in a tree');
    const inner = repo.gitBytes(['mktree'], `100644 blob ${inTree}\tfile\n`).toString().trim();
    repo.gitBytes(['mktree'], `040000 tree ${inner}\tfolder\n`);
    expect(await placeOf(repo, inTree)).toEqual({ ...dangling, path: 'folder/file' });
  });

  it('remote branches and detached HEADs of linked work trees', async () => {
    const repo = repository();
    repo.write('a', '1');
    const first = repo.commit('first');
    repo.write('a', 'leak');
    const second = repo.commit('second');
    const id = repo.git('rev-parse', 'HEAD:a');
    repo.git('reset', '-q', '--hard', first);
    repo.git('update-ref', 'refs/remotes/origin/topic', second);
    expect(await placeOf(repo, id)).toMatchObject({ where: ['remote'], refs: ['refs/remotes/origin/topic'] });
    repo.git('update-ref', '-d', 'refs/remotes/origin/topic');
    repo.git('worktree', 'add', '-q', '--detach', `${repo.path}/linked`, second);
    expect(await placeOf(repo, id)).toMatchObject({
      where: ['branch'],
      refs: ['worktrees/linked/HEAD'],
      atHead: false,
    });
    const fromThere = await attribute(`${repo.path}/linked`, [id]);
    expect(fromThere.placesOf(id)).toMatchObject([{ atHead: true, refs: ['HEAD'] }]);
  });

  it('file names that are no UTF-8, and submodules', async () => {
    const repo = repository();
    const blob = repo.blob('leak');
    const link = repo.commit('first', { allowEmpty: true });
    const tree = repo
      .gitBytes(
        ['mktree', '-z'],
        Buffer.concat([
          Buffer.from(`160000 commit ${link}\tmodule\x00100644 blob ${blob}\tcaf`),
          Buffer.from([0xe9, 0]),
          Buffer.from(`100644 blob ${blob}\tcafé\0`),
        ]),
      )
      .toString()
      .trim();
    repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', '-m', 'odd', tree));
    const { placesOf } = await attribute(repo.path, [blob, link]);
    expect(placesOf(blob).map(({ path }) => path)).toEqual(['caf\\xe9', 'café']);
    expect(placesOf(link)).toMatchObject([{ where: ['reflog'] }]);
    expect(placesOf(link)[0]).not.toHaveProperty('path');
  });

  it('names of files and folders, even when what they name is not there', async () => {
    const repo = repository();
    repo.write('src/LEAK.txt', '1');
    const first = repo.commit('first');
    repo.write('src/LEAK.txt', '2');
    repo.commit('changes the content, not the name');
    repo.write('a/folder-LEAK/x/y', '3');
    const third = repo.commit('third');
    const { attribution } = await attribute(repo.path, [], 'LEAK');
    const names = attribution.names.map(({ name, places }) => [
      name,
      places.map(({ path, commit }) => [path, commit?.id]),
    ]);
    expect(names.sort()).toEqual([
      ['LEAK.txt', [['src/LEAK.txt', first]]],
      ['folder-LEAK', [['a/folder-LEAK', third]]],
    ]);
  });

  it('a shallow clone: the boundary brings in what it holds', async () => {
    const repo = repository();
    repo.write('a', 'leak');
    repo.commit('first');
    repo.write('b', '1');
    const second = repo.commit('second');
    const id = repo.git('rev-parse', 'HEAD:a');
    const clone = repository();
    clone.git('fetch', '-q', '--depth=1', `file://${repo.path}`, 'main:refs/remotes/origin/main');
    expect(await placeOf(clone, id)).toMatchObject({ commit: second, where: ['remote'] });
  });
});

describe('hostile repositories', () => {
  it('a bomb of trees inside trees ends, and the hit is found', async () => {
    const repo = repository();
    let inner = repo
      .gitBytes(['mktree'], `100644 blob ${repo.blob('leak')}\tfile\n`)
      .toString()
      .trim();
    for (let level = 0; level < 12; level += 1) {
      const entries = Array.from({ length: 10 }, (_, index) => `040000 tree ${inner}\t${index}\n`).join('');
      inner = repo.gitBytes(['mktree'], entries).toString().trim();
    }
    repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', '-m', 'bomb', inner));
    const id = repo.blob('leak');
    const { attribution, store } = await attribute(repo.path, [id]);
    const { places, count } = attribution.objects.get(store.find(id))!;
    expect(places).toHaveLength(1000);
    expect(count).toBe(1000);
    expect(places[0]).toMatchObject({ reachable: true, atHead: true });
  });

  it('a path of two thousand folders', async () => {
    const repo = repository();
    const blob = repo.blob('leak');
    const path = `${'d/'.repeat(2000)}f`;
    repo.gitBytes(
      ['fast-import', '--quiet'],
      `commit refs/heads/main\ncommitter a <a@example.com> 1700000000 +0000\ndata 1\nx\nM 100644 ${blob} ${path}\n\n`,
    );
    expect(await placeOf(repo, blob)).toMatchObject({ path, atHead: true });
  });
});
