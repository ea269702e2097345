import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { existingObjects, readObjects } from '../../src/git/cat-file-stream.ts';
import { rangeObjects } from '../../src/git/range.ts';
import { openRepository } from '../../src/git/repository.ts';
import { escapeControls, git, gitResult, gitStream, inRepository } from '../../src/git/run.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';

let repo: TestRepository;

beforeEach(() => {
  repo = makeRepository();
});

afterEach(() => {
  repo.remove();
  vi.unstubAllEnvs();
});

describe('git', () => {
  it('gives stdout, and takes stdin', async () => {
    const id = await git(['hash-object', '--stdin'], { cwd: repo.path, input: Buffer.from('hello\n') });
    expect(id.toString()).toBe('ce013625030ba8dba906f756967f9e9ca394464a\n');
  });

  it("fails with git's first line, controls escaped", async () => {
    await expect(git(['cat-file', '-p', 'no\x1b[31msuch'], { cwd: repo.path })).rejects.toMatchObject({
      code: 'git-failed',
      message: 'git cat-file: Not a valid object name no?[31msuch',
    });
  });

  it('says when git is missing, and when the directory is', async () => {
    await expect(git(['version'], { cwd: join(repo.path, 'absent') })).rejects.toMatchObject({
      code: 'no-such-directory',
    });
    vi.stubEnv('PATH', join(repo.path, 'nothing-here'));
    await expect(git(['version'], { cwd: repo.path })).rejects.toMatchObject({ code: 'git-missing' });
    await expect(gitStream(['version'], { cwd: repo.path }).next()).rejects.toMatchObject({
      code: 'git-missing',
    });
  });

  it('is killed by its signal', async () => {
    const controller = new AbortController();
    const run = git(['cat-file', '--batch'], { cwd: repo.path, input: never(), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(run).rejects.toThrow('enough');
  });

  it('streams, and a reader that leaves early ends the child', async () => {
    const id = repo.blob(Buffer.alloc(1 << 20, 'x'));
    const stream = gitStream(['cat-file', '--batch'], { cwd: repo.path, input: ids(id, 10_000) });
    let seen = 0;
    for await (const chunk of stream) {
      seen += chunk.length;
      if (seen > 3 << 20) break;
    }
    expect(seen).toBeLessThan(20 << 20);
  });

  it('a stream that fails throws at its end', async () => {
    const stream = gitStream(['rev-list', 'no-such-revision'], { cwd: repo.path });
    await expect(stream.next()).rejects.toMatchObject({ code: 'git-failed' });
  });
});

it('an input that fails is the error one sees', async () => {
  const repository = await openRepository(repo.path);
  const broken = rangeObjects(repository, { range: 'no-such..HEAD' }, { onGap: () => {} });
  await expect(readObjects(repository, broken).next()).rejects.toMatchObject({ code: 'usage' });
});

async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, 5000).unref());
}

async function* ids(id: string, count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.from(`${id}\n`);
}

