import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { git, gitResult, inRepository } from './run.ts';
import type { Ref, Repository } from './types.ts';

export interface RefSet {
  /** HEADs first, then refs by name, stash entries, reflog entries. */
  refs: Ref[];
  /** The branch HEAD stands on, e.g. `refs/heads/main`; absent when detached. Present and unborn is possible. */
  headBranch?: string;
  /** SHA-256 over everything above: unchanged refs, unchanged digest. */
  digest: string;
}

export interface RefOptions {
  inheritRepository?: boolean;
  signal?: AbortSignal;
}

/**
 * Every name by which a repository reaches an object: HEAD of every work tree, refs, stash entries, reflog entries.
 * What a name points at may be missing. The files are read directly (41,000 packed refs take 40 ms);
 * for a reftable git is asked.
 */
export async function readRefs(repository: Repository, options: RefOptions = {}): Promise<RefSet> {
  const isReftable = isDirectory(join(repository.commonDir, 'reftable'));
  const found = isReftable ? await askGit(repository, options) : readFiles(repository);
  const refs = [...found.heads, ...found.refs, ...found.logs];
  return {
    refs,
    ...(found.headBranch === undefined ? {} : { headBranch: found.headBranch }),
    digest: digestOf(refs, found.headBranch),
  };
}

/** Refs that forges keep for requests and pipelines of others are as good as remote branches. */
const KINDS: readonly (readonly [string, Ref['kind']])[] = [
  ['refs/heads/', 'branch'],
  ['refs/remotes/', 'remote'],
  ['refs/tags/', 'tag'],
  ['refs/notes/', 'notes'],
  ['refs/stash', 'stash'],
  ['refs/pull/', 'remote'],
  ['refs/merge-requests/', 'remote'],
  ['refs/changes/', 'remote'],
];

function kindOfRef(name: string): Ref['kind'] {
  return KINDS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'other';
}

interface Found {
  heads: Ref[];
  refs: Ref[];
  logs: Ref[];
  headBranch?: string;
}

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const ZERO = /^0+$/;

function digestOf(refs: readonly Ref[], headBranch: string | undefined): string {
  const text = refs.map(({ id, name }) => `${id} ${name}\n`).join('');
  return createHash('sha256')
    .update(`${headBranch ?? ''}\n${text}`)
    .digest('hex');
}

// The files backend.

function readFiles(repository: Repository): Found {
  const { commonDir, gitDir } = repository;
  const places = gitDirectories(repository);
  const table = new Map<string, Ref>();
  for (const ref of readPackedRefs(join(commonDir, 'packed-refs'))) table.set(ref.name, ref);
  const symbolic: [name: string, target: string][] = [];
  for (const { dir, prefix } of places) {
    for (const [name, value] of looseRefs(dir)) {
      const full = qualified(prefix, name);
      if (value.startsWith('ref:')) symbolic.push([full, value.slice(4).trim()]);
      else if (ID.test(value)) table.set(full, { name: full, id: value, kind: kindOfRef(name) });
    }
  }
  for (const [name, target] of symbolic) {
    const id = table.get(target)?.id;
    if (id !== undefined) table.set(name, { name, id, kind: kindOfRef(name) });
  }
  const logs = places.flatMap(({ dir, prefix }) => readLogs(dir, prefix));
  if (logs.some(({ kind }) => kind === 'stash')) table.delete('refs/stash');
  const own = readText(join(gitDir, 'HEAD'));
  return {
    heads: places.flatMap(({ dir, prefix }) => readHead(dir, prefix, table)),
    refs: [...table.values()].sort(byName),
    logs,
    ...(own.startsWith('ref:') ? { headBranch: own.slice(4).trim() } : {}),
  };
}

/** The git directory one stands in, in front and without a prefix; then the main one and every linked work tree's. */
function gitDirectories({ commonDir, gitDir }: Repository): { dir: string; prefix: string }[] {
  const linked = list(join(commonDir, 'worktrees'))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ dir: join(commonDir, 'worktrees', name), prefix: `worktrees/${name}/` }));
  const all = [{ dir: commonDir, prefix: 'main-worktree/' }, ...linked];
  const others = all.filter(({ dir }) => dir !== gitDir);
  return [{ dir: gitDir, prefix: '' }, ...others];
}

/** Work trees share all refs but a few; HEAD and those few are named by the work tree, as git does. */
function qualified(prefix: string, name: string): string {
  return SHARED.test(name) ? name : prefix + name;
}

const SHARED = /^refs\/(?!(?:bisect|rewritten|worktree)\/)/;

function* readPackedRefs(file: string): Generator<Ref> {
  const text = readText(file);
  let last: Ref | undefined;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(at);
    if (first === CARET) {
      if (last !== undefined) last.peeled = text.slice(at + 1, end);
    } else if (first !== HASH) {
      if (last !== undefined) yield last;
      const space = text.indexOf(' ', at);
      last = undefined;
      if (space > at && space < end) {
        const name = text.slice(space + 1, end);
        last = { name, id: text.slice(at, space), kind: kindOfRef(name) };
      }
    }
    at = end + 1;
  }
  if (last !== undefined) yield last;
}

const CARET = 0x5e;
const HASH = 0x23;

