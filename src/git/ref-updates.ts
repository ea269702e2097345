import { UsageError } from '../base/errors.ts';

/** One ref that a push changes. */
export interface RefUpdate {
  /** Full name on the receiving side, e.g. `refs/heads/main`. */
  ref: string;
  /** What it is to point at; absent when it is deleted. May be a tag, a tree or a blob. */
  id?: string;
  /** What it points at there now; absent for a new ref. The repository at hand need not have it. */
  heldId?: string;
}

/** `pre-push`: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`; the local one may be any expression, spaces included (`main@{1 day ago}`). */
const PRE_PUSH = /^.+ (?<id>[0-9a-f]+) (?<ref>[^ ]+) (?<heldId>[0-9a-f]+)$/;
/** `pre-receive`: `OLD-ID NEW-ID REF`. */
const PRE_RECEIVE = /^(?<heldId>[0-9a-f]+) (?<id>[0-9a-f]+) (?<ref>[^ ]+)$/;

const ID_LENGTH = { sha1: 40, sha256: 64 } as const;

/**
 * Reads what git writes to the standard input of a hook: every line, or a UsageError that names the first one that is not git's.
 * An id of zeros, in the length of the repository's own, stands for none.
 */
export function parseRefUpdates(
  text: string,
  event: 'pre-push' | 'pre-receive',
  objectFormat: 'sha1' | 'sha256',
): RefUpdate[] {
  const shape = event === 'pre-push' ? PRE_PUSH : PRE_RECEIVE;
  const length = ID_LENGTH[objectFormat];
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const { ref = '', id = '', heldId = '' } = shape.exec(line)?.groups ?? {};
    if (!ref.startsWith('refs/') || id.length !== length || heldId.length !== length)
      throw notGits(event, index);
    return [
      { ref, ...(isZero(id) ? {} : { id }), ...(isZero(heldId) ? {} : { heldId }) } satisfies RefUpdate,
    ];
  });
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** The line is not echoed: nobody knows what it holds. */
function notGits(event: string, index: number): UsageError {
  return new UsageError(`standard input, line ${index + 1}: not what git writes to a ${event} hook`, {
    hint:
      event === 'pre-push'
        ? 'Expected LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID. Whatever starts keyturn has to pass its standard input on unchanged.'
        : 'Expected OLD-ID NEW-ID REF. Whatever starts keyturn has to pass its standard input on unchanged.',
  });
}
