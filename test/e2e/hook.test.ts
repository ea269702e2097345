import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeRepository, openRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, type Ended, type Leak, makeLeak } from './keyturn.ts';

let cli: BuiltCli;
let seed = 7_000;

beforeAll(async () => {
  cli = await buildCli();
}, 60_000);
afterAll(() => cli.remove());

function leak(): Leak {
  seed += 1;
  return makeLeak(seed);
}

function installHook(gitDir: string, event: string, prelude = ''): void {
  const file = join(gitDir, 'hooks', event);
  mkdirSync(join(gitDir, 'hooks'), { recursive: true });
  writeFileSync(
    file,
    `#!/bin/sh\n${prelude}\nexec '${process.execPath}' '${cli.bin}' hook run ${event} "$@"\n`,
  );
  chmodSync(file, 0o755);
}

interface Pair {
  repo: TestRepository;
  bare: TestRepository;
  /** Real `git push`, with whatever hook is installed. */
  push(...args: string[]): Ended;
}

type Format = 'sha1' | 'sha256';

/** A repository with a pre-push hook and a bare remote `origin` that has one clean commit of it, unless `isEmpty`. */
function makePair(objectFormat: Format, { isEmpty = false } = {}): Pair {
  const repo = makeRepository({ objectFormat });
  const bare = makeRepository({ objectFormat, bare: true });
  onTestFinished(() => {
    repo.remove();
    bare.remove();
  });
  repo.git('remote', 'add', 'origin', bare.path);
  if (!isEmpty) {
    repo.write('README', 'clean\n');
    repo.commit('base');
    repo.git('push', '-q', 'origin', 'HEAD:refs/heads/main');
  }
  installHook(repo.gitDir, 'pre-push');
  return { repo, bare, push: (...args) => pushFrom(repo.path, ['push', ...args]) };
}

