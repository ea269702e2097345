import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
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
  let text: string;
  try {
    // To read a device could take for ever.
    if (!statSync(file).isFile()) throw new Error('not a regular file');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => parseLine<T>(line) ?? []);
}

function parseLine<T extends object>(line: string): T | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
