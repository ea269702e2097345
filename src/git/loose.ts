import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync, constants as zlib } from 'node:zlib';
import { KeyturnError } from '../base/errors.ts';
import { TYPE } from './types.ts';

/** What a loose object's first bytes say: `blob 123\0`. */
export interface LooseHead {
  type: number;
  size: number;
  /** Bytes of the head, the NUL included. */
  length: number;
}

/** Enough compressed bytes for every head. */
const HEAD_BYTES = 128;
const LONGEST_HEAD = 32;
const TYPE_BY_NAME: Record<string, number> = {
  commit: TYPE.commit,
  tree: TYPE.tree,
  blob: TYPE.blob,
  tag: TYPE.tag,
};

/** Ids (hex) of an object directory's loose objects, in ascending order. `onUnreadable` is told of folders that cannot be listed. */
export function listLooseObjects(
  objectDir: string,
  hashBytes: number,
  onUnreadable: (path: string) => void,
): string[] {
  const ids: string[] = [];
  for (const folder of listFolder(objectDir, onUnreadable)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of listFolder(join(objectDir, folder), onUnreadable)) {
      if (name.length === 2 * hashBytes - 2 && /^[0-9a-f]+$/.test(name)) ids.push(folder + name);
    }
  }
  return ids.sort();
}

export function loosePath(objectDir: string, id: string): string {
  return join(objectDir, id.slice(0, 2), id.slice(2));
}

/** Reads and inflates only the head. Undefined when there is none. */
export function readLooseHead(file: string): LooseHead | undefined {
  const compressed = Buffer.allocUnsafe(HEAD_BYTES);
  try {
    const fd = openSync(file, 'r');
    try {
      const length = readSync(fd, compressed, 0, HEAD_BYTES, 0);
      return parseLooseHead(
        inflateSync(compressed.subarray(0, length), {
          finishFlush: zlib.Z_SYNC_FLUSH,
          maxOutputLength: 1 << 20,
        }),
      );
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** The whole object, checked against its id. Throws a KeyturnError (`corrupt-object`). */
export function readLooseObject(file: string, id: string): { type: number; bytes: Buffer } {
  let content: Buffer;
  try {
    content = inflateSync(readFileSync(file));
  } catch (cause) {
    throw new KeyturnError(`object ${id} is corrupt`, { code: 'corrupt-object', cause });
  }
  const head = parseLooseHead(content);
  if (head === undefined || head.length + head.size !== content.length || !hasId(content, id)) {
    throw new KeyturnError(`object ${id} is corrupt`, { code: 'corrupt-object' });
  }
  return { type: head.type, bytes: content.subarray(head.length) };
}

/** Whether head and content together hash to the id. */
export function hasId(headAndContent: Uint8Array, id: string): boolean {
  const algorithm = id.length === 40 ? 'sha1' : 'sha256';
  return createHash(algorithm).update(headAndContent).digest('hex') === id;
}

function parseLooseHead(bytes: Uint8Array): LooseHead | undefined {
  const nul = bytes.subarray(0, LONGEST_HEAD).indexOf(0);
  if (nul === -1) return undefined;
  const match = /^(commit|tree|blob|tag) (0|[1-9][0-9]*)$/.exec(
    Buffer.from(bytes.subarray(0, nul)).toString('latin1'),
  );
  if (match === null) return undefined;
  return { type: TYPE_BY_NAME[match[1]!]!, size: Number(match[2]), length: nul + 1 };
}

/** Names in a folder, sorted; none when it does not exist. */
export function listFolder(path: string, onUnreadable: (path: string) => void): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') onUnreadable(path);
    return [];
  }
}
