import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import type { GapEvent } from '../report/result.ts';
import { objectDirectories, parseAlternateVariable } from './alternates.ts';
import { escapeControls, type GitOptions, gitResult, repositoryVariable } from './run.ts';
import type { Repository } from './types.ts';

export interface OpenOptions {
  /** Inside a hook: the repository, index and quarantine that git names in the environment. */
  inheritRepository?: boolean;
  signal?: AbortSignal;
}

/** The repository `path` stands in. Throws a KeyturnError, `not-a-repository` when there is none. */
export async function openRepository(path: string, options: OpenOptions = {}): Promise<Repository> {
  const repository = await findRepository(path, options);
  if (repository !== undefined) return repository;
  throw new KeyturnError(`${escapeControls(path)}: not a git repository`, { code: 'not-a-repository' });
}

/** Undefined when `path` is in no repository; throws when it is in one that git cannot read. */
export async function findRepository(
  path: string,
  options: OpenOptions = {},
): Promise<Repository | undefined> {
  const facts = await askGit(path, options);
  if (facts === undefined) return undefined;
  const objects = objectStorePlaces(path, facts.commonDir, options);
  return {
    path,
    ...(facts.workTree === undefined ? {} : { workTree: facts.workTree }),
    gitDir: facts.gitDir,
    commonDir: facts.commonDir,
    objectFormat: facts.objectFormat,
    objectDirs: objects.dirs,
    isShallow: facts.isShallow,
    isPartial: isPartialClone(facts.commonDir, objects.dirs),
    gaps: [...objects.gaps, ...(facts.isShallow ? shallowGaps(facts.commonDir) : [])],
  };
}

interface Facts {
  gitDir: string;
  commonDir: string;
  workTree?: string;
  isShallow: boolean;
  objectFormat: 'sha1' | 'sha256';
}

/** `--show-toplevel` stands last because git dies on it where there is no work tree, after having printed the rest. */
const FLAGS = ['--is-inside-work-tree', '--is-shallow-repository', '--show-object-format'];
const PATHS = ['--absolute-git-dir', '--git-common-dir', '--show-toplevel'];

async function askGit(path: string, options: OpenOptions): Promise<Facts | undefined> {
  const run: GitOptions = { cwd: path, ...options };
  const result = await gitResult(['rev-parse', ...FLAGS, ...PATHS], run);
  const lines = result.stdout.toString().split('\n').slice(0, -1);
  if (lines.length < FLAGS.length) {
    if (/not a git repository/i.test(result.stderr)) return undefined;
    const reason = result.stderr.split('\n')[0]!.replace(/^fatal: /, '');
    throw new KeyturnError(`${escapeControls(path)}: ${escapeControls(reason)}`, {
      code: 'unreadable-repository',
    });
  }
  const hasWorkTree = lines[0] === 'true';
  const expected = FLAGS.length + (hasWorkTree ? PATHS.length : PATHS.length - 1);
  const paths = lines.length === expected ? lines.slice(FLAGS.length) : await pathsOneByOne(run, hasWorkTree);
  return {
    gitDir: realpathSync(paths[0]!),
    commonDir: realpathSync(resolve(realpathSync(path), paths[1]!)),
    ...(hasWorkTree ? { workTree: paths[2]! } : {}),
    isShallow: lines[1] === 'true',
    objectFormat: lines[2] === 'sha256' ? 'sha256' : 'sha1',
  };
}

/** A line feed in a path makes the joint answer ambiguous. */
async function pathsOneByOne(run: GitOptions, hasWorkTree: boolean): Promise<string[]> {
  const flags = hasWorkTree ? PATHS : PATHS.slice(0, -1);
  const results = await Promise.all(flags.map((flag) => gitResult(['rev-parse', flag], run)));
  return results.map(({ stdout }) => stdout.toString().slice(0, -1));
}

/** In a quarantine, GIT_OBJECT_DIRECTORY is where the push landed and the repository's own objects are its alternate. */
function objectStorePlaces(path: string, commonDir: string, options: OpenOptions) {
  const own = join(commonDir, 'objects');
  if (!options.inheritRepository) return objectDirectories(own);
  const alternates = parseAlternateVariable(repositoryVariable('GIT_ALTERNATE_OBJECT_DIRECTORIES') ?? '');
  const first = resolve(path, repositoryVariable('GIT_OBJECT_DIRECTORY') ?? own);
  return objectDirectories(
    first,
    alternates.map((entry) => resolve(path, entry)),
  );
}

/** One gap for each commit whose parents were cut off. */
function shallowGaps(commonDir: string): GapEvent[] {
  return readText(join(commonDir, 'shallow'))
    .split('\n')
    .filter((line) => line !== '')
    .map((id) => ({ reason: 'shallow', example: id }));
}

/** Read from the files, not asked of git: a second process would double what opening costs. */
function isPartialClone(commonDir: string, objectDirs: readonly string[]): boolean {
  const config = readText(join(commonDir, 'config'));
  if (/^\s*(partialclone\s*=|promisor\s*(=\s*(true|yes|on|1)\s*)?$)/im.test(config)) return true;
  return objectDirs.some((dir) => packFiles(dir).some((name) => name.endsWith('.promisor')));
}

function packFiles(objectDir: string): string[] {
  try {
    return readdirSync(join(objectDir, 'pack'));
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
