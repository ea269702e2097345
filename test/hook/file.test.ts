import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hookScript } from '../../src/hook/script.ts';
import { makePlace } from './place.ts';

const PUSH = ['push', '--quiet', 'origin', 'HEAD:refs/heads/main'];
const ZERO = '0'.repeat(40);

describe('a hook as a file', () => {
  it('gets the arguments and the input of a push, and blocks it', async () => {
    const place = makePlace();
    await place.install({ method: 'file' });
    const head = place.git('rev-parse', 'HEAD').stdout.trim();
    place.verdict(1);
    expect(place.git(...PUSH).status).toBe(1);
    expect(place.gitIn(place.remote, ['for-each-ref']).stdout).toBe('');
    expect(place.seen()).toBe(
      `hook run pre-push origin ${place.remote}\nHEAD ${head} refs/heads/main ${ZERO}\n`,
    );
    place.verdict(0);
    expect(place.git(...PUSH).status).toBe(0);
    expect(place.gitIn(place.remote, ['for-each-ref']).stdout).toContain(head);
  });

  it('chains a hook without shebang, with the same arguments and input, and both can block', async () => {
    const place = makePlace();
    const log = join(place.home, 'old');
    place.write('.git/hooks/pre-push', `{ echo "$@"; cat; } >>"${log}"\nexit \${OLD:-0}\n`, 0o755);
    await place.install({ method: 'file' });
    expect(place.gitIn(place.repository, PUSH, { OLD: '3' }).status).toBe(1);
    expect(`hook run pre-push ${readFileSync(log, 'utf8')}`).toBe(place.seen());
    place.verdict(1);
    const before = readFileSync(log, 'utf8');
    expect(place.gitIn(place.repository, PUSH).status).toBe(1);
    expect(readFileSync(log, 'utf8')).toBe(before);
    place.verdict(0);
    expect(place.git(...PUSH).status).toBe(0);
  });

  it('lets the other hook of a commit go first, which may change it', async () => {
    const place = makePlace();
    place.write('.git/hooks/commit-msg', '#!/bin/sh\necho trailer >>"$1"\n', 0o755);
    await place.install({ method: 'file', event: 'commit-msg' });
    writeFileSync(place.stub, 'grep -q trailer "$4"\n');
    expect(place.git('commit', '--quiet', '--allow-empty', '-m', 'second').status).toBe(0);
    writeFileSync(place.stub, 'exit 1\n');
    expect(place.git('commit', '--quiet', '--allow-empty', '-m', 'third').status).toBe(1);
  });

  it.each([0o755, 0o700, 0o644])('restores bytes and mode %o', async (mode) => {
    const place = makePlace();
    const bytes = Buffer.from([0x23, 0x21, 0x2f, 0xff, 0x00, 0xfe]);
    const file = place.write('.git/hooks/pre-push', '', mode);
    writeFileSync(file, bytes);
    const before = readdirSync(join(place.repository, '.git/hooks')).sort();
    await place.install({ method: 'file' });
    expect(statSync(`${file}.keyturn-chained`).mode & 0o777).toBe(mode);
    await place.uninstall();
    expect(readFileSync(file)).toEqual(bytes);
    expect(statSync(file).mode & 0o777).toBe(mode);
    expect(readdirSync(join(place.repository, '.git/hooks')).sort()).toEqual(before);
  });

  it('leaves a chained hook off that was not executable', async () => {
    const place = makePlace();
    place.write('.git/hooks/pre-push', '#!/bin/sh\nexit 1\n', 0o644);
    const { notes } = await place.install({ method: 'file' });
    expect(notes.join()).toContain('not executable and so still off');
    expect(place.git(...PUSH).status).toBe(0);
    expect(place.seen()).toContain('hook run pre-push');
  });

  it('moves a symbolic link and never writes through it', async () => {
    const place = makePlace();
    const real = place.write('scripts/push', '#!/bin/sh\nexit 0\n', 0o755);
    const link = join(place.repository, '.git/hooks/pre-push');
    symlinkSync('../../scripts/push', link);
    await place.install({ method: 'file' });
    expect(lstatSync(link).isFile()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    await place.uninstall();
    expect(readlinkSync(link)).toBe('../../scripts/push');
  });

  it('says when the hooks folder is a link out of the git directory', async () => {
    const place = makePlace();
    const hooks = join(place.repository, '.git/hooks');
    rmSync(hooks, { recursive: true });
    mkdirSync(join(place.home, 'elsewhere'));
    symlinkSync(join(place.home, 'elsewhere'), hooks);
    const { notes } = await place.install({ method: 'file' });
    expect(notes.join()).toContain(join(place.home, 'elsewhere'));
  });

  it('does nothing the second time, upgrades its own older script, and never goes over an edit', async () => {
    const place = makePlace();
    const file = join(place.repository, '.git/hooks/pre-push');
    await place.install({ method: 'file' });
    expect((await place.install({ method: 'file' })).changes).toEqual([]);
    const current = readFileSync(file, 'utf8');
    const older = hookScript(
      { event: 'pre-push', target: { node: '/old/node', script: '/old/keyturn' } },
      { besideAs: 'pre-push.keyturn-chained' },
    );
    writeFileSync(file, older);
    expect((await place.install({ method: 'file' })).changes).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toBe(current);
    writeFileSync(file, `${current}# mine\n`);
    await expect(place.install({ method: 'file' })).rejects.toThrow('was edited since keyturn wrote it');
    await expect(place.uninstall()).rejects.toThrow('was edited since keyturn wrote it');
    expect(readFileSync(file, 'utf8')).toBe(`${current}# mine\n`);
    await place.install({ method: 'file', force: true });
    expect(readFileSync(file, 'utf8')).toBe(current);
  });

  it('refuses when another program replaced the hook, and loses neither of the two', async () => {
    const place = makePlace();
    const file = place.write('.git/hooks/pre-push', '#!/bin/sh\n# one\n', 0o755);
    await place.install({ method: 'file' });
    writeFileSync(file, '#!/bin/sh\n# two\n');
    await expect(place.install({ method: 'file' })).rejects.toThrow('is there already');
    const { notes } = await place.uninstall();
    expect(notes.join()).toContain('pre-push.keyturn-chained');
    expect(readFileSync(file, 'utf8')).toContain('two');
    expect(readFileSync(`${file}.keyturn-chained`, 'utf8')).toContain('one');
  });
});

describe('without keyturn', () => {
  it('blocks with one line, and lets KEYTURN_SKIP=1 through with a record', async () => {
    const place = makePlace();
    await place.install({ method: 'file' });
    rmSync(place.stub);
    const blocked = place.git(...PUSH);
    expect(blocked.status).toBe(1);
    expect(blocked.stderr.split('\n')[0]).toMatch(
      /^keyturn: not found, so nothing was scanned and pre-push is blocked/,
    );
    const skipped = place.gitIn(place.repository, PUSH, { KEYTURN_SKIP: '1' });
    expect(skipped).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('skipped by KEYTURN_SKIP=1'),
    });
    const record = readFileSync(join(place.repository, '.git/keyturn-skips.ndjson'), 'utf8');
    expect(JSON.parse(record)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      event: 'pre-push',
      objects: [],
      reason: 'keyturn-missing',
    });
  });

  it('finds it in node_modules of the repository', async () => {
    const place = makePlace();
    await place.install({ method: 'file', target: { node: '/nowhere/node', script: '/nowhere/keyturn' } });
    place.write(
      'node_modules/.bin/keyturn',
      `#!/bin/sh\nexec sh '${place.stub.replaceAll("'", `'\\''`)}' "$@"\n`,
      0o755,
    );
    expect(place.git(...PUSH).status).toBe(0);
    expect(place.seen()).toContain('hook run pre-push origin');
  });
});

describe('where git looks for hooks', () => {
  it('is the common directory for a linked worktree', async () => {
    const place = makePlace();
    const linked = join(place.home, 'linked');
    place.git('worktree', 'add', '--quiet', linked);
    await place.install({ method: 'file' }, 'local', linked);
    expect(place.gitIn(linked, PUSH).status).toBe(0);
    expect(place.seen()).toContain('hook run pre-push');
  });

  it('is the git directory of a submodule', async () => {
    const place = makePlace();
    place.git(...PUSH);
    place.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', place.remote, 'sub');
    const sub = join(place.repository, 'sub');
    await place.install({ method: 'file' }, 'local', sub);
    expect(place.gitIn(sub, ['push', '--quiet', 'origin', 'HEAD:refs/heads/x']).status).toBe(0);
    expect(place.seen()).toContain('hook run pre-push');
    expect(readdirSync(join(place.repository, '.git/modules/sub/hooks'))).toContain('pre-push');
  });

  it('is a relative core.hooksPath counted from the root, without paths of this machine in it', async () => {
    const place = makePlace();
    place.git('config', 'core.hooksPath', '.githooks');
    mkdirSync(join(place.repository, 'deep'));
    const { notes } = await place.install({ method: 'file' }, 'local', join(place.repository, 'deep'));
    expect(notes.join()).toContain('part of the work tree');
    const text = readFileSync(join(place.repository, '.githooks/pre-push'), 'utf8');
    expect(text).not.toContain(place.stub);
    expect(place.git(...PUSH).stderr).toContain('keyturn: not found');
  });

  it('is a bare repository for pre-receive', async () => {
    const place = makePlace();
    await place.install({ method: 'file', event: 'pre-receive' }, 'local', place.remote);
    place.verdict(1);
    expect(place.git(...PUSH).status).toBe(1);
    expect(place.seen()).toMatch(/^hook run pre-receive\n0+ [0-9a-f]{40} refs\/heads\/main\n$/);
  });
});

describe('bad input', () => {
  it('is not a repository', async () => {
    const place = makePlace();
    await expect(place.look('local', place.home)).rejects.toThrow('not a git repository');
  });

  it('is a hooks path that is a file', async () => {
    const place = makePlace();
    place.git('config', 'core.hooksPath', place.write('hooks.txt', 'text'));
    await expect(place.install({ method: 'file' })).rejects.toThrow(/hooks\.txt: is a file/);
    expect(readFileSync(join(place.repository, 'hooks.txt'), 'utf8')).toBe('text');
  });

  it('is a folder in the place of the hook', async () => {
    const place = makePlace();
    mkdirSync(join(place.repository, '.git/hooks/pre-push'));
    await expect(place.install({ method: 'file' })).rejects.toThrow('is no file');
  });

  it('is Windows line endings after a shebang', async () => {
    const place = makePlace();
    const file = place.write('.git/hooks/pre-push', '#!/bin/sh\r\nexit 0\r\n', 0o755);
    await expect(place.install({ method: 'file' })).rejects.toThrow('has Windows line endings');
    expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\r\nexit 0\r\n');
  });

  it('is a folder that cannot be written: the hook that was there stays', async () => {
    const place = makePlace();
    const file = place.write('.git/hooks/pre-push', '#!/bin/sh\nexit 0\n', 0o755);
    const hooks = join(place.repository, '.git/hooks');
    chmodSync(hooks, 0o555);
    // The superuser may write anywhere; a folder in the place of the new file stops that one, too.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) mkdirSync(`${file}.keyturn-new`);
    await expect(place.install({ method: 'file' })).rejects.toThrow('nothing was changed');
    chmodSync(hooks, 0o755);
    expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    expect(readdirSync(hooks)).not.toContain('pre-push.keyturn-chained');
  });
});
