import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import { readText } from './file.ts';

const FINGERPRINT = /^[0-9a-f]{32}$/;
/** A line as `formatBaseline` writes it. */
const USUAL_LINE = /^\s*(?:"[0-9a-f]{32}",?|"schemaVersion": \d+,?|"fingerprints": \[\]?,?|[{}\]],?)?\s*$/;

/**
 * The fingerprints a baseline file records. The file holds no times, no paths and no line numbers, sorted and one fingerprint a line,
 * so that two branches merge. Throws a UsageError with the place of what is wrong.
 */
export function readBaseline(path: string, shownAs: string = basename(path)): ReadonlySet<string> {
  return parseBaseline(readText(path, shownAs), shownAs);
}

export function parseBaseline(text: string, shownAs: string): ReadonlySet<string> {
  const data = parseJson(text, shownAs);
  const { schemaVersion, fingerprints } = (data ?? {}) as Record<string, unknown>;
  if (schemaVersion === undefined || !Array.isArray(fingerprints)) {
    throw new UsageError(`${shownAs}: not a baseline`, { hint: 'keyturn baseline create writes one.' });
  }
  if (schemaVersion !== 1) {
    throw new UsageError(`${shownAs}: schemaVersion ${JSON.stringify(schemaVersion)} is not known`, {
      hint: 'A newer keyturn wrote it.',
    });
  }
  for (const [index, fingerprint] of fingerprints.entries()) {
    if (typeof fingerprint === 'string' && FINGERPRINT.test(fingerprint)) continue;
    throw new UsageError(`${shownAs}: fingerprints[${index}] is no fingerprint of 32 hex characters`);
  }
  return new Set(fingerprints as string[]);
}

export function formatBaseline(fingerprints: Iterable<string>): string {
  const sorted = [...new Set(fingerprints)].sort();
  return `${JSON.stringify({ schemaVersion: 1, fingerprints: sorted }, null, 2)}\n`;
}

/** Whole or not at all: a reader never sees half a file. */
export function writeBaseline(
  path: string,
  fingerprints: Iterable<string>,
  shownAs: string = basename(path),
): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, formatBaseline(fingerprints));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new KeyturnError(`${shownAs}: cannot be written: ${errorMessage(error)}`, {
      code: 'cannot-write',
      cause: error,
    });
  }
}

function parseJson(text: string, shownAs: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = text.split('\n');
    const odd = lines.findIndex((line) => !USUAL_LINE.test(line));
    const isMerge = /^(?:<{7}|={7}|>{7})/.test(lines[odd] ?? '');
    throw new UsageError(
      `${shownAs}${odd === -1 ? '' : `:${odd + 1}`}: ${isMerge ? 'an unresolved merge' : 'not JSON'}`,
      {
        ...(isMerge ? { hint: 'Keep the fingerprints of both sides.' } : {}),
        // Not what the parser says: it quotes the file.
        cause: error,
      },
    );
  }
}
