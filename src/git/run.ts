import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, isAbsolute } from 'node:path';
import { env as processEnv } from 'node:process';
import { Readable } from 'node:stream';
import { KeyturnError } from '../base/errors.ts';
import type { Repository } from './types.ts';

export interface GitOptions {
  cwd: string;
  /** Written to stdin, which is then closed. */
  input?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Set on top of the cleaned environment. */
  env?: Record<string, string>;
  /** Kills the child; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Inside a hook: keep the variables by which git says which repository, index and quarantine it is about. */
  inheritRepository?: boolean;
  /**
   * Answer as git would answer its user: with the configuration and the variables that a scan shuts out, e.g. `core.hooksPath`.
   * Only for commands that start nothing of what the configuration names: `rev-parse`, `config`, `version`.
   */
  asUser?: boolean;
}

export interface GitResult {
  status: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * A scanned repository is hostile, and so is its config: each of these names a program git would start or a door it would open.
 * `safe.directory` may be a star because nothing of the repository's config can run here (git < 2.38 does not honour it from
 * the command line; there, and everywhere after `openRepository`, an explicit GIT_DIR does the same).
 */
const HARDENED = [
  '--no-pager',
  '--no-replace-objects',
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.pager=cat',
    'core.sshCommand=false',
    'core.gitProxy=false',
    'core.askPass=false',
    'core.alternateRefsCommand=false',
    'core.quotePath=false',
    'credential.helper=',
    'diff.external=',
    'gpg.program=false',
    'log.showSignature=false',
    'protocol.allow=never',
    'protocol.ext.allow=never',
    'safe.bareRepository=all',
    'safe.directory=*',
    'submodule.recurse=false',
  ].flatMap((setting) => ['-c', setting]),
];

/**
 * GIT_ALLOW_PROTOCOL beats every `protocol.*` of the repository, so that a missing object of a partial clone cannot make
 * git connect to (or run) what the repository names as its promisor, not even a git that knows no GIT_NO_LAZY_FETCH (< 2.39.4).
 */
const HARDENED_ENV: Record<string, string> = {
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};

const REPOSITORY_VARIABLES = new Set([
  'GIT_DIR',
  'GIT_COMMON_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
]);

/** Stdout of one git command. Throws a KeyturnError (`git-failed`, `git-missing`, `no-such-directory`) unless it ends with 0. */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const result = await gitResult(args, options);
  if (result.status !== 0) throw gitFailure(args, result.stderr);
  return result.stdout;
}

/** Like `git`, for callers to whom a status other than 0 is an answer. */
export async function gitResult(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const child = start(args, options);
  const stdout: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  const { status, stderr } = await child.ended;
  return { status, stdout: Buffer.concat(stdout), stderr };
}

/** Stdout of one git command as it comes, with back-pressure; leaving the loop early kills the child. Throws like `git`. */
export async function* gitStream(
  args: readonly string[],
  options: GitOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const child = start(args, options);
  // The loop below is where a failure is reported; until it gets there the promise must not count as unhandled.
  child.ended.catch(() => {});
  let finished = false;
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const { status, stderr } = await child.ended;
    finished = true;
    if (status !== 0) throw gitFailure(args, stderr);
  } finally {
    if (!finished) child.kill();
  }
}

/** Options for a command about a repository that `openRepository` found, wherever the caller stands. */
export function inRepository(repository: Repository, options: Omit<GitOptions, 'cwd'> = {}): GitOptions {
  const cwd = repository.workTree ?? repository.gitDir;
  return { ...options, cwd, env: { GIT_DIR: repository.gitDir, ...options.env } };
}

/** Variables by which a hook is told its repository. */
export function repositoryVariable(name: string): string | undefined {
  return REPOSITORY_VARIABLES.has(name) ? processEnv[name] : undefined;
}

/** Control characters and bidirectional overrides as `\xNN` or `\u{NNNN}`, for text that others wrote. */
export function escapeControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

interface Child {
  stdout: ChildProcessWithoutNullStreams['stdout'];
  ended: Promise<{ status: number; stderr: string }>;
  kill: () => void;
}

function start(args: readonly string[], options: GitOptions): Child {
  options.signal?.throwIfAborted();
  const child = spawn('git', [...(options.asUser ? ['--no-pager'] : HARDENED), ...args], {
    cwd: options.cwd,
    env: environment(options),
    windowsHide: true,
  });
  const ended = new Promise<{ status: number; stderr: string }>((resolve, reject) => {
    let stderr = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      if (stderr.length < STDERR_LIMIT) stderr += text;
    });
    const abort = () => child.kill();
    options.signal?.addEventListener('abort', abort, { once: true });
    child.on('error', (error: NodeJS.ErrnoException) => {
      options.signal?.removeEventListener('abort', abort);
      reject(spawnFailure(error, options.cwd));
    });
    feed(child, options.input, reject);
    child.on('close', (code, killedBy) => {
      options.signal?.removeEventListener('abort', abort);
      if (options.signal?.aborted) reject(options.signal.reason);
      else resolve({ status: code ?? 128, stderr: code === null ? `killed by ${killedBy}` : stderr });
    });
  });
  return { stdout: child.stdout, ended, kill: () => child.kill() };
}

const STDERR_LIMIT = 64 * 1024;

/** A child that ends before it has read everything closes the pipe; its status says why, so the pipe's error is not news. */
function feed(
  child: ChildProcessWithoutNullStreams,
  input: GitOptions['input'],
  onFailure: (error: unknown) => void,
): void {
  child.stdin.on('error', () => {});
  if (input === undefined || input instanceof Uint8Array) {
    child.stdin.end(input);
    return;
  }
  const source = Readable.from(input, { objectMode: false });
  source.on('error', (error) => {
    onFailure(error);
    child.kill();
  });
  source.pipe(child.stdin);
}

/** The one place below the command line that looks at the process's environment: git needs PATH and HOME. */
function environment({ env, inheritRepository, asUser }: GitOptions): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(processEnv)) {
    if (value === undefined) continue;
    if (name.startsWith('GIT_') && !asUser && !(inheritRepository && REPOSITORY_VARIABLES.has(name)))
      continue;
    result[name] = name.toUpperCase() === 'PATH' ? absoluteEntries(value) : value;
  }
  return { ...result, ...(asUser ? { LC_ALL: 'C' } : HARDENED_ENV), ...env };
}

/** The child starts inside the scanned repository, where a `.` in PATH would find a `git` that the repository brought along. */
function absoluteEntries(path: string): string {
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .join(delimiter);
}

function gitFailure(args: readonly string[], stderr: string): KeyturnError {
  const lines = stderr.split('\n').filter((text) => text.trim() !== '');
  const line = lines.find((text) => /^(fatal|error): /.test(text)) ?? lines[0] ?? 'failed without a message';
  return new KeyturnError(`git ${args[0] ?? ''}: ${escapeControls(line.replace(/^(fatal|error): /, ''))}`, {
    code: 'git-failed',
  });
}

function spawnFailure(error: NodeJS.ErrnoException, cwd: string): KeyturnError {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return new KeyturnError(`${escapeControls(cwd)}: no such directory`, {
      code: 'no-such-directory',
      cause: error,
    });
  }
  if (error.code === 'ENOENT') {
    return new KeyturnError('git was not found', {
      code: 'git-missing',
      hint: 'Install git 2.20 or later, or put it on the PATH.',
      cause: error,
    });
  }
  return new KeyturnError(`git could not be started: ${error.message}`, { code: 'git-failed', cause: error });
}
