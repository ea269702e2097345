import { readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { GapEvent } from '../report/result.ts';

/**
 * Every object directory reachable from `first` through `info/alternates`, `first` itself in front, each once.
 * What an alternates file names and nobody can find becomes a `lost-alternate` gap.
 */
export function objectDirectories(
  first: string,
  more: readonly string[] = [],
): { dirs: string[]; gaps: GapEvent[] } {
  const dirs: string[] = [];
  const gaps: GapEvent[] = [];
  const seen = new Set<string>();
  const queue = [first, ...more];
  for (let at = 0; at < queue.length; at += 1) {
    const dir = realDirectory(queue[at]!);
    if (dir === undefined) {
      gaps.push({ reason: 'lost-alternate', example: queue[at]! });
    } else if (!seen.has(dir)) {
      seen.add(dir);
      dirs.push(dir);
      for (const entry of alternatesOf(dir)) queue.push(resolve(dir, entry));
    }
  }
  return { dirs, gaps };
}

/** Entries of a GIT_ALTERNATE_OBJECT_DIRECTORIES, quoted ones included. */
export function parseAlternateVariable(value: string): string[] {
  const entries: string[] = [];
  let rest = value;
  while (rest !== '') {
    const quoted = rest.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/.exec(rest) : null;
    const end = quoted ? quoted[0].length : rest.includes(delimiter) ? rest.indexOf(delimiter) : rest.length;
    const entry = unquote(rest.slice(0, end));
    if (entry !== '') entries.push(entry);
    rest = rest.slice(end + 1);
  }
  return entries;
}

function alternatesOf(objectDir: string): string[] {
  let text: string;
  try {
    text = readFileSync(join(objectDir, 'info', 'alternates'), 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(unquote);
}

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** Git's C-style quoting: octal escapes are bytes, so the text is put together as bytes. */
function unquote(entry: string): string {
  if (!(entry.length > 1 && entry.startsWith('"') && entry.endsWith('"'))) return entry;
  const parts = entry.slice(1, -1).match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (!part.startsWith('\\')) return Buffer.from(part);
      const octal = Number.parseInt(part.slice(1), 8);
      return Buffer.from([part.length === 4 ? octal : (ESCAPES[part[1]!] ?? part.charCodeAt(1))]);
    }),
  ).toString();
}

function realDirectory(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
