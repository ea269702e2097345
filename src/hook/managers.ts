import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type HookEvent, readsInput } from './types.ts';

/** A program that writes git hooks for its users. */
export interface Manager {
  name: 'husky' | 'lefthook' | 'pre-commit' | 'simple-git-hooks';
  /** Relative to the root: by what it was recognised. */
  file: string;
  /** Husky: git's hooks folder is husky's. The others: always. */
  isActive: boolean;
  /** Husky: where the hooks of the user stand. Absolute. */
  folder?: string;
}

const LEFTHOOK_FILES = ['lefthook', '.lefthook', '.config/lefthook'].flatMap((name) =>
  ['yml', 'yaml', 'toml', 'json'].map((ending) => `${name}.${ending}`),
);
const PRE_COMMIT_FILES = ['.pre-commit-config.yaml'];
const SIMPLE_FILES = ['.simple-git-hooks', 'simple-git-hooks'].flatMap((name) =>
  ['cjs', 'js', 'mjs', 'json'].map((ending) => `${name}.${ending}`),
);

/** The managers that a work tree is set up for. */
export function findManagers(root: string, hooksDir: string): Manager[] {
  const first = (files: readonly string[]) => files.find((file) => existsSync(join(root, file)));
  const lefthook = first(LEFTHOOK_FILES);
  const preCommit = first(PRE_COMMIT_FILES);
  const simple = first(SIMPLE_FILES) ?? (namesSimpleGitHooks(root) ? 'package.json' : undefined);
  const husky = findHusky(root, hooksDir);
  return [
    ...(husky === undefined ? [] : [husky]),
    ...(lefthook === undefined ? [] : [{ name: 'lefthook', file: lefthook, isActive: true } as const]),
    ...(preCommit === undefined ? [] : [{ name: 'pre-commit', file: preCommit, isActive: true } as const]),
    ...(simple === undefined ? [] : [{ name: 'simple-git-hooks', file: simple, isActive: true } as const]),
  ];
}

/** What to add by hand, for a manager that would overwrite a file of ours. Ends with a line feed. */
export function linesFor({ name, file }: Manager, event: HookEvent): string | undefined {
  if (name === 'lefthook') {
    const run = `keyturn hook run ${event}${event === 'pre-push' ? ' {1} {2}' : event === 'commit-msg' ? ' {1}' : ''}`;
    const input = readsInput(event) ? '      use_stdin: true\n' : '';
    return `${event}:\n  commands:\n    keyturn:\n      run: ${run}\n${input}`;
  }
  if (name !== 'simple-git-hooks') return undefined;
  const entry = `"${event}": "keyturn hook run ${event} \\"$@\\""`;
  return file === 'package.json' ? `"simple-git-hooks": { ${entry} }\n` : `${entry}\n`;
}

/** Version 9 sets `core.hooksPath` to `.husky/_`, older ones to `.husky`; both leave the hooks themselves in `.husky`. */
function findHusky(root: string, hooksDir: string): Manager | undefined {
  const folder = basename(hooksDir) === '_' ? dirname(hooksDir) : hooksDir;
  if (existsSync(join(folder, '_', 'h')) || existsSync(join(folder, '_', 'husky.sh')))
    return { name: 'husky', file: basename(folder), isActive: true, folder };
  return existsSync(join(root, '.husky'))
    ? { name: 'husky', file: '.husky', isActive: false, folder: join(root, '.husky') }
    : undefined;
}

function namesSimpleGitHooks(root: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'simple-git-hooks' in manifest;
  } catch {
    return false;
  }
}
