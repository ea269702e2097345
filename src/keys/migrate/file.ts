import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, KeyturnError } from '../../base/errors.ts';

/** A file as it was read: what is written later replaces exactly this. */
export interface FileState {
  /** As it was named. */
  name: string;
  /** Behind all links. */
  path: string;
  /** One character a byte. */
  text: string;
  mode: number;
  uid: number;
  gid: number;
}

/** Larger than any file of credentials. */
const MOST_BYTES = 4 * 2 ** 20;

/** Undefined when there is no such file. Throws a KeyturnError for one that cannot be read or safely replaced. */
export function readState(name: string): FileState | undefined {
  const handle = openExisting(name);
  if (handle === undefined) return undefined;
  try {
    const { size, mode, uid, gid, nlink } = fstatSync(handle);
    if (!fstatSync(handle).isFile()) throw refused(name, 'it is no regular file');
    if (nlink > 1) throw refused(name, 'it has another name (a hard link), which would keep the secret');
    if (size > MOST_BYTES) throw refused(name, 'it is larger than 4 MiB');
    const text = readFileSync(handle, 'latin1');
    return { name, path: realpathSync(name), text, mode: mode & 0o7777, uid, gid };
  } finally {
    closeSync(handle);
  }
}

function openExisting(name: string): number | undefined {
  try {
    return openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failed('read', name, error);
  }
}

/** Throws a KeyturnError when nothing can be written beside the file: to be known before anything is done. */
export function checkWritable({ name, path }: FileState): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw failed('write beside', name, error);
  }
}

/** A state that is not on disk yet; its folder is made. */
export function newState(name: string): FileState {
  try {
    mkdirSync(dirname(name), { recursive: true, mode: 0o700 });
    const { uid, gid } = lstatSync(dirname(name));
    return { name, path: name, text: '', mode: 0o600, uid, gid };
  } catch (error) {
    throw failed('write', name, error);
  }
}

/**
 * Replaces the file as a whole, mode and owner kept: it has the old content or the new one at any moment, and after a power cut.
 * Throws a KeyturnError with the code `changed` when it is not what was read. Returns the new state.
 */
export function replaceFile(state: FileState, text: string): FileState {
  const { name, path, mode, uid, gid } = state;
  const temporary = temporaryOf(path);
  try {
    writeNew(temporary, text, (handle) => {
      const made = fstatSync(handle);
      if (made.uid !== uid || made.gid !== gid) fchownSync(handle, uid, gid);
      fchmodSync(handle, mode);
    });
  } catch (error) {
    throw failed('write', name, error);
  }
  try {
    if (!isUnchanged(state))
      throw new KeyturnError(`${name} was changed by someone else meanwhile; it is left as it is`, {
        code: 'changed',
        hint: 'Repeat the command.',
      });
    renameSync(temporary, path);
    syncFolder(path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof KeyturnError ? error : failed('write', name, error);
  }
  return { ...state, text };
}

export function isUnchanged({ name, path, text }: FileState): boolean {
  const now = readState(name);
  return now === undefined ? text === '' : now.path === path && now.text === text;
}

/** A copy beside the file that only its owner can read: whole, or not there. Throws a KeyturnError when another one is there. */
export function writeBackup(state: FileState): void {
  const { name, path, text } = state;
  const before = readBackup(state);
  if (before === text) return;
  if (before !== undefined)
    throw refused(name, `there is a backup of it from another run, ${backupOf(path)}`);
  try {
    writeNew(temporaryOf(path), text);
    renameSync(temporaryOf(path), backupOf(path));
    syncFolder(path);
  } catch (error) {
    throw failed('write a backup of', name, error);
  }
}

export function removeBackup({ name, path }: FileState): void {
  try {
    rmSync(backupOf(path), { force: true });
    syncFolder(path);
  } catch (error) {
    throw failed('remove the backup of', name, error);
  }
}

/** What an interrupted run left: the content of the backup, if there is one. */
export function readBackup({ path }: FileState): string | undefined {
  const name = backupOf(path);
  return readState(name)?.text;
}

/** A file that was being written when a run was interrupted is worth nothing. */
export function removeTemporary({ path }: FileState): void {
  rmSync(temporaryOf(path), { force: true });
}

export function backupOf(path: string): string {
  return `${path}.keyturn-backup`;
}

function temporaryOf(path: string): string {
  return `${path}.keyturn-new`;
}

/** Fails when the file is there: then another run is at work. */
function writeNew(path: string, text: string, prepare: (handle: number) => void = () => {}): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    const bytes = Buffer.from(text, 'latin1');
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    prepare(handle);
    fsyncSync(handle);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function syncFolder(path: string): void {
  const handle = openSync(dirname(path), 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function refused(name: string, why: string): KeyturnError {
  return new KeyturnError(`${name}: ${why}`, { code: 'unfit-file' });
}

function failed(verb: string, name: string, error: unknown): KeyturnError {
  return new KeyturnError(`cannot ${verb} ${name}: ${errorMessage(error)}`, {
    code: 'file',
    cause: error,
  });
}
