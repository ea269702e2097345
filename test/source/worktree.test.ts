import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countFiles, type FileBatch, queueFiles, scanBatch } from '../../src/source/batch.ts';
import { toDisplayPath } from '../../src/source/paths.ts';
import { type ListOptions, listWorkTree, type WorkTree } from '../../src/source/worktree.ts';
import { openRepository, runGit, type TestRepository } from '../helpers/repository.ts';
import { makeFifo } from './make-fifo.ts';
import { createMarkerReader, marker } from './marker-scanner.ts';

let room: string;

beforeEach(() => {
  room = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-worktree-')));
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

function write(path: string | Buffer, content = 'x'): void {
  if (typeof path === 'string') mkdirSync(dirname(join(room, path)), { recursive: true });
  writeFileSync(
    typeof path === 'string' ? join(room, path) : Buffer.concat([Buffer.from(`${room}/`), path]),
    content,
  );
}

function init(path = '.'): TestRepository {
  mkdirSync(join(room, path), { recursive: true });
  runGit(join(room, path), ['init', '--quiet', '--initial-branch=main']);
  return openRepository(join(room, path));
}

function pathsOf(tree: WorkTree): string[] {
  return tree.groups
    .flatMap(({ files, links }) => [...files, ...links.map((link) => `${link} ->`)])
    .map(toDisplayPath)
    .sort();
}

async function list(path = '.', options: ListOptions = {}): Promise<string[]> {
  return pathsOf(await listWorkTree(join(room, path), options));
}

describe('a plain directory', () => {
  test('is listed whole, without what is in .git', async () => {
    write('a');
    write('b/c/d');
    write('b/.hidden');
    write('.git/config');
    write('b/.git');
    expect(await list()).toEqual(['a', 'b/.hidden', 'b/c/d']);
  });

  test('links are not followed, neither round in circles nor out of the tree', async () => {
    write('inside/file');
    symlinkSync('..', join(room, 'inside/up'));
    symlinkSync('/etc', join(room, 'out'));
    symlinkSync('inside/file', join(room, 'to-file'));
    symlinkSync('nowhere', join(room, 'broken'));
    expect(await list()).toEqual(['broken ->', 'inside/file', 'inside/up ->', 'out ->', 'to-file ->']);
  });

  test('what is no file is left out', async () => {
    makeFifo(join(room, 'fifo'));
    const server = createServer().listen(join(room, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await list()).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a directory that may not be read is a gap', async () => {
    write('open/file');
    write('closed/file');
    chmodSync(room, 0o755);
    chmodSync(join(room, 'closed'), 0);
    const tree = await asNobody(() => listWorkTree(room));
    expect(pathsOf(tree)).toEqual(['open/file']);
    expect(tree.gaps).toEqual([{ reason: 'unreadable-file', example: 'closed/' }]);
  });

  test('a target may be a file, or a link to something, and must exist', async () => {
    write('dir/file', marker(1));
    symlinkSync('dir', join(room, 'link'));
    expect(await listWorkTree(join(room, 'dir/file'))).toMatchObject({
      root: join(room, 'dir'),
      groups: [{ files: ['file'], links: [] }],
    });
    expect(await list('link')).toEqual(['file']);
    await expect(list('absent')).rejects.toThrow('no such file or directory');
    makeFifo(join(room, 'fifo'));
    await expect(list('fifo')).rejects.toThrow('not a file or a directory');
  });
});

describe('a repository', () => {
  test('is seen as git sees it: tracked, or untracked and not ignored', async () => {
    const repository = init();
    write('.gitignore', '*.log\nbuild/\n');
    write('tracked');
    write('tracked.log');
    repository.commit('first');
    write('untracked');
    write('ignored.log');
    write('build/output');
    write('deleted');
    repository.git('add', 'deleted');
    rmSync(join(room, 'deleted'));
    const listed = await list();
    expect(listed).toEqual(['.gitignore', 'deleted', 'tracked', 'tracked.log', 'untracked']);
    const all = await list('.', { noIgnore: true });
    expect(all).toEqual(['.gitignore', 'build/output', 'ignored.log', 'tracked', 'tracked.log', 'untracked']);
  });

  test('below its top, paths are relative to the target, and the repository is named', async () => {
    const repository = init();
    write('sub/dir/file');
    write('other');
    repository.commit('first');
    const tree = await listWorkTree(join(room, 'sub'));
    expect(pathsOf(tree)).toEqual(['dir/file']);
    expect(tree.groups[0]?.repository).toBe(room);
  });

  test('a target that is ignored was named all the same', async () => {
    init();
    write('.gitignore', 'build/');
    write('build/output');
    expect(await list()).toEqual(['.gitignore']);
    expect(await list('build')).toEqual(['output']);
  });

  test('the stages of a conflict are one file, and without a commit there are files too', async () => {
    const repository = init();
    write('file', 'base');
    repository.git('add', 'file');
    expect(await list()).toEqual(['file']);
    repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'side');
    write('file', 'side');
    repository.commit('side');
    repository.git('checkout', '--quiet', 'main');
    write('file', 'main');
    repository.commit('main');
    expect(() => repository.git('merge', 'side')).toThrow();
    expect(await list()).toEqual(['file']);
  });

  test('tracked links are known, and what lies behind a directory that became one is left', async () => {
    const repository = init();
    write('dir/file');
    symlinkSync('/etc/passwd', join(room, 'link'));
    repository.commit('first');
    renameSync(join(room, 'dir'), join(room, 'moved'));
    symlinkSync('/etc', join(room, 'dir'));
    // Untracked links are told when they are opened.
    expect(await list()).toEqual(['dir', 'link ->', 'moved/file']);
  });

  test('nested repositories are entered, each with its own view', async () => {
    const outer = init();
    write('.gitignore', '*.tmp');
    write('file');
    outer.commit('first');
    const inner = init('vendor/inner');
    write('vendor/inner/.gitignore', '*.log');
    write('vendor/inner/tracked');
    inner.commit('first');
    write('vendor/inner/x.tmp');
    write('vendor/inner/y.log');
    init('vendor/inner/deeper');
    write('vendor/inner/deeper/z.log');
    const tree = await listWorkTree(room);
    expect(pathsOf(tree)).toEqual([
      '.gitignore',
      'file',
      'vendor/inner/.gitignore',
      'vendor/inner/deeper/z.log',
      'vendor/inner/tracked',
      'vendor/inner/x.tmp',
    ]);
    expect(tree.groups.map(({ repository }) => repository)).toEqual([
      room,
      join(room, 'vendor/inner'),
      join(room, 'vendor/inner/deeper'),
    ]);
    expect(await list('vendor')).toEqual([
      'inner/.gitignore',
      'inner/deeper/z.log',
      'inner/tracked',
      'inner/x.tmp',
    ]);
  });

  test('repositories below a plain directory are entered', async () => {
    for (const name of ['one', 'two']) {
      init(name);
      write(`${name}/.gitignore`, 'ignored');
      write(`${name}/ignored`);
      write(`${name}/file`);
    }
    write('plain');
    expect(await list()).toEqual(['one/.gitignore', 'one/file', 'plain', 'two/.gitignore', 'two/file']);
  });

  test('submodules are entered when they are checked out, and noted when not', async () => {
    const library = init('library');
    write('library/file');
    library.commit('first');
    const main = init('main');
    for (const name of ['here', 'absent', 'left-over']) {
      main.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', library.path, name);
    }
    main.commit('with submodules');
    write('main/here/untracked');
    main.git('submodule', 'deinit', '--force', 'absent', 'left-over');
    write('main/left-over/dropped');
    const tree = await listWorkTree(main.path);
    expect(pathsOf(tree)).toEqual(['.gitmodules', 'here/file', 'here/untracked', 'left-over/dropped']);
    expect(tree.notes.map(({ reason, example }) => `${reason} ${example}`).sort()).toEqual([
      'submodule-not-checked-out absent',
      'submodule-not-checked-out left-over',
    ]);
  });

  test('linked work trees are repositories like any other, inside and outside', async () => {
    const repository = init('main');
    write('main/file');
    repository.commit('first');
    repository.git('worktree', 'add', '--quiet', join(room, 'linked'), '-b', 'side');
    repository.git('worktree', 'add', '--quiet', join(room, 'main/inside'), '-b', 'other');
    write('linked/untracked');
    expect(await list('linked')).toEqual(['file', 'untracked']);
    expect(await list('main')).toEqual(['file', 'inside/file']);
  });

  test('files kept out of a sparse work tree are not looked for', async () => {
    const repository = init();
    write('in/file');
    write('out/file');
    repository.commit('first');
    repository.git('sparse-checkout', 'set', 'in');
    expect(await list()).toEqual(['in/file']);
  });

  test('directories that git may not read are gaps', async () => {
    const repository = init();
    write('open/file');
    write('closed/file');
    expect(repository.git('status', '--porcelain')).not.toBe('');
    chmodSync(room, 0o755);
    chmodSync(join(room, 'closed'), 0);
    const tree = await asNobody(() => listWorkTree(room));
    expect(pathsOf(tree)).toEqual(['open/file']);
    expect(tree.gaps).toEqual([{ reason: 'unreadable-file', example: 'closed/' }]);
  });

  test('a .git that is none does not hide anything, nor does one that points elsewhere', async () => {
    const outer = init();
    write('.gitignore', 'file');
    outer.commit('first');
    write('broken/.git', 'gibberish');
    write('broken/file');
    write('empty/.git/nothing');
    write('empty/file');
    expect(await list('broken')).toEqual(['file']);
    expect(await list('empty')).toEqual(['file']);
    const elsewhere = init('elsewhere');
    elsewhere.git('config', 'core.worktree', '/etc');
    write('elsewhere/file');
    write('elsewhere/sub/file');
    expect(await list('elsewhere')).toEqual(['file', 'sub/file']);
    expect(await list('elsewhere/sub')).toEqual(['file']);
  });

  test('the inside of .git, and a bare repository, are directories like any other', async () => {
    const repository = init();
    write('file');
    repository.commit('first');
    expect(await list('.git')).toContain('HEAD');
    expect(await list('.git/refs')).toEqual(['heads/main']);
    runGit(room, ['init', '--quiet', '--bare', 'bare.git']);
    expect(await list('bare.git')).toContain('config');
  });

  test('an index made by hand does not lead out of the tree', async () => {
    const repository = init('repository');
    write('outside');
    const id = repository.blob('x');
    repository.git('update-index', '--add', '--cacheinfo', `100644,${id},aa/outside`);
    const index = join(repository.gitDir, 'index');
    execFileSync('python3', [
      '-c',
      `
import hashlib, sys
data = open(sys.argv[1], 'rb').read()[:-20].replace(b'aa/outside', b'../outside')
open(sys.argv[1], 'wb').write(data + hashlib.sha1(data).digest())`,
      index,
    ]);
    expect(await list('repository')).toEqual([]);
  });
});

describe('names', () => {
  const odd = [
    Buffer.from('line\nfeed'),
    Buffer.from('tab\tand \x1b[31mcolour'),
    Buffer.from('latin1-\xe9', 'latin1'),
    Buffer.from('漢字 "quoted" \\back'),
    Buffer.from(' leading'),
    Buffer.from('? 100644'),
  ];
  const shown = odd.map((name) => (name.includes(0xe9) ? 'latin1-\\xe9' : name.toString())).sort();

  test.each([false, true])(
    'of any bytes are listed and opened (in a repository: %s)',
    async (isRepository) => {
      if (isRepository) init();
      for (const [index, name] of odd.entries()) write(name, marker(index));
      const tree = await listWorkTree(room);
      expect(pathsOf(tree)).toEqual(shown);
      const reader = createMarkerReader();
      const found = batchesOf(tree, 128).flatMap((batch) => scanBatch(batch, reader).found);
      expect(found.map(({ path }) => path).sort()).toEqual(shown);
      if (isRepository) {
        runGit(room, ['add', '.']);
        expect(pathsOf(await listWorkTree(room))).toEqual(shown);
      }
    },
  );

  test('a directory of such a name is entered', async () => {
    const name = Buffer.from('dir-\xff/', 'latin1');
    mkdirSync(Buffer.concat([Buffer.from(`${room}/`), name]));
    write(Buffer.concat([name, Buffer.from('file')]), marker(1));
    expect(await list()).toEqual(['dir-\\xff/file']);
  });
});

function batchesOf(tree: WorkTree, size: number): FileBatch[] {
  const take = queueFiles(tree);
  const batches: FileBatch[] = [];
  for (let batch = take(size); batch !== undefined; batch = take(size)) batches.push(batch);
  return batches;
}

describe('batches', () => {
  test('hold every path once, links at the end, and are scanned one by one', async () => {
    const repository = init('repository');
    for (let index = 0; index < 25; index++)
      write(`repository/file${index}`, index % 5 === 0 ? marker(index) : 'x');
    for (let index = 0; index < 5; index++)
      symlinkSync(marker(100 + index), join(room, `repository/link${index}`));
    repository.commit('first');
    write('plain/file', marker(200));
    const tree = await listWorkTree(room);
    expect(countFiles(tree)).toBe(31);
    const reader = createMarkerReader();
    for (const size of [1, 7, 26, 1000]) {
      const scans = batchesOf(tree, size).map((batch) => scanBatch(structuredClone(batch), reader));
      const found = scans.flatMap((scan) => scan.found);
      expect(found.map(({ path, hits }) => `${path} ${hits[0]?.keyId}`).sort()).toEqual(
        [
          ...[0, 5, 10, 15, 20].map((index) => `repository/file${index} ${marker(index)}`),
          ...[0, 1, 2, 3, 4].map((index) => `repository/link${index} ${marker(100 + index)}`),
          `plain/file ${marker(200)}`,
        ].sort(),
      );
      expect(found.find(({ path }) => path === 'repository/file0')?.repository).toBe(repository.path);
      expect(found.find(({ path }) => path === 'plain/file')?.repository).toBeUndefined();
      expect(scans.reduce((sum, { files }) => sum + files, 0)).toBe(31);
    }
  });
});

/** Root may read everything: be someone else for a moment. */
async function asNobody<Result>(action: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
