import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files of one JSON object a line, that survive a process killed at any point. All throw what `node:fs` throws. */

export function makeFolderFor(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
}

/** Returns when the line is on disk. */
export function appendLine(file: string, value: object): void {
  const handle = openSync(file, 'a', 0o600);
  try {
    // The line feed in front ends a line that was torn before.
    const line = Buffer.from(`\n${JSON.stringify(value)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(handle, line, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Oldest first; none where there is no file. A line that was torn when a process was killed is left out. */
export function readLines<T extends object>(file: string): T[] {
  return readLinesFrom<T>(file, 0).values;
}

/**
 * What was appended since `offset`, as far as it ends with a line feed, and where to go on. A file that is shorter than that was
 * replaced, and is read from its start. Torn lines are left out: whoever wrote one never said that it was done. A missing file is empty.
 */
export function readLinesFrom<T extends object>(file: string, offset: number): { values: T[]; end: number } {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { values: [], end: 0 };
    throw error;
  }
  try {
    const stat = fstatSync(handle);
    // To read a device could take for ever.
    if (!stat.isFile()) throw new Error('not a regular file');
    const { size } = stat;
    const start = offset > size ? 0 : offset;
    const bytes = Buffer.alloc(size - start);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(handle, bytes, length, bytes.length - length, start + length);
      if (read === 0) break;
      length += read;
    }
    const whole = bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
    const lines = bytes.toString('utf8', 0, whole).split('\n');
    return { values: lines.flatMap((line) => parseLine<T>(line) ?? []), end: start + whole };
  } finally {
    closeSync(handle);
  }
}

function parseLine<T extends object>(line: string): T | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
