import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, KeyturnError } from '../base/errors.ts';
import { escapeControls, git } from '../git/run.ts';
import type { Change, HookPlan } from './plan.ts';

/**
 * Does what a plan says, in its order, from `cwd`. Whatever is to be written is first written beside its place, so that a full disk or a
 * read-only folder stops it before anything of the user's has moved; a later failure takes back the renames. Throws a KeyturnError.
 */
export async function applyPlan({ changes }: HookPlan, cwd: string): Promise<void> {
  const written = new Map<Change, string>();
  const undo: (() => void)[] = [];
  try {
    for (const change of changes) {
      if (change.do !== 'write') continue;
      const beside = `${change.path}.keyturn-new`;
      written.set(change, beside);
      writeBeside(change, beside);
    }
    for (const change of changes) await perform(change, written, undo, cwd);
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw asKeyturnError(error);
  } finally {
    for (const beside of written.values()) discard(beside);
  }
}

async function perform(
  change: Change,
  written: ReadonlyMap<Change, string>,
  undo: (() => void)[],
  cwd: string,
): Promise<void> {
  switch (change.do) {
    case 'write':
      renameSync(written.get(change)!, change.path);
      return;
    case 'rename':
      renameSync(change.from, change.to);
      undo.push(() => renameSync(change.to, change.from));
      return;
    case 'remove':
      rmSync(change.path, { force: true });
      return;
    case 'remove-folder':
      removeEmpty(change.path);
      return;
    case 'set-config':
      await git(['config', `--${change.scope}`, '--replace-all', change.key, change.value], {
        cwd,
        asUser: true,
      });
      return;
    case 'unset-config':
      await git(['config', `--${change.scope}`, '--unset-all', change.key], { cwd, asUser: true });
  }
}

function writeBeside({ path, text, mode }: Extract<Change, { do: 'write' }>, beside: string): void {
  const folder = dirname(path);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new KeyturnError(`${escapeControls(folder)}: is a file, so there can be no hooks in it`, {
      code: 'hooks-path-is-a-file',
      hint: 'Look at: git config --show-origin core.hooksPath',
    });
  }
  mkdirSync(folder, { recursive: true });
  // What an interrupted run left; were it a link, it would not be written through.
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { encoding: 'latin1', mode: 0o600, flag: 'wx' });
  chmodSync(beside, mode);
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // What cannot be removed was not written by us.
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There is something of the user's in it: it stays.
  }
}

function asKeyturnError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const reason =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'cannot be written' : errorMessage(error);
  const place = path === undefined ? '' : `${escapeControls(path.replace(/\.keyturn-new$/, ''))}: `;
  return new KeyturnError(`${place}${reason}; nothing was changed`, {
    code: 'hook-not-written',
    cause: error,
  });
}