function pushFrom(cwd: string, args: readonly string[], env: Record<string, string> = {}): Ended {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    env: {
      ...cli.environment(),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
      ...env,
    },
    timeout: 30_000,
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

function expectStopped(ended: Ended, ...leaks: Leak[]): void {
  expect(ended.stderr).toContain('stopped this push');
  for (const { keyId, secret } of leaks) {
    expect(ended.stderr).toContain(keyId);
    expect(ended.stderr + ended.stdout).not.toContain(secret);
  }
  expect(ended.status).not.toBe(0);
}

function expectPassed(ended: Ended): void {
  expect(ended.stderr).not.toContain('stopped');
  expect(ended.status).toBe(0);
}

for (const format of ['sha1', 'sha256'] as const) {
  describe(`pre-push (${format})`, { timeout: 60_000 }, () => {
    it('1: first push, root commit included; nothing arrives', () => {
      const { repo, bare, push } = makePair(format, { isEmpty: true });
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('root');
      expectStopped(push('origin', 'main'), key);
      expect(bare.git('for-each-ref')).toBe('');
      expect(push('origin', 'main').stderr).toContain('git commit --amend');
    });

    it('1, control: a clean first push passes', () => {
      const { repo, bare, push } = makePair(format, { isEmpty: true });
      repo.write('a.txt', 'clean');
      const id = repo.commit('root');
      expectPassed(push('origin', 'main'));
      expect(bare.git('rev-parse', 'main')).toBe(id);
    });

    it('2: added and deleted within the push (talisman, pre-commit: diff of the ends)', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('a.ini', key.text);
      const bad = repo.commit('add');
      rmSync(join(repo.path, 'a.ini'));
      repo.commit('remove');
      const ended = push('origin', 'main');
      expectStopped(ended, key);
      expect(ended.stderr).toContain(`a.ini:1`);
      expect(ended.stderr).toContain(`git rebase -i ${bad.slice(0, 12)}^`);
    });

    it('3: only in a merge commit (log -p skips merges)', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.git('checkout', '-q', '-b', 'side');
      repo.write('side.txt', 'side');
      repo.commit('side');
      repo.git('checkout', '-q', 'main');
      repo.write('main.txt', 'main');
      repo.commit('main');
      repo.git('merge', '-q', '--no-commit', '--no-ff', 'side');
      repo.write('evil.ini', key.text);
      repo.commit('merge');
      expectStopped(push('origin', 'main'), key);
    });

    it('4: two new branches in one push (ggshield, talisman, pre-commit#2577: first line only)', () => {
      const { repo, push } = makePair(format);
      const keys = [leak(), leak()];
      for (const [index, key] of keys.entries()) {
        repo.git('checkout', '-q', '-b', `new${index}`, 'main');
        repo.write(`k${index}.ini`, key.text);
        repo.commit('k');
      }
      expectStopped(push('origin', 'new0', 'new1'), ...keys);
    });

    it('5: a deletion first, then a push (ggshield, talisman: pass)', () => {
      const { repo, push } = makePair(format);
      repo.git('push', '-q', '--no-verify', 'origin', 'main:refs/heads/aaa');
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      expectStopped(push('origin', ':refs/heads/aaa', 'main'), key);
    });

    it('5, control: a deletion alone passes', () => {
      const { repo, bare, push } = makePair(format);
      repo.git('push', '-q', '--no-verify', 'origin', 'main:refs/heads/aaa');
      expectPassed(push('origin', ':refs/heads/aaa'));
      expect(bare.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    });

    it('6: a branch that is not checked out, and not what is (talisman: HEAD:path)', () => {
      const { repo, push } = makePair(format);
      const [pushed, kept] = [leak(), leak()];
      repo.git('checkout', '-q', '-b', 'topic');
      repo.write('a.ini', pushed.text);
      repo.commit('k');
      repo.git('checkout', '-q', 'main');
      repo.write('b.ini', kept.text);
      repo.commit('k');
      const ended = push('origin', 'topic');
      expectStopped(ended, pushed);
      expect(ended.stderr).not.toContain(kept.keyId);
    });

    it('7: a key in the message of an annotated tag, and of a tag on it (ggshield: status 0)', () => {
      const { repo, push } = makePair(format);
      const [one, two] = [leak(), leak()];
      repo.git('tag', '-a', 'v1', '-m', one.text);
      repo.git('tag', '-a', 'v2', 'v1', '-m', two.text);
      expectStopped(push('origin', 'v1'), one);
      expectStopped(push('origin', 'v2'), one, two);
      expect(push('origin', 'v1').stderr).toContain('git tag -d v1');
    });

    it('7, control: a clean tag on a commit that is there passes (pre-commit#2107)', () => {
      const { repo, push } = makePair(format);
      repo.git('tag', '-a', 'v1', '-m', 'release');
      expectPassed(push('origin', 'v1'));
    });

    it('8: a forced push', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.git('checkout', '-q', '--orphan', 'fresh');
      repo.write('a.ini', key.text);
      repo.commit('fresh');
      expectStopped(push('--force', 'origin', 'fresh:main'), key);
    });

    it('9: renamed, with a non-ASCII path and a new key (talisman: filter without R, quoted paths)', () => {
      const { repo, push } = makePair(format);
      repo.write('plain.txt', 'line\n'.repeat(40));
      repo.commit('file');
      expectPassed(push('origin', 'main'));
      const key = leak();
      repo.git('mv', 'plain.txt', 'grüße – 日本.txt');
      repo.write('grüße – 日本.txt', `${'line\n'.repeat(40)}${key.text}`);
      repo.commit('rename');
      const ended = push('origin', 'main');
      expectStopped(ended, key);
      expect(ended.stderr).toContain('grüße – 日本.txt:41');
    });

    it('10: forced over a commit that was never fetched (talisman: fatal; log: silently nothing)', () => {
      const { repo, bare, push } = makePair(format);
      const other = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-other-')));
      onTestFinished(() => rmSync(other, { recursive: true, force: true }));
      runGit(other, ['clone', '-q', bare.path, 'clone']);
      const clone = openRepository(join(other, 'clone'));
      clone.write('theirs', 'x');
      clone.commit('theirs');
      clone.git('push', '-q', 'origin', 'HEAD:main');
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      expectStopped(push('--force', 'origin', 'main'), key);
      repo.git('reset', '-q', '--hard', 'HEAD^');
      repo.write('ok.txt', 'ok');
      repo.commit('ok');
      expectPassed(push('--force', 'origin', 'main'));
    });

    it('11: more than 50 commits, the key early and deleted (ggshield: the last 50)', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      rmSync(join(repo.path, 'a.ini'));
      repo.commit('gone');
      const tree = repo.git('rev-parse', 'HEAD^{tree}');
      let tip = repo.git('rev-parse', 'HEAD');
      for (let n = 0; n < 60; n += 1) tip = repo.git('commit-tree', tree, '-p', tip, '-m', `c${n}`);
      repo.git('update-ref', 'refs/heads/main', tip);
      expectStopped(push('origin', 'main'), key);
    });

    it('12: by URL: only what is new, with insteadOf', () => {
      const { repo, bare, push } = makePair(format);
      const [old, key] = [leak(), leak()];
      repo.write('old.ini', old.text);
      repo.commit('old');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      repo.git('checkout', '-q', '-b', 'topic');
      expectPassed(push(bare.path, 'topic:refs/heads/clean'));
      repo.write('new.ini', key.text);
      repo.commit('new');
      const ended = push(bare.path, 'topic');
      expectStopped(ended, key);
      expect(ended.stderr).not.toContain(old.keyId);
      repo.git('config', 'remote.origin.url', 'short:x');
      repo.git('config', `url.${bare.path}.insteadOf`, 'short:x');
      const viaShort = push('short:x', 'topic');
      expectStopped(viaShort, key);
      expect(viaShort.stderr).not.toContain(old.keyId);
    });

    it('12: to a pushurl: what is fetched from elsewhere says nothing of what is there', () => {
      const { repo, bare, push } = makePair(format);
      const published = makeRepository({ objectFormat: format, bare: true });
      onTestFinished(published.remove);
      const key = leak();
      repo.write('old.ini', key.text);
      repo.commit('old');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      repo.git('config', 'remote.origin.pushurl', `${bare.path}/`);
      expectPassed(push('origin', 'main:refs/heads/same-place'));
      repo.git('config', 'remote.origin.pushurl', published.path);
      expectStopped(push('origin', 'main'), key);
    });

    it('12: by a URL that no remote has: what another remote holds says nothing of it', () => {
      const { repo, push } = makePair(format);
      const other = makeRepository({ objectFormat: format, bare: true });
      onTestFinished(other.remove);
      const key = leak();
      repo.write('old.ini', key.text);
      repo.commit('old');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      expectStopped(push(other.path, 'main'), key);
    });

    it('13: a linked work tree', () => {
      const { repo } = makePair(format);
      const key = leak();
      const linked = `${repo.path}-linked`;
      onTestFinished(() => rmSync(linked, { recursive: true, force: true }));
      repo.git('worktree', 'add', '-q', '-b', 'linked', linked);
      writeFileSync(join(linked, 'a.ini'), key.text);
      runGit(linked, ['add', '-A']);
      runGit(linked, ['commit', '-qm', 'k']);
      expectStopped(pushFrom(linked, ['push', 'origin', 'linked']), key);
    });

    it('14: a tag on a blob, on a tree, and a ref straight to a blob (talisman: error, ggshield: status 0)', () => {
      const { repo, push } = makePair(format);
      const keys = [leak(), leak(), leak()] as const;
      const [tagged, plain, inTree] = keys.map(({ text }) => repo.blob(text)) as [string, string, string];
      repo.git('tag', '-a', 'blob', '-m', 'blob', tagged);
      repo.git('update-ref', 'refs/tags/plain', plain);
      const tree = repo.gitBytes(['mktree'], `100644 blob ${inTree}\tdir.ini\n`).toString().trim();
      repo.git('update-ref', 'refs/tags/tree', tree);
      expectStopped(push('origin', 'blob'), keys[0]);
      expectStopped(push('origin', 'refs/tags/plain'), keys[1]);
      const ended = push('origin', 'refs/tags/tree');
      expectStopped(ended, keys[2]);
      expect(ended.stderr).toContain('dir.ini:1');
    });

    it('15: notes', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.git('notes', 'add', '-m', key.text, 'HEAD');
      expectStopped(push('origin', 'refs/notes/commits'), key);
    });

    it('in a commit message, an author line, a file name and the name of a ref', () => {
      const { repo, push } = makePair(format);
      const [message, author, file, ref] = [leak(), leak(), leak(), leak()];
      repo.commit(message.text, { allowEmpty: true });
      repo.commit('author', { allowEmpty: true, author: { name: author.keyId, email: 'a@example.com' } });
      repo.write(`${file.keyId}.txt`, 'x');
      repo.commit('file');
      expectStopped(push('origin', `main:refs/heads/${ref.keyId}`), message, author, file, ref);
    });

    it('what the remote holds in a changed file is a warning, renamed or not', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      repo.write('a.ini', `${key.text}more\n`);
      repo.commit('more');
      const ended = push('origin', 'main');
      expectPassed(ended);
      expect(ended.stderr).toContain('1 credential that the remote has already');
      repo.git('mv', 'a.ini', 'b.ini');
      repo.commit('rename');
      repo.write('b.ini', `${key.text}even more\n`);
      repo.commit('edit');
      expectPassed(push('origin', 'main'));
      repo.write('copy.ini', leak().text);
      repo.commit('new');
      expectStopped(push('origin', 'main'));
    });

    it('a credential that only came and went in the push is not taken for one of the remote', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('README', key.text);
      repo.commit('in');
      repo.write('README', `${key.text}and more\n`);
      repo.commit('more');
      repo.git('rm', '-q', 'README');
      repo.commit('out');
      expectStopped(push('origin', 'main'), key);
    });

    it('an amended commit that is pushed again by force is no news', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      repo.write('a.ini', `${key.text}more\n`);
      repo.git('add', '-A');
      repo.git('commit', '-q', '--no-verify', '--amend', '-m', 'again');
      expectPassed(push('--force', 'origin', 'main'));
    });

    it('refs of a remote named origin/old are not those of origin', () => {
      const { repo, push } = makePair(format);
      const other = makeRepository({ objectFormat: format, bare: true });
      onTestFinished(other.remove);
      repo.git('remote', 'add', 'origin/old', other.path);
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      repo.git('push', '-q', '--no-verify', 'origin/old', 'main');
      expectStopped(push('origin', 'main:refs/heads/new'), key);
    });

    it('a mirror: its local branches are no proof of what the remote has', () => {
      const { repo, push } = makePair(format);
      repo.git('config', 'remote.origin.fetch', '+refs/*:refs/*');
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      expectStopped(push('origin', 'main:refs/heads/new'), key);
    });

    it('a remote that was moved elsewhere: stale tracking refs are no proof', () => {
      const { repo, push } = makePair(format);
      const moved = makeRepository({ objectFormat: format, bare: true });
      onTestFinished(moved.remove);
      const key = leak();
      repo.write('a.ini', key.text);
      repo.commit('k');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      repo.git('remote', 'set-url', 'origin', moved.path);
      expectStopped(push('origin', 'main'), key);
    });

    it('allowed on its line, in .keyturnignore, in a baseline, or below --fail-on: passes', () => {
      const { repo, push } = makePair(format);
      const key = leak();
      repo.write('a.txt', `id = ${key.keyId} # keyturn:allow rotated\n`);
      repo.commit('inline');
      expectPassed(push('origin', 'main'));
      repo.write('b.txt', `id = ${leak().keyId}\n`);
      repo.write('.keyturnignore', 'path:b.txt # rotated\n');
      repo.commit('ignore');
      expectPassed(push('origin', 'main'));
      repo.write('c.txt', `id = ${leak().keyId}\n`);
      repo.commit('fail-on');
      expectStopped(push('origin', 'main'));
      repo.write('keyturn.yaml', 'failOn: high\n');
      expectPassed(push('origin', 'main'));
    });

    it('KEYTURN_SKIP=1 passes, says so and is recorded without a secret', () => {
      const { repo } = makePair(format);
      const key = leak();
      repo.write('a.ini', key.text);
      const id = repo.commit('k');
      const ended = pushFrom(repo.path, ['push', 'origin', 'main'], { KEYTURN_SKIP: '1' });
      expect(ended.status).toBe(0);
      expect(ended.stderr).toContain('KEYTURN_SKIP=1');
      const record = readFileSync(join(repo.gitDir, 'keyturn-skips.ndjson'), 'utf8').trim().split('\n');
      expect(record).toHaveLength(1);
      expect(JSON.parse(record[0]!)).toMatchObject({
        event: 'pre-push',
        objects: expect.arrayContaining([id]),
      });
    });

    it('pre-receive: every line, what a ref reaches already is no news, quarantine is read', () => {
      const repo = makeRepository({ objectFormat: format });
      const bare = makeRepository({ objectFormat: format, bare: true });
      onTestFinished(() => {
        repo.remove();
        bare.remove();
      });
      repo.git('remote', 'add', 'origin', bare.path);
      const old = leak();
      repo.write('old.ini', old.text);
      repo.commit('old');
      repo.git('push', '-q', 'origin', 'main');
      installHook(bare.gitDir, 'pre-receive');
      repo.git('branch', 'copy');
      expectPassed(pushFrom(repo.path, ['push', 'origin', 'copy']));
      const keys = [leak(), leak()];
      for (const [index, key] of keys.entries()) {
        repo.git('checkout', '-q', '-b', `b${index}`, 'main');
        repo.write(`k${index}.ini`, key.text);
        repo.commit('k');
      }
      const ended = pushFrom(repo.path, ['push', 'origin', 'b0', 'b1']);
      expectStopped(ended, ...keys);
      expect(ended.stderr).not.toContain(old.keyId);
      expect(bare.git('for-each-ref', '--format=%(refname)')).not.toContain('b0');
    });

    it('a shallow clone passes, and is stopped for what it sends', () => {
      const { repo, bare } = makePair(format);
      repo.write('two', '2');
      repo.commit('two');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-shallow-')));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      runGit(folder, ['clone', '-q', '--depth=1', '--branch=main', `file://${bare.path}`, 'clone']);
      const clone = openRepository(join(folder, 'clone'));
      installHook(clone.gitDir, 'pre-push');
      clone.write('three', '3');
      clone.commit('three');
      expectPassed(pushFrom(clone.path, ['push', 'origin', 'main']));
      const key = leak();
      clone.write('a.ini', key.text);
      clone.commit('k');
      expectStopped(pushFrom(clone.path, ['push', 'origin', 'main']), key);
    });

    it('a partial clone passes, and is stopped for what it sends', () => {
      const { repo, bare } = makePair(format);
      repo.write('dir/two', '2');
      repo.commit('two');
      repo.write('dir/two', '22');
      repo.commit('two again');
      repo.git('push', '-q', '--no-verify', 'origin', 'main');
      bare.git('config', 'uploadpack.allowFilter', 'true');
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-partial-')));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      for (const filter of ['blob:none', 'tree:0']) {
        const name = filter.replace(':', '-');
        runGit(folder, ['clone', '-q', `--filter=${filter}`, '--branch=main', `file://${bare.path}`, name]);
        const clone = openRepository(join(folder, name));
        installHook(clone.gitDir, 'pre-push');
        clone.write(`three-${name}`, '3');
        clone.commit('three');
        expectPassed(pushFrom(clone.path, ['push', 'origin', `HEAD:refs/heads/${name}`]));
        const key = leak();
        clone.write('a.ini', key.text);
        clone.commit('k');
        expectStopped(pushFrom(clone.path, ['push', 'origin', `HEAD:refs/heads/${name}`]), key);
      }
    });
  });

  describe(`pre-commit and commit-msg (${format})`, { timeout: 60_000 }, () => {
    function committing(event: string): TestRepository {
      const repo = makeRepository({ objectFormat: format });
      onTestFinished(repo.remove);
      repo.write('a.txt', 'clean\n');
      repo.commit('base');
      installHook(repo.gitDir, event);
      return repo;
    }

    it('scans the index: partly staged, renamed, intent-to-add, commit -a, GIT_INDEX_FILE', () => {
      const repo = committing('pre-commit');
      const key = leak();
      repo.write('a.txt', 'staged\n');
      repo.git('add', 'a.txt');
      repo.write('a.txt', key.text);
      repo.write('later.ini', key.text);
      repo.git('add', '-N', 'later.ini');
      expect(pushFrom(repo.path, ['commit', '-qm', 'clean part'])).toMatchObject({ status: 0 });
      const all = pushFrom(repo.path, ['commit', '-qam', 'all']);
      expect(all.stderr).toContain('stopped this commit');
      expect(all.stderr).toContain(key.keyId);
      repo.git('rm', '-q', '--cached', 'later.ini');
      repo.git('checkout', '-q', 'a.txt');
      repo.git('mv', 'a.txt', 'b.txt');
      expect(pushFrom(repo.path, ['commit', '-qm', 'rename'])).toMatchObject({ status: 0 });
      repo.write('b.txt', key.text);
      expect(pushFrom(repo.path, ['commit', '-qm', 'path', '--', 'b.txt']).status).not.toBe(0);
      const index = join(repo.gitDir, 'other-index');
      repo.git('read-tree', `--index-output=${index}`, 'HEAD');
      expect(pushFrom(repo.path, ['add', 'b.txt'], { GIT_INDEX_FILE: index }).status).toBe(0);
      const other = pushFrom(repo.path, ['commit', '-qm', 'index'], { GIT_INDEX_FILE: index });
      expect(other.stderr).toContain(key.keyId);
      expect(other.stderr).not.toContain(key.secret);
    });

    it('scans the message, and not what git drops of its file', () => {
      const repo = committing('commit-msg');
      const key = leak();
      const said = pushFrom(repo.path, ['commit', '-q', '--allow-empty', '-m', `x\n\n# ${key.keyId}`]);
      expect(said.stderr).toContain('stopped this commit');
      expect(said.status).not.toBe(0);
      repo.write('a.txt', key.text);
      repo.commit('in');
      repo.write('a.txt', 'out again\n');
      const verbose = ['commit', '-qav'];
      const editor = { GIT_EDITOR: `sh -c 'sed -i 1s/^/removed/ "$0"'` };
      expect(pushFrom(repo.path, verbose, editor)).toMatchObject({ status: 0 });
      expect(repo.git('log', '-1', '--format=%B')).toBe('removed\n');
      const edited = { GIT_EDITOR: `sh -c 'echo "key ${key.keyId}" > "$0"'` };
      expect(pushFrom(repo.path, ['commit', '--allow-empty'], edited).stderr).toContain(key.keyId);
    });
  });
}

