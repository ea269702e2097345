import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface CommitOptions {
  author?: { name: string; email: string };
  /** Seconds since 1970; without it every commit is one minute after the one before. */
  time?: number;
  allowEmpty?: boolean;
}

export interface TestRepository {
  /** Top of the work tree, or the bare repository itself. */
  path: string;
  gitDir: string;
  /** Runs git inside the repository; its stdout without the last line feed. */
  git(...args: string[]): string;
  /** The same with bytes on stdin and bytes out. */
  gitBytes(args: string[], input?: Uint8Array | string): Buffer;
  /** Writes a file of the work tree, folders included. */
  write(path: string, content: string | Uint8Array): void;
  /** Adds everything and commits it; returns the commit's id. */
  commit(message: string, options?: CommitOptions): string;
  /** Stores bytes as a blob that nothing points at; returns its id. */
  blob(content: string | Uint8Array): string;
  remove(): void;
}

export interface RepositoryOptions {
  objectFormat?: 'sha1' | 'sha256';
  bare?: boolean;
}

const FIRST_COMMIT_TIME = 1_700_000_000;
const LARGEST_OUTPUT = 1 << 30;

/** A new repository of real git in a temporary folder: no config of the user or the system, fixed names and dates. */
export function makeRepository(options: RepositoryOptions = {}): TestRepository {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-repo-')));
  runGit(path, [
    'init',
    '--quiet',
    `--object-format=${options.objectFormat ?? 'sha1'}`,
    '--initial-branch=main',
    ...(options.bare ? ['--bare'] : []),
  ]);
  return openRepository(path);
}

/** The same handle on a repository that exists already, e.g. a clone. */
export function openRepository(path: string): TestRepository {
  let clock = FIRST_COMMIT_TIME;
  const gitBytes = (args: string[], input?: Uint8Array | string): Buffer => runGit(path, args, { input });
  const git = (...args: string[]): string => gitBytes(args).toString().replace(/\n$/, '');
  return {
    path,
    gitDir: git('rev-parse', '--absolute-git-dir'),
    git,
    gitBytes,
    write(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    commit(message, commitOptions = {}) {
      clock = commitOptions.time ?? clock + 60;
      runGit(path, ['add', '--all', '--force']);
      runGit(
        path,
        [
          'commit',
          '--quiet',
          '--no-verify',
          ...(commitOptions.allowEmpty ? ['--allow-empty'] : []),
          '-F',
          '-',
        ],
        { input: message, env: commitEnvironment(clock, commitOptions.author) },
      );
      return git('rev-parse', 'HEAD');
    },
    blob: (content) => gitBytes(['hash-object', '-w', '--stdin'], content).toString().trim(),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function commitEnvironment(time: number, author = { name: 'A U Thor', email: 'author@example.com' }) {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: `${time} +0000`,
    GIT_COMMITTER_DATE: `${time} +0000`,
  };
}

/** Runs git in any folder with the same isolation. Throws with git's stderr when it fails. */
export function runGit(
  cwd: string,
  args: string[],
  options: { input?: Uint8Array | string | undefined; env?: Record<string, string> } = {},
): Buffer {
  return execFileSync('git', args, {
    cwd,
    input: options.input ?? '',
    maxBuffer: LARGEST_OUTPUT,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      LC_ALL: 'C',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'A U Thor',
      GIT_AUTHOR_EMAIL: 'author@example.com',
      GIT_AUTHOR_DATE: `${FIRST_COMMIT_TIME} +0000`,
      GIT_COMMITTER_NAME: 'C O Mitter',
      GIT_COMMITTER_EMAIL: 'committer@example.com',
      GIT_COMMITTER_DATE: `${FIRST_COMMIT_TIME} +0000`,
      ...options.env,
    },
  });
}
