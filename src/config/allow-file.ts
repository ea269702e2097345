import { basename, dirname } from 'node:path';
import { UsageError } from '../base/errors.ts';
import type { AllowEntry, AllowList, AllowTarget } from '../scan/plan.ts';
import { readText } from './file.ts';

const FINGERPRINT = /^[0-9a-f]{12,32}$/;
const ACCOUNT = /^\d{12}$/;
/** Long enough for any path, short enough for any matcher. */
const MAX_GLOB = 1_024;

/**
 * Reads an allow file (`.keyturnignore`): one entry a line, a reason after ` # `, blank lines and lines that begin with `#` skipped.
 * An entry is a fingerprint (32 hex characters, or the first 12 or more), `account:` and twelve digits, or `path:` and a glob
 * relative to the file's folder. Throws a UsageError with the line.
 */
export function readAllowFile(path: string, shownAs: string = basename(path)): AllowList {
  return { root: dirname(path), entries: parseAllowFile(readText(path, shownAs), shownAs) };
}

export function parseAllowFile(text: string, shownAs: string): AllowEntry[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    return trimmed === '' || trimmed.startsWith('#')
      ? []
      : [parseAllowEntry(trimmed, `${shownAs}:${index + 1}`)];
  });
}

/** One entry with its optional reason; `where` is its place, for errors and for the entry's origin. */
export function parseAllowEntry(text: string, where: string): AllowEntry {
  const [, entry = '', reason] = /^(.*?)(?:\s+#\s*(.*))?$/s.exec(text.trim()) ?? [];
  return { ...toTarget(entry, where), origin: where, ...(reason ? { reason } : {}) };
}

function toTarget(entry: string, where: string): AllowTarget {
  const [, kind, value = ''] = /^(account|path):\s*(.*)$/s.exec(entry) ?? [];
  if (kind === 'account') {
    if (ACCOUNT.test(value)) return { kind, accountId: value };
    throw new UsageError(`${where}: an account has twelve digits`);
  }
  if (kind === 'path') return { kind, glob: checkGlob(value, where) };
  const prefix = entry.toLowerCase();
  if (FINGERPRINT.test(prefix)) return { kind: 'fingerprint', prefix };
  if (/^[0-9a-f]{1,11}$/.test(prefix))
    throw new UsageError(`${where}: a fingerprint needs at least its first 12 characters`);
  // The line is not echoed: someone may have put a secret here instead of its fingerprint.
  throw new UsageError(`${where}: neither a fingerprint, nor account:, nor path:`, {
    hint: 'Reports name the fingerprint of every finding. A path is written path:docs/example.md.',
  });
}

function checkGlob(glob: string, where: string): string {
  if (glob === '') throw new UsageError(`${where}: path: needs a path or a glob`);
  if (glob.length > MAX_GLOB) throw new UsageError(`${where}: a glob of more than ${MAX_GLOB} characters`);
  if (glob.startsWith('/') || glob.startsWith('!') || glob.split('/').includes('..')) {
    throw new UsageError(
      `${where}: a glob is relative to the folder of this file, and has no "..", nor "!" in front`,
    );
  }
  return glob.startsWith('./') ? glob.slice(2) : glob;
}
