import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { KeyturnError, UsageError } from '../base/errors.ts';
import { escapeControls, type GitOptions, gitResult } from '../git/run.ts';
import type { GapEvent } from '../report/result.ts';
import { decodePath, toDisplayPath, toFsPath } from './paths.ts';
import type { Note } from './source.ts';
import { type Found, walk } from './walk.ts';

/** The files of one target, listed and not yet read. */
export interface WorkTree {
  /** Absolute; what every path is relative to. */
  root: string;
  groups: FileGroup[];
  gaps: GapEvent[];
  notes: Note[];
}

/** What belongs to one repository, or to none. Paths in the form that `paths.ts` explains. */
interface FileGroup {
  /** Absolute: the repository's top, which may be above the target. */
  repository?: string;
  files: string[];
  /** Symbolic links: what they say is scanned, what they point at is not. */
  links: string[];
}

export interface ListOptions {
  /** Ignored untracked files as well. */
  noIgnore?: boolean;
  signal?: AbortSignal;
  /** Told now and then how many files there are so far. */
  onFound?: (count: number) => void;
}

/**
 * Lists what is to be scanned of `target`, a file or a directory. In a repository that is git's own view: everything tracked that is
 * on disk, and what is neither tracked nor ignored; of nested repositories each its own view; elsewhere every file.
 * Throws a UsageError when there is no such file or directory.
 */
export async function listWorkTree(target: string, options: ListOptions = {}): Promise<WorkTree> {
  const { path, isFile } = locate(target);
  const root = isFile ? dirname(path) : path;
  const tree: WorkTree = { root, groups: [], gaps: [], notes: [] };
  if (isFile) {
    const repository = repositoryAround(root);
    tree.groups.push({
      ...(repository === undefined ? {} : { repository }),
      files: [basename(path)],
      links: [],
    });
  } else await listDirectories(tree, options);
  return tree;
}

