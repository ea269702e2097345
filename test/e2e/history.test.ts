import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Occurrence, ScanResult } from '../../src/report/result.ts';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, findingOf, type Leak, makeLeak } from './keyturn.ts';

const NAMES = [
  'kept',
  'deleted',
  'evilMerge',
  'noDiff',
  'utf16',
  'message',
  'author',
  'tag',
  'note',
  'stash',
  'dropped',
  'dangling',
  'renamed',
] as const;
type Name = (typeof NAMES)[number];
const LEAKS = Object.fromEntries(NAMES.map((name, index) => [name, makeLeak(50 + index)])) as Record<
  Name,
  Leak
>;

let cli: BuiltCli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

describe.each(['sha1', 'sha256'] as const)('a history of %s objects', (objectFormat) => {
  let repository: TestRepository;
  let commits: Partial<Record<Name, string>>;
  let result: ScanResult;

  beforeAll(() => {
    repository = makeRepository({ objectFormat });
    commits = writeHistory(repository);
    ({ result } = cli.scan(['--history'], { cwd: repository.path }));
  });
  afterAll(() => repository.remove());

  function occurrencesOf(name: Name): Occurrence[] {
    return findingOf(result, LEAKS[name])?.occurrences ?? [];
  }

  it('is scanned to its end', () => {
    expect(result).toMatchObject({ complete: true, coverage: { gaps: [] } });
    expect(NAMES.filter((name) => occurrencesOf(name).length === 0)).toEqual([]);
    expect(result.findings).toHaveLength(NAMES.length);
  });

  const BRANCH = { reachable: true, where: ['branch', 'tag'] };
  it.each<[Name, object]>([
    ['kept', { ...BRANCH, path: 'kept.env', line: 1, atHead: true, object: { type: 'blob' } }],
    ['deleted', { ...BRANCH, path: 'deleted.env', atHead: false }],
    ['evilMerge', { ...BRANCH, path: 'merged.env', atHead: true }],
    ['noDiff', { ...BRANCH, path: 'binary.dat', atHead: true }],
    ['utf16', { ...BRANCH, path: 'wide.txt', atHead: true }],
    ['message', { ...BRANCH, object: { type: 'commit' } }],
    ['author', { ...BRANCH, object: { type: 'commit' } }],
    ['tag', { reachable: true, where: ['tag'], object: { type: 'tag' } }],
    ['note', { reachable: true, where: ['notes'], atHead: false }],
    ['stash', { reachable: true, where: ['stash'], path: 'stashed.env', atHead: false }],
    ['dropped', { reachable: false, where: ['reflog'], path: 'dropped.env', atHead: false }],
    ['dangling', { reachable: false, where: ['dangling'], atHead: false }],
  ])('says where %s stands', (name, expected) => {
    expect(occurrencesOf(name)).toEqual(
      expect.arrayContaining([expect.objectContaining({ source: 'history' })]),
    );
    expect(occurrencesOf(name)[0]).toMatchObject(expected);
    const commit = commits[name];
    if (commit !== undefined) expect(occurrencesOf(name)[0]!.commit?.id).toBe(commit);
  });

  it('tells the name before a rename from the one after', () => {
    const places = occurrencesOf('renamed').map(({ path, atHead }) => ({ path, atHead }));
    expect(places).toEqual(
      expect.arrayContaining([
        { path: 'after.env', atHead: true },
        { path: 'before.env', atHead: false },
      ]),
    );
  });

  it('is the same when packed, with one thread, and from the cache, which holds no secret', () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'keyturn-cache-'));
    const findingsOf = (...args: string[]) => {
      const run = cli.run(['scan', '--history', '-f', 'json', ...args], { cwd: repository.path });
      expectNoSecret(run.stdout + run.stderr);
      return (JSON.parse(run.stdout) as ScanResult).findings;
    };
    expect(findingsOf('--cache-dir', cacheDir)).toEqual(result.findings);
    expect(findingsOf('--cache-dir', cacheDir)).toEqual(result.findings);
    expect(findingsOf('--no-cache', '-j', '1')).toEqual(result.findings);
    // A bare `gc` would pack the dangling blob as cruft and keep it; so does this.
    repository.git('repack', '-adfq', '--keep-unreachable');
    expect(findingsOf('--cache-dir', cacheDir)).toEqual(result.findings);
    expect(findingsOf('--cache-dir', cacheDir)).toEqual(result.findings);
    const files = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      expectNoSecret(bytes.toString('latin1'));
      if (bytes[0] === 0x1f) expectNoSecret(gunzipSync(bytes).toString('latin1'));
    }
    rmSync(cacheDir, { recursive: true, force: true });
  });
});

