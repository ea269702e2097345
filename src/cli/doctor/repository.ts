import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorMessage, KeyturnError } from '../../base/errors.ts';
import { findRepository } from '../../git/repository.ts';
import { gitResult, inRepository } from '../../git/run.ts';
import type { Repository } from '../../git/types.ts';
import { plural } from '../../report/numbers.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** The repository `cwd` stands in: what of it can be scanned, and what checks its pushes. */
export async function checkRepository(cwd: string): Promise<Check[]> {
  try {
    const repository = await findRepository(cwd);
    if (repository === undefined) return [ok('repository', 'none here: files can be scanned, no history')];
    return [...storeChecks(repository), await hookCheck(repository)];
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    return [fail('repository', errorMessage(error), 'git fsck, or clone it again')];
  }
}

function storeChecks({ isShallow, isPartial, objectFormat, objectDirs, gaps }: Repository): Check[] {
  const checks: Check[] = [];
  if (isShallow) {
    checks.push(warn('repository', 'a shallow clone: its history ends early', 'git fetch --unshallow'));
  }
  if (isPartial) {
    checks.push(
      warn(
        'repository',
        'a partial clone: objects left at the remote are not scanned',
        'clone it again without --filter',
      ),
    );
  }
  const lost = gaps.filter(({ reason }) => reason === 'lost-alternate');
  for (const { example } of lost) {
    checks.push(
      fail(
        'repository',
        `it borrows objects from ${example}, which is gone`,
        'bring it back, or mend objects/info/alternates',
      ),
    );
  }
  if (checks.length > 0) return checks;
  const borrowed = objectDirs.length - 1;
  const from = borrowed > 0 ? `, with objects borrowed from ${plural(borrowed, 'other store')}` : '';
  return [ok('repository', `a whole ${objectFormat === 'sha1' ? 'SHA-1' : 'SHA-256'} repository${from}`)];
}

const MEND_HOOK = 'keyturn hook install';

/** A pre-push hook is what stops a leak before it is out; one before each commit is early, but skipped easily. */
async function hookCheck(repository: Repository): Promise<Check> {
  const configured = await configValues(repository, '^hook\\..*\\.command$');
  if (configured.some((line) => line.includes('keyturn')))
    return ok('hook', "keyturn is a hook in git's configuration");
  const folder = await hooksFolder(repository);
  for (const name of ['pre-push', 'pre-commit']) {
    const file = join(folder, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile() || !readFileSync(file, 'utf8').includes('keyturn')) continue;
    if ((stats.mode & 0o111) === 0)
      return fail('hook', `the ${name} hook is not executable: git skips it`, MEND_HOOK);
    return ok('hook', `keyturn is in the ${name} hook`);
  }
  const manager = managerOf(repository.workTree);
  if (manager === undefined) return warn('hook', 'no hook of keyturn: pushes are not checked', MEND_HOOK);
  if (manager.callsKeyturn) return ok('hook', `keyturn is in ${manager.file}`);
  return warn('hook', `${manager.name} has no hook of keyturn: pushes are not checked`, MEND_HOOK);
}

/** As the user's git finds it: our own calls have hooks switched off. */
async function hooksFolder(repository: Repository): Promise<string> {
  const [line] = (await configValues(repository, '^core\\.hookspath$')).slice(-1);
  const usual = join(repository.commonDir, 'hooks');
  if (line === undefined) return usual;
  const path = line.slice('core.hookspath '.length);
  return resolve(repository.workTree ?? repository.gitDir, path);
}

/** `key value` lines of the user's files and the repository's, the one that counts last. */
async function configValues(repository: Repository, pattern: string): Promise<string[]> {
  const scopes = [
    ['--global'],
    ['--local'],
    ...(existsSync(join(repository.gitDir, 'config.worktree')) ? [['--worktree']] : []),
  ];
  const results = await Promise.all(
    scopes.map((scope) =>
      gitResult(
        ['config', ...scope, '--includes', '--type=path', '-z', '--get-regexp', pattern],
        inRepository(repository),
      ),
    ),
  );
  return results.flatMap(({ stdout }) =>
    stdout
      .toString()
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => entry.replace('\n', ' ')),
  );
}

interface HookManager {
  name: string;
  /** Relative to the work tree. */
  file: string;
  callsKeyturn: boolean;
}

const MANAGERS = [
  { name: 'husky', files: ['.husky/pre-push', '.husky/pre-commit', '.husky'] },
  { name: 'lefthook', files: ['lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml'] },
  { name: 'pre-commit', files: ['.pre-commit-config.yaml'] },
];

function managerOf(workTree: string | undefined): HookManager | undefined {
  if (workTree === undefined) return undefined;
  const found = MANAGERS.flatMap(({ name, files }) =>
    files
      .filter((file) => existsSync(join(workTree, file)))
      .map((file) => ({ name, file, callsKeyturn: mentionsKeyturn(join(workTree, file)) })),
  );
  return found.find(({ callsKeyturn }) => callsKeyturn) ?? found[0];
}

function mentionsKeyturn(path: string): boolean {
  return statSync(path).isFile() && readFileSync(path, 'utf8').includes('keyturn');
}
