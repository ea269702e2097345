import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRefs } from '../../src/git/refs.ts';
import { openRepository } from '../../src/git/repository.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';

let repo: TestRepository;
let first: string;
let second: string;

beforeEach(() => {
  repo = makeRepository();
  first = repo.commit('first', { allowEmpty: true });
  repo.write('a', '1');
  second = repo.commit('second');
});

afterEach(() => repo.remove());

async function read(path = repo.path) {
  return readRefs(await openRepository(path));
}

/** Name, kind and id of all but the reflog's. */
async function names(path = repo.path) {
  const { refs } = await read(path);
  return refs.filter(({ kind }) => kind !== 'reflog').map(({ name, kind, id }) => [name, kind, id]);
}

describe('readRefs', () => {
  it('loose and packed refs of every kind; the loose one wins', async () => {
    repo.git('branch', 'old', first);
    repo.git('branch', 'moved', first);
    repo.git('tag', '-a', '-m', 'x', 'annotated', first);
    repo.git('pack-refs', '--all');
    repo.git('branch', '-f', 'moved', second);
    repo.git('update-ref', 'refs/remotes/origin/main', first);
    repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    repo.git('update-ref', 'refs/pull/7/head', second);
    repo.git('update-ref', 'refs/keep/it', first);
    repo.git('notes', 'add', '-m', 'x', first);
    const tag = repo.git('rev-parse', 'annotated');
    const notes = repo.git('rev-parse', 'refs/notes/commits');
    expect(await names()).toEqual([
      ['HEAD', 'head', second],
      ['refs/heads/main', 'branch', second],
      ['refs/heads/moved', 'branch', second],
      ['refs/heads/old', 'branch', first],
      ['refs/keep/it', 'other', first],
      ['refs/notes/commits', 'notes', notes],
      ['refs/pull/7/head', 'remote', second],
      ['refs/remotes/origin/HEAD', 'remote', first],
      ['refs/remotes/origin/main', 'remote', first],
      ['refs/tags/annotated', 'tag', tag],
    ]);
    const { refs, headBranch } = await read();
    expect(headBranch).toBe('refs/heads/main');
    expect(refs.find(({ name }) => name === 'refs/tags/annotated')?.peeled).toBe(first);
  });

  it('lists what git lists', async () => {
    for (let index = 0; index < 50; index += 1)
      repo.git('update-ref', `refs/heads/b/${index % 7}/${index}`, first);
    repo.git('pack-refs', '--all');
    for (let index = 0; index < 20; index += 1) repo.git('update-ref', `refs/heads/c/${index}`, second);
    const listed = repo.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n');
    expect((await names()).slice(1).map(([name, , id]) => `${name} ${id}`)).toEqual(listed);
  });

  it('a detached HEAD, an unborn one, and a ref to nothing', async () => {
    repo.git('checkout', '-q', '--detach', first);
    expect(await read()).not.toHaveProperty('headBranch');
    expect((await names())[0]).toEqual(['HEAD', 'head', first]);
    writeFileSync(join(repo.gitDir, 'refs/heads/broken'), `${'1'.repeat(40)}\n`);
    expect(await names()).toContainEqual(['refs/heads/broken', 'branch', '1'.repeat(40)]);
    repo.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
    const unborn = await read();
    expect(unborn.headBranch).toBe('refs/heads/unborn');
    expect(unborn.refs.some(({ name }) => name === 'HEAD')).toBe(false);
  });

  it('HEADs of other work trees when detached, from wherever one stands', async () => {
    repo.git('worktree', 'add', '-q', '--detach', `${repo.path}/linked`, first);
    repo.git('worktree', 'add', '-q', '-b', 'topic', `${repo.path}/on-branch`, first);
    expect((await names()).slice(0, 3)).toEqual([
      ['HEAD', 'head', second],
      ['worktrees/linked/HEAD', 'head', first],
      ['refs/heads/main', 'branch', second],
    ]);
    const linked = await names(`${repo.path}/linked`);
    expect(linked).toEqual([
      ['HEAD', 'head', first],
      ['refs/heads/main', 'branch', second],
      ['refs/heads/topic', 'branch', first],
    ]);
  });

  it('every stash entry, and what reflogs remember', async () => {
    const stashes = ['x', 'y'].map((content) => {
      repo.write('a', content);
      repo.git('stash', 'push', '-q');
      return repo.git('rev-parse', 'stash@{0}');
    });
    repo.git('reset', '-q', '--hard', first);
    const { refs } = await read();
    expect(refs.filter(({ kind }) => kind === 'stash')).toEqual([
      { name: 'stash@{0}', kind: 'stash', id: stashes[1] },
      { name: 'stash@{1}', kind: 'stash', id: stashes[0] },
    ]);
    const logged = refs.filter(({ kind, name }) => kind === 'reflog' && name.startsWith('HEAD@'));
    expect(logged).toContainEqual({ name: 'HEAD@{0}', kind: 'reflog', id: first });
    expect(logged.some(({ id, name }) => id === second && repo.git('rev-parse', name) === second)).toBe(true);
  });

  it('the oldest entry’s predecessor, and the log of a branch that is gone', async () => {
    writeFileSync(
      join(repo.gitDir, 'logs/refs/heads/gone'),
      `${first} ${second} A <a@example.com> 1700000000 +0000\tx\n`,
    );
    const { refs } = await read();
    expect(refs.filter(({ name }) => name.startsWith('refs/heads/gone'))).toEqual([
      { name: 'refs/heads/gone@{0}', kind: 'reflog', id: second },
      { name: 'refs/heads/gone@{1}', kind: 'reflog', id: first },
    ]);
  });

  it('a stash without its log is still the stash', async () => {
    repo.write('a', 'x');
    repo.git('stash', 'push', '-q');
    const id = repo.git('rev-parse', 'stash');
    rmSync(join(repo.gitDir, 'logs/refs/stash'));
    expect(await names()).toContainEqual(['refs/stash', 'stash', id]);
  });

  it('asks git where the files are not the truth', async () => {
    repo.git('branch', 'topic', first);
    repo.write('a', 'stashed');
    repo.git('stash', 'push', '-q');
    repo.write('a', 'stashed again');
    repo.git('stash', 'push', '-q');
    repo.git('worktree', 'add', '-q', '--detach', `${repo.path}/linked`, first);
    repo.git('reset', '-q', '--hard', first);
    const sorted = ({ refs, headBranch }: Awaited<ReturnType<typeof read>>) => ({
      headBranch,
      kept: refs
        .filter(({ kind }) => kind !== 'reflog' && kind !== 'head')
        .map(({ name, kind, id }) => `${name} ${kind} ${id}`)
        .sort(),
      heads: refs.filter(({ kind }) => kind === 'head').map(({ id }) => id),
      logged: [...new Set(refs.filter(({ kind }) => kind === 'reflog').map(({ id }) => id))].sort(),
    });
    const fromFiles = sorted(await read());
    mkdirSync(join(repo.gitDir, 'reftable'));
    writeFileSync(join(repo.gitDir, 'reftable/tables.list'), '');
    expect(sorted(await read())).toEqual(fromFiles);
  });

  it('digests change with any name, id or HEAD, and with nothing else', async () => {
    const digests = [(await read()).digest];
    repo.git('pack-refs', '--all');
    expect((await read()).digest).toBe(digests[0]);
    repo.git('branch', 'new', first);
    digests.push((await read()).digest);
    repo.git('symbolic-ref', 'HEAD', 'refs/heads/new');
    digests.push((await read()).digest);
    expect(new Set(digests).size).toBe(3);
  });
});