describe('the environment', () => {
  it('drops what points git elsewhere, unless a hook wants its own', async () => {
    const other = makeRepository();
    try {
      vi.stubEnv('GIT_DIR', other.gitDir);
      vi.stubEnv('GIT_TRACE', '1');
      const ask = ['rev-parse', '--absolute-git-dir'];
      expect(await gitResult(ask, { cwd: repo.path })).toMatchObject({ stderr: '' });
      expect((await git(ask, { cwd: repo.path })).toString().trim()).toBe(repo.gitDir);
      const inherited = await gitResult(ask, { cwd: repo.path, inheritRepository: true });
      expect(inherited.stdout.toString().trim()).toBe(other.gitDir);
      expect(inherited.stderr).toBe('');
    } finally {
      other.remove();
    }
  });

  it('starts no git that the repository brought along', async () => {
    const marker = join(repo.path, 'was-run');
    script(join(repo.path, 'git'), `touch ${marker}`);
    vi.stubEnv('PATH', `.:${process.env['PATH']}`);
    await git(['rev-parse', '--git-dir'], { cwd: repo.path });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a hostile repository', () => {
  let marker: string;

  beforeEach(() => {
    marker = join(repo.path, 'was-run');
    repo.write('file', 'text\n');
    repo.commit('first');
  });

  it('runs nothing that its config names', async () => {
    const evil = script(join(repo.gitDir, 'evil'), `touch ${marker}`);
    mkdirSync(join(repo.gitDir, 'hooks'), { recursive: true });
    for (const hook of ['post-index-change', 'reference-transaction', 'post-checkout']) {
      script(join(repo.gitDir, 'hooks', hook), `touch ${marker}`);
    }
    for (const name of [
      'core.fsmonitor',
      'core.sshCommand',
      'core.pager',
      'core.editor',
      'core.askPass',
      'core.alternateRefsCommand',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'gpg.program',
      'pager.rev-list',
      'pager.diff-tree',
      'alias.rev-list',
    ]) {
      repo.git('config', name, evil);
    }
    writeFileSync(join(repo.gitDir, 'info', 'attributes'), '* diff=evil\n');
    const run = { cwd: repo.path };
    await git(['rev-parse', 'HEAD'], run);
    await git(['rev-list', '--objects', '--all'], run);
    await git(['ls-files', '-z', '--stage', '--others', '--exclude-standard'], run);
    await git(['diff-index', '--cached', '--raw', '-z', 'HEAD'], run);
    await git(['diff-tree', '-r', '--root', '--raw', '-p', '--no-textconv', '--no-ext-diff', 'HEAD'], run);
    await git(['for-each-ref'], run);
    await git(['cat-file', '--batch-check', '--batch-all-objects'], run);
    expect(existsSync(marker)).toBe(false);
    // The same without protection, as a proof that the trap works.
    repo.write('file', 'changed\n');
    repo.git('diff', '--ext-diff');
    expect(existsSync(marker)).toBe(true);
  });

  it('never fetches for a partial clone', async () => {
    const id = repo.git('rev-parse', 'HEAD:file');
    const clone = mkdtempSync(join(tmpdir(), 'keyturn-partial-'));
    try {
      repo.git('config', 'uploadpack.allowFilter', 'true');
      repo.git('clone', '-q', '--bare', '--filter=blob:none', `file://${repo.path}`, join(clone, 'repo'));
      const partial = join(clone, 'repo');
      const evil = script(join(clone, 'evil'), `touch ${marker}; exec git-upload-pack "$@"`);
      await git(['config', 'remote.origin.uploadpack', evil], { cwd: partial });
      await git(['config', 'protocol.file.allow', 'always'], { cwd: partial });
      await git(['config', 'protocol.allow', 'always'], { cwd: partial });
      const repository = await openRepository(partial);
      expect(repository.isPartial).toBe(true);

      const old = { GIT_NO_LAZY_FETCH: '0' };
      for (const env of [{}, old]) {
        const result = await gitResult(['cat-file', '-p', id], inRepository(repository, { env }));
        expect(result.status).not.toBe(0);
        expect(existsSync(marker)).toBe(false);
      }
      const head = repo.git('rev-parse', 'HEAD');
      const objects = await collect(readObjects(repository, [head, id, head, id, id, head]));
      expect(objects.map(({ type }) => type)).toEqual([
        'commit',
        'missing',
        'commit',
        'missing',
        'missing',
        'commit',
      ]);
      expect(await existingObjects(repository, [id, head, '1'.repeat(40)])).toEqual([head]);
      const gaps: unknown[] = [];
      const found = await collect(
        rangeObjects(repository, { range: 'HEAD' }, { onGap: (gap) => gaps.push(gap) }),
      );
      expect(found).toContain(repo.git('rev-parse', 'HEAD'));
      expect(gaps).toEqual([{ reason: 'promised-object', example: id }]);
      expect(existsSync(marker)).toBe(false);
      // Unprotected git does go and fetch it.
      repo.git('--git-dir', partial, 'cat-file', '-p', id);
      expect(existsSync(marker)).toBe(true);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });

  it('may belong to somebody else', async () => {
    vi.stubEnv('HOME', repo.path);
    const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    expect((await git(['rev-parse', 'HEAD'], { cwd: repo.path, env })).toString().trim()).toBe(
      repo.git('rev-parse', 'HEAD'),
    );
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

function script(path: string, command: string): string {
  writeFileSync(path, `#!/bin/sh\n${command}\n`);
  chmodSync(path, 0o755);
  return path;
}

it('escapes what would move a cursor or turn text around', () => {
  expect(escapeControls('a\x1b[0m\n\u202eb\u009bé')).toBe('a\\x1b[0m\\x0a\\u{202e}b\\x9bé');
});