/** Names below `refs/` with their files' text. */
function* looseRefs(gitDir: string, name = 'refs'): Generator<[name: string, value: string]> {
  for (const entry of list(`${gitDir}/${name}`)) {
    const child = `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* looseRefs(gitDir, child);
    else if (!entry.name.endsWith('.lock')) yield [child, readText(`${gitDir}/${child}`).trim()];
  }
}

/** One's own HEAD; those of other work trees when detached, as nothing but their branch speaks through them otherwise. */
function readHead(gitDir: string, prefix: string, table: ReadonlyMap<string, Ref>): Ref[] {
  const value = readText(join(gitDir, 'HEAD')).trim();
  const isSymbolic = value.startsWith('ref:');
  if (isSymbolic && prefix !== '') return [];
  const id = isSymbolic ? table.get(value.slice(4).trim())?.id : value;
  return id !== undefined && ID.test(id) ? [{ name: `${prefix}HEAD`, id, kind: 'head' }] : [];
}

/** Reflogs, of refs that are gone as well; what the stash's log lists is the stash. */
function readLogs(gitDir: string, prefix: string): Ref[] {
  return [...logFiles(gitDir)].flatMap(([name, text]) =>
    name === 'refs/stash' ? stashEntries(logIds(text)) : logEntries(qualified(prefix, name), logIds(text)),
  );
}

function* logFiles(gitDir: string, name = ''): Generator<[name: string, text: string]> {
  for (const entry of list(join(gitDir, 'logs', name))) {
    const child = name === '' ? entry.name : `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* logFiles(gitDir, child);
    else yield [child, readText(join(gitDir, 'logs', child))];
  }
}

/** Old and new id of each line, oldest first. */
function logIds(text: string): [before: string, after: string][] {
  const lines = text.split('\n').map((line) => line.split(' ', 2));
  return lines.filter((ids): ids is [string, string] => ids.length === 2 && ids.every((id) => ID.test(id)));
}

function stashEntries(lines: readonly [string, string][]): Ref[] {
  const newestFirst = [...lines].reverse();
  return newestFirst.map(([, id], age) => ({ name: `stash@{${age}}`, id, kind: 'stash' }));
}

/** Newest first, each id once; the id before the first line counts too: nothing else may remember it. */
function logEntries(name: string, lines: readonly [string, string][]): Ref[] {
  const entries = new Map<string, Ref>();
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const age = lines.length - 1 - index;
    const [before, after] = lines[index]!;
    for (const [id, at] of [
      [after, age],
      [before, age + 1],
    ] as const) {
      if (!ZERO.test(id) && !entries.has(id))
        entries.set(id, { name: `${name}@{${at}}`, id, kind: 'reflog' });
    }
  }
  return [...entries.values()];
}

// Any other backend: git knows.

async function askGit(repository: Repository, options: RefOptions): Promise<Found> {
  const run = inRepository(repository, options);
  const format = '--format=%(objectname) %(refname)';
  const [refs, logs, branch, head, workTrees] = await Promise.all([
    git(['for-each-ref', format], run),
    gitResult(['log', '--walk-reflogs', '--all', '--no-decorate', '--format=%H %gD'], run),
    gitResult(['symbolic-ref', '--quiet', 'HEAD'], run),
    gitResult(['rev-parse', '--verify', '--quiet', 'HEAD'], run),
    gitResult(['worktree', 'list', '--porcelain'], run),
  ]);
  const headBranch = branch.stdout.toString().trim();
  const headId = head.stdout.toString().trim();
  const logged = pairs(logs.stdout.toString()).map(([id, name]): Ref => {
    const isStash = name.startsWith('refs/stash@');
    return { name: isStash ? name.slice('refs/'.length) : name, id, kind: isStash ? 'stash' : 'reflog' };
  });
  const hasStash = logged.some(({ kind }) => kind === 'stash');
  const named = pairs(refs.toString()).map(([id, name]): Ref => ({ name, id, kind: kindOfRef(name) }));
  return {
    heads: [
      ...(ID.test(headId) ? [{ name: 'HEAD', id: headId, kind: 'head' as const }] : []),
      ...detachedHeads(workTrees.stdout.toString(), repository),
    ],
    refs: named.filter(({ name }) => !(hasStash && name === 'refs/stash')),
    logs: logged,
    ...(headBranch === '' ? {} : { headBranch }),
  };
}

/** Of the other work trees; the first block is the main one's. */
function detachedHeads(porcelain: string, { workTree }: Repository): Ref[] {
  return porcelain.split('\n\n').flatMap((block, index) => {
    const path = /^worktree (.*)$/m.exec(block)?.[1];
    const id = /^HEAD ([0-9a-f]+)\ndetached$/m.exec(block)?.[1];
    if (id === undefined || path === undefined || path === workTree) return [];
    const name = index === 0 ? 'main-worktree/HEAD' : `worktrees/${basename(path)}/HEAD`;
    return [{ name, id, kind: 'head' as const }];
  });
}

/** Lines `<id> <name>`. */
function pairs(text: string): [id: string, name: string][] {
  return text
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as [string, string])
    .filter(([id]) => ID.test(id));
}

// Small file helpers: what is absent or unreadable is empty.

function byName(left: Ref, right: Ref): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

function list(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  return list(path).length > 0;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
