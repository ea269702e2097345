import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseAlternateVariable } from '../../src/git/alternates.ts';
import { findRepository, openRepository } from '../../src/git/repository.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';

const made: TestRepository[] = [];

function repository(options: Parameters<typeof makeRepository>[0] = {}): TestRepository {
  const result = makeRepository(options);
  made.push(result);
  return result;
}

afterEach(() => {
  for (const one of made.splice(0)) one.remove();
  vi.unstubAllEnvs();
});

describe('openRepository', () => {
  it('finds a repository from a folder below its top, also through a link', async () => {
    const repo = repository();
    mkdirSync(join(repo.path, 'deep/er'), { recursive: true });
    symlinkSync(join(repo.path, 'deep/er'), join(repo.path, 'link'));
    for (const path of [repo.path, join(repo.path, 'deep/er'), join(repo.path, 'link')]) {
      expect(await openRepository(path)).toEqual({
        path,
        workTree: repo.path,
        gitDir: repo.gitDir,
        commonDir: repo.gitDir,
        objectFormat: 'sha1',
        objectDirs: [join(repo.gitDir, 'objects')],
        isShallow: false,
        isPartial: false,
        gaps: [],
      });
    }
  });

  it('bare, SHA-256', async () => {
    const repo = repository({ bare: true, objectFormat: 'sha256' });
    const opened = await openRepository(repo.path);
    expect(opened).toMatchObject({ gitDir: repo.path, commonDir: repo.path, objectFormat: 'sha256' });
    expect(opened).not.toHaveProperty('workTree');
  });

  it('from inside the git directory', async () => {
    const repo = repository();
    expect(await openRepository(repo.gitDir)).toMatchObject({ gitDir: repo.gitDir, commonDir: repo.gitDir });
  });

  it('a linked work tree shares the main objects', async () => {
    const repo = repository();
    repo.commit('first', { allowEmpty: true });
    const path = join(repo.path, 'linked');
    repo.git('worktree', 'add', '-q', '--detach', path);
    expect(await openRepository(path)).toMatchObject({
      workTree: path,
      gitDir: join(repo.gitDir, 'worktrees/linked'),
      commonDir: repo.gitDir,
      objectDirs: [join(repo.gitDir, 'objects')],
    });
  });

  it('a submodule is a repository of its own', async () => {
    const inner = repository();
    inner.commit('first', { allowEmpty: true });
    const outer = repository();
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'module');
    expect(await openRepository(join(outer.path, 'module'))).toMatchObject({
      workTree: join(outer.path, 'module'),
      gitDir: join(outer.gitDir, 'modules/module'),
    });
  });

  it('a line feed in the path', async () => {
    const repo = repository();
    repo.commit('first', { allowEmpty: true });
    const path = `${repo.path}/odd\nname`;
    repo.git('init', '-q', path);
    expect(await openRepository(path)).toMatchObject({ workTree: path, gitDir: `${path}/.git` });
    const linked = `${repo.path}/linked\nname`;
    repo.git('worktree', 'add', '-q', '--detach', linked);
    expect(await openRepository(linked)).toMatchObject({ workTree: linked, commonDir: repo.gitDir });
  });

  it('tells no repository from one that cannot be read', async () => {
    const repo = repository();
    rmSync(repo.gitDir, { recursive: true });
    expect(await findRepository(repo.path)).toBeUndefined();
    await expect(openRepository(repo.path)).rejects.toMatchObject({ code: 'not-a-repository' });
    repo.git('init', '-q');
    repo.git('config', 'core.repositoryFormatVersion', '999');
    await expect(findRepository(repo.path)).rejects.toMatchObject({ code: 'unreadable-repository' });
    await expect(findRepository(join(repo.path, 'absent'))).rejects.toMatchObject({
      code: 'no-such-directory',
    });
  });

  it('names the boundary of a shallow clone', async () => {
    const repo = repository();
    repo.commit('first', { allowEmpty: true });
    const second = repo.commit('second', { allowEmpty: true });
    const clone = repository();
    clone.git('fetch', '-q', '--depth=1', `file://${repo.path}`, 'main');
    expect(await openRepository(clone.path)).toMatchObject({
      isShallow: true,
      gaps: [{ reason: 'shallow', example: second }],
    });
  });
});

describe('alternates', () => {
  it('are followed through files of every notation, once each, and their loss is a gap', async () => {
    const [main, absolute, relative, quoted] = [repository(), repository(), repository(), repository()];
    const objects = (repo: TestRepository) => join(repo.gitDir, 'objects');
    const odd = join(quoted.path, 'odd\tname"');
    renameSync(objects(quoted), odd);
    const write = (dir: string, lines: string[]) => {
      mkdirSync(join(dir, 'info'), { recursive: true });
      writeFileSync(join(dir, 'info/alternates'), `${lines.join('\n')}\n`);
    };
    write(objects(main), [
      '# a comment',
      objects(absolute),
      `"${quoted.path}/odd\\tname\\""`,
      '/nowhere/objects',
    ]);
    write(objects(absolute), [`../../../${relative.path.split('/').at(-1)}/.git/objects`]);
    write(objects(relative), [objects(main)]);
    expect(await openRepository(main.path)).toMatchObject({
      objectDirs: [objects(main), objects(absolute), odd, objects(relative)],
      gaps: [{ reason: 'lost-alternate', example: '/nowhere/objects' }],
    });
  });

  it('of the environment count inside hooks only', async () => {
    const [main, quarantine, other] = [repository(), repository(), repository()];
    const objects = (repo: TestRepository) => join(repo.gitDir, 'objects');
    vi.stubEnv('GIT_OBJECT_DIRECTORY', objects(quarantine));
    vi.stubEnv('GIT_ALTERNATE_OBJECT_DIRECTORIES', `${objects(main)}:${objects(other)}`);
    const outside = await openRepository(main.path);
    expect(outside.objectDirs).toEqual([objects(main)]);
    const inside = await openRepository(main.path, { inheritRepository: true });
    expect(inside.objectDirs).toEqual([objects(quarantine), objects(main), objects(other)]);
  });

  it('parses the variable', () => {
    expect(parseAlternateVariable('/a:"/with:colon\\303\\251":rel')).toEqual([
      '/a',
      '/with:colon\u00e9',
      'rel',
    ]);
    expect(parseAlternateVariable('')).toEqual([]);
  });
});