describe('hook run, bad input', { timeout: 60_000 }, () => {
  it('is stopped by what is not git’s, and names the line only', () => {
    const { repo } = makePair('sha1');
    const key = leak();
    const head = repo.git('rev-parse', 'HEAD');
    for (const line of [
      key.keyId,
      `refs/heads/main ${head} refs/heads/main`,
      `refs/heads/main ${head.slice(1)} refs/heads/main ${'0'.repeat(40)}`,
      `refs/heads/main ${head} refs/heads/main ${'0'.repeat(64)}`,
      `refs/heads/main ${head} main ${'0'.repeat(40)}`,
    ]) {
      const input = `(delete) ${'0'.repeat(40)} refs/heads/x ${head}\n${line}\n`;
      const ended = cli.run(['hook', 'run', 'pre-push', 'origin', 'url'], { cwd: repo.path, input });
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain('standard input, line 2');
      expect(ended.stderr).not.toContain(key.keyId);
    }
  });

  it('is stopped by a tip that is not there, and by a repository that cannot be read', () => {
    const { repo } = makePair('sha1');
    const input = `refs/heads/main ${'1'.repeat(40)} refs/heads/main ${'0'.repeat(40)}\n`;
    const lost = cli.run(['hook', 'run', 'pre-push', 'origin', 'url'], { cwd: repo.path, input });
    expect(lost).toMatchObject({ status: 2, stderr: expect.stringContaining('could not be scanned') });
    const outside = cli.run(['hook', 'run', 'pre-push', 'origin', 'url'], { input });
    expect(outside).toMatchObject({ status: 2, stderr: expect.stringContaining('not a git repository') });
  });

  it('is stopped by a missing blob or commit of what is sent', () => {
    const { repo } = makePair('sha1');
    repo.write('big.txt', 'gone');
    const tip = repo.commit('gone');
    const blob = repo.git('rev-parse', 'HEAD:big.txt');
    rmSync(join(repo.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    const input = `refs/heads/main ${tip} refs/heads/new ${'0'.repeat(40)}\n`;
    const args = ['hook', 'run', 'pre-push', 'origin', 'url'];
    const noBlob = cli.run(args, { cwd: repo.path, input });
    expect(noBlob).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not everything could be scanned'),
    });
    const second = repo.git('commit-tree', 'HEAD^{tree}', '-p', tip, '-m', 'x');
    rmSync(join(repo.gitDir, 'objects', tip.slice(0, 2), tip.slice(2)));
    const noCommit = cli.run(args, { cwd: repo.path, input: input.replace(tip, second) });
    expect(noCommit).toMatchObject({ status: 2, stderr: expect.stringContaining('could not be scanned') });
  });

  it('does not take what is no pipe for an empty push (inbox-zero#1977: stdin swallowed)', () => {
    const { repo } = makePair('sha1');
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli.bin, 'hook', 'run', 'pre-push', 'origin', 'url'],
      {
        cwd: repo.path,
        env: cli.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    expect(status).toBe(2);
    expect(stderr.toString()).toContain('standard input does not come from git');
  });

  it('names the hooks it has, and what is missing', () => {
    const { repo } = makePair('sha1');
    const run = (...args: string[]) => cli.run(['hook', 'run', ...args], { cwd: repo.path });
    expect(run('pre-pushh')).toMatchObject({ status: 2, stderr: expect.stringContaining('pre-push') });
    expect(run()).toMatchObject({ status: 2 });
    expect(run('pre-push')).toMatchObject({ status: 2, stderr: expect.stringContaining('neither a remote') });
    expect(run('commit-msg')).toMatchObject({ status: 2, stderr: expect.stringContaining('no file') });
    expect(run('commit-msg', 'nowhere')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENOENT'),
    });
  });

  it('passes when everything is up to date', () => {
    const { push } = makePair('sha1');
    expectPassed(push('origin', 'main'));
  });

  it('takes a remote that vanished for one that has nothing, and a broken configuration for a stop', () => {
    const { repo, push } = makePair('sha1');
    const key = leak();
    repo.write('a.ini', key.text);
    const tip = repo.commit('k');
    repo.git('push', '-q', '--no-verify', 'origin', 'main');
    const input = `refs/heads/main ${tip} refs/heads/main ${'0'.repeat(40)}\n`;
    const gone = cli.run(['hook', 'run', 'pre-push', 'gone', 'gone'], { cwd: repo.path, input });
    expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining(key.keyId) });
    repo.write('keyturn.yaml', 'nonsense: [\n');
    repo.git('branch', 'another');
    expect(push('origin', 'another').status).not.toBe(0);
  });

  it('reads a push in the middle of a rebase', () => {
    const { repo, push } = makePair('sha1');
    repo.write('one', '1');
    repo.commit('one');
    const stopped = pushFrom(repo.path, ['rebase', '-q', '-i', 'HEAD^'], {
      GIT_SEQUENCE_EDITOR: 'sed -i s/^pick/edit/',
    });
    expect(stopped.status).toBe(0);
    const key = leak();
    repo.write('a.ini', key.text);
    repo.commit('k');
    expect(existsSync(join(repo.gitDir, 'rebase-merge'))).toBe(true);
    expectStopped(push('origin', 'HEAD:refs/heads/x'), key);
  });

  it('keeps standard output for reports that were asked for', () => {
    const { repo, push } = makePair('sha1');
    repo.write('a.ini', leak().text);
    const tip = repo.commit('k');
    expect(push('--porcelain', 'origin', 'main').stdout).toBe('');
    const input = `refs/heads/main ${tip} refs/heads/main ${'0'.repeat(40)}\n`;
    const json = cli.run(['hook', 'run', 'pre-push', 'origin', 'x', '-f', 'json'], { cwd: repo.path, input });
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout).findings).toHaveLength(1);
  });

  it('runs nothing that the repository names', () => {
    const { repo, push } = makePair('sha1');
    const trap = join(repo.path, 'trap');
    writeFileSync(trap, `#!/bin/sh\ntouch '${repo.path}/sprung'\n`);
    chmodSync(trap, 0o755);
    repo.write('.gitattributes', '* diff=trap filter=trap\n');
    for (const name of ['diff.trap.textconv', 'diff.trap.command', 'diff.external', 'core.fsmonitor']) {
      repo.git('config', name, trap);
    }
    repo.write('a.ini', leak().text);
    repo.git('-c', 'core.fsmonitor=', 'add', '.');
    rmSync(join(repo.path, 'sprung'), { force: true });
    repo.git('-c', 'core.fsmonitor=', 'commit', '-qm', 'k');
    rmSync(join(repo.path, 'sprung'), { force: true });
    expectStopped(push('origin', 'main'));
    expect(existsSync(join(repo.path, 'sprung'))).toBe(false);
  });
});