function expectNoSecret(text: string): void {
  for (const { secret } of Object.values(LEAKS)) {
    for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
      expect(text.includes(form)).toBe(false);
  }
}

/** One leak for each way in which one gets into a store. */
function writeHistory(repository: TestRepository): Partial<Record<Name, string>> {
  const { git, write, commit } = repository;
  const commits: Partial<Record<Name, string>> = {};
  write('kept.env', LEAKS.kept.text);
  commits.kept = commit('Add kept');
  write('deleted.env', LEAKS.deleted.text);
  commits.deleted = commit('Add deleted');
  git('rm', '-q', 'deleted.env');
  commit('Remove deleted');
  write('.gitattributes', '*.dat -diff\n');
  write('binary.dat', LEAKS.noDiff.text);
  write('wide.txt', Buffer.from(`\ufeff${LEAKS.utf16.text}`, 'utf16le'));
  commits.noDiff = commit('Add what no diff shows');
  commits.utf16 = commits.noDiff;
  write('before.env', LEAKS.renamed.text);
  commit('Add before');
  git('mv', 'before.env', 'after.env');
  commit('Rename it');
  commits.message = commit(`Message\n\n${LEAKS.message.text}`, { allowEmpty: true });
  const { keyId, secret } = LEAKS.author;
  const author = {
    name: `aws_access_key_id=${keyId} aws_secret_access_key=${secret}`,
    email: 'a@example.com',
  };
  commits.author = commit('By a careless author', { allowEmpty: true, author });

  git('switch', '-q', '-c', 'side');
  write('side.txt', 'side\n');
  commit('Side');
  git('switch', '-q', 'main');
  write('main.txt', 'main\n');
  commit('Main');
  git('merge', '-q', '--no-ff', '--no-commit', 'side');
  write('merged.env', LEAKS.evilMerge.text);
  commits.evilMerge = commit('Merge side');

  git('tag', '-a', 'v1', '-m', LEAKS.tag.text);
  git('notes', 'add', '-m', LEAKS.note.text);
  write('stashed.env', LEAKS.stash.text);
  git('stash', '-q', '--include-untracked');
  write('dropped.env', LEAKS.dropped.text);
  commits.dropped = commit('To be dropped');
  git('reset', '-q', '--hard', 'HEAD~1');
  repository.blob(LEAKS.dangling.text);
  return commits;
}

describe('a cache of history', () => {
  it('does not answer for other limits than those it was filled with', () => {
    const repository = makeRepository();
    const cacheDir = mkdtempSync(join(tmpdir(), 'keyturn-cache-'));
    const leak = makeLeak(90);
    repository.write('twice.gz', gzipSync(gzipSync(leak.text)));
    repository.commit('packed');
    const scan = (...args: string[]) =>
      cli.scan(['--history', '--cache-dir', cacheDir, ...args], { cwd: repository.path }).result;
    expect(findingOf(scan('--max-archive-depth', '1'), leak)).toBeUndefined();
    expect(findingOf(scan(), leak)).toBeDefined();
    repository.git('gc', '-q');
    expect(findingOf(scan('--max-archive-depth', '1'), leak)).toBeUndefined();
    expect(findingOf(scan(), leak)).toBeDefined();
    repository.remove();
    rmSync(cacheDir, { recursive: true, force: true });
  });
});