/** A target is meant, so a link that was named is followed; one that is found is not. */
function locate(target: string): { path: string; isFile: boolean } {
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${escapeControls(target)}: no such file or directory`);
  if (!stat.isFile() && !stat.isDirectory()) {
    throw new UsageError(`${escapeControls(target)}: not a file or a directory`, {
      hint: 'Pipe it in with --stdin.',
    });
  }
  return { path: realpathSync(target), isFile: stat.isFile() };
}

/** The target and, below it, each directory that is a repository of its own. */
async function listDirectories(tree: WorkTree, options: ListOptions): Promise<void> {
  const pending = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    options.signal?.throwIfAborted();
    const view = await gitView(tree.root, directory, options.signal);
    const found =
      view === undefined || options.noIgnore ? walk(tree.root, directory, options.onFound) : view.found;
    const repository = view === undefined ? {} : { repository: view.repository };
    tree.groups.push({ ...repository, files: found.files, links: found.links });
    options.onFound?.(found.files.length);
    tree.gaps.push(...found.gaps);
    tree.notes.push(...(view?.notes ?? []));
    pending.push(...found.repositories);
  }
}

interface GitView {
  /** Absolute. */
  repository: string;
  found: Found;
  notes: Note[];
}

/** -s tells links and submodules, -t what is kept out of a sparse work tree; both are lost on untracked files, listed after a `?`. */
const LIST = ['ls-files', '-z', '-t', '-s', '--cached', '--others', '--exclude-standard'];

/** What git lists below a directory; undefined when it is in no repository that git can list, or is ignored as a whole. */
async function gitView(
  root: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<GitView | undefined> {
  const cwd = directory === '' ? root : `${root}/${directory.slice(0, -1)}`;
  const repository = directory === '' ? repositoryAround(cwd) : cwd;
  // A name that is no UTF-8 does not survive the way to a child's working directory.
  if (repository === undefined || toDisplayPath(cwd) !== cwd) return undefined;
  // Said outright, a `.git` that is none does not lead to the one further up, nor a `core.worktree` to another tree.
  const env = { GIT_DIR: `${repository}/.git`, GIT_WORK_TREE: repository };
  const run: GitOptions = { cwd, env, ...(signal === undefined ? {} : { signal }) };
  const [listed, ignored] = await Promise.all([
    tryGit(LIST, run),
    // A target that the repository around it ignores was named all the same, and is scanned whole.
    cwd === repository ? undefined : tryGit(['check-ignore', '--quiet', '.'], run),
  ]);
  if (listed === undefined || ignored !== undefined) return undefined;

  const view: GitView = {
    repository,
    found: { files: [], links: [], repositories: [], gaps: [] },
    notes: [],
  };
  parseListing(listed.stdout, root, directory, view);
  view.found.gaps.push(...unreadableDirectories(listed.stderr, directory));
  return view;
}

/** The nearest directory upwards with a `.git`; undefined when there is none, and for what is inside a `.git` itself. */
function repositoryAround(path: string): string | undefined {
  if (path.split('/').includes('.git')) return undefined;
  for (let directory = path; ; directory = dirname(directory)) {
    if (statOf(`${directory}/.git`) !== undefined) return directory;
    if (directory === dirname(directory)) return undefined;
  }
}

/** Undefined when git fails or is missing: then files are listed without it, which only lists more. */
async function tryGit(
  args: string[],
  run: GitOptions,
): Promise<{ stdout: Buffer; stderr: string } | undefined> {
  try {
    const result = await gitResult(args, run);
    return result.status === 0 ? result : undefined;
  } catch (error) {
    if (error instanceof KeyturnError) return undefined;
    throw error;
  }
}

const LINK = '120000';
const SUBMODULE = '160000';
const NOT_IN_SPARSE_TREE = 'S';

/** Entries are `TAG MODE ID STAGE<tab>PATH`, or `? PATH` for untracked files, paths relative to the directory. */
function parseListing(output: Buffer, root: string, directory: string, { found, notes }: GitView): void {
  const isRealDirectory = createDirectoryCheck(root);
  let previous = '';
  for (const entry of splitEntries(output)) {
    const isTracked = entry[0] !== '?';
    const path = directory + entry.slice(isTracked ? entry.indexOf('\t') + 1 : 2);
    // The stages of a conflict follow each other.
    if (path === previous || leadsOutside(path)) continue;
    previous = path;
    if (!isTracked) {
      // An untracked link is known when it is opened.
      if (path.endsWith('/')) found.repositories.push(path);
      else found.files.push(path);
      continue;
    }
    const mode = entry.slice(2, 8);
    // What is behind a link now is not in this tree any more.
    if (!isRealDirectory(path.slice(0, path.lastIndexOf('/') + 1))) {
      if (mode === SUBMODULE) notes.push(notCheckedOut(path));
    } else if (mode === SUBMODULE) addSubmodule(path, root, found, notes);
    else if (entry[0] === NOT_IN_SPARSE_TREE && statOf(`${root}/${path}`) === undefined) continue;
    else if (mode === LINK) found.links.push(path);
    else found.files.push(path);
  }
}

function splitEntries(output: Buffer): string[] {
  const text = output.toString();
  if (!text.includes('\ufffd')) return text.split('\0').slice(0, -1);
  const entries: string[] = [];
  for (let from = 0, end = output.indexOf(0); end >= 0; from = end + 1, end = output.indexOf(0, from)) {
    entries.push(decodePath(output.subarray(from, end)));
  }
  return entries;
}

/** Only an index made by hand holds such a path. */
function leadsOutside(path: string): boolean {
  return path.includes('..') && path.split('/').includes('..');
}

/** Tells whether a directory (empty, or ending in `/`) is reached without passing a link. Asked about sorted paths. */
function createDirectoryCheck(root: string): (directory: string) => boolean {
  const known = new Map([['', true]]);
  return function isReal(directory: string): boolean {
    let result = known.get(directory);
    if (result === undefined) {
      const above = directory.slice(0, directory.lastIndexOf('/', directory.length - 2) + 1);
      result = isReal(above) && statOf(`${root}/${directory.slice(0, -1)}`)?.isDirectory() === true;
      known.set(directory, result);
    }
    return result;
  };
}

function addSubmodule(path: string, root: string, found: Found, notes: Note[]): void {
  if (statOf(`${root}/${path}/.git`) !== undefined) {
    found.repositories.push(`${path}/`);
    return;
  }
  notes.push(notCheckedOut(path));
  // git lists nothing below it, but there may be files all the same.
  const inner = walk(root, `${path}/`);
  found.files.push(...inner.files);
  found.links.push(...inner.links);
  found.repositories.push(...inner.repositories);
  found.gaps.push(...inner.gaps);
}

function notCheckedOut(path: string): Note {
  return { reason: 'submodule-not-checked-out', example: toDisplayPath(path) };
}

/** git warns and goes on. */
function unreadableDirectories(stderr: string, directory: string): GapEvent[] {
  const warnings = stderr.matchAll(/^warning: could not open directory '(.*)': /gm);
  return [...warnings].map(([, path]) => ({ reason: 'unreadable-file', example: directory + path }));
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(toFsPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
