import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON value and a run of bytes, filed under a key. */
export interface CacheEntry {
  value: unknown;
  bytes: Uint8Array;
}

const SIGNATURE = Buffer.from('keyturn cache 1\n');
const CHECKSUM_BYTES = 32;
const LENGTH_BYTES = 4;

/** What was filed under `key`; undefined when there is nothing, or nothing whole. `key` is a plain file name. */
export function readCache(cacheDir: string, key: string): CacheEntry | undefined {
  try {
    const file = readFileSync(join(cacheDir, key));
    const content = file.subarray(CHECKSUM_BYTES);
    if (!checksumOf(content).equals(file.subarray(0, CHECKSUM_BYTES))) return undefined;
    if (!content.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
    const start = SIGNATURE.length + LENGTH_BYTES;
    const end = start + content.readUInt32LE(SIGNATURE.length);
    return { value: JSON.parse(content.toString('utf8', start, end)), bytes: content.subarray(end) };
  } catch {
    return undefined;
  }
}

/**
 * Files an entry, readable by its owner only, so that readers see all of it or nothing. A cache that cannot be written is no
 * reason to fail: returns whether it could. The value must hold no secret.
 */
export function writeCache(
  cacheDir: string,
  key: string,
  value: unknown,
  bytes: Uint8Array = new Uint8Array(),
): boolean {
  const temporary = join(cacheDir, `.${key}.${randomBytes(6).toString('hex')}`);
  try {
    const json = Buffer.from(JSON.stringify(value));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(json.length);
    const content = Buffer.concat([SIGNATURE, length, json, bytes]);
    mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([checksumOf(content), content]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(cacheDir, key));
    return true;
  } catch {
    removeIfThere(temporary);
    return false;
  }
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Its folder is none: then there is no file either.
  }
}

function checksumOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
