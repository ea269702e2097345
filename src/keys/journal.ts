import { errorMessage, KeyturnError } from '../base/errors.ts';
import { appendLine, makeFolderFor, readLinesFrom } from '../base/lines-file.ts';

/**
 * One line of the journal: what was about to be done, or what came of it. No secret has a field here.
 * Every mutating call is an `intent` on disk before it is sent, and a `done` or `failed` after its answer.
 */
export interface Entry {
  /** ISO 8601. */
  at: string;
  /** Of one process. */
  run: string;
  /** ARN of whoever signs. */
  actor: string;
  event: 'intent' | 'done' | 'failed' | 'proof' | 'note';
  /** As in policies: `iam:CreateAccessKey`; or a word of ours. */
  action: string;
  user: string;
  keyId?: string;
  secretName?: string;
  /** Why it was asked for. */
  reason?: string;
  /** Which guard was passed, and with what reason. */
  force?: string;
  requestId?: string;
  text?: string;
}

export interface Journal {
  /** Returns when the line is on disk. Throws a KeyturnError when it cannot be: then nothing may be done. */
  write(entry: Omit<Entry, 'at' | 'run' | 'actor'>): void;
  /** Everything so far, oldest first. */
  entries(): Entry[];
  /** `unstoredKeys` of all entries so far; only what is new since the last call is read. */
  unstored(user: string): ReadonlySet<string>;
}

export interface JournalOptions {
  file: string;
  run: string;
  actor: string;
  now: () => number;
}

export function openJournal({ file, run, actor, now }: JournalOptions): Journal {
  try {
    makeFolderFor(file);
  } catch (error) {
    throw cannot('write', file, error);
  }
  const created = new Map<string, Set<string>>();
  let read = 0;
  return {
    write: (entry) => append(file, { at: new Date(now()).toISOString(), run, actor, ...entry }),
    entries: () => readJournal(file),
    unstored: (user) => {
      const { values, end } = readFrom(file, read);
      read = end;
      for (const entry of values) note(created, entry);
      return new Set(created.get(user));
    },
  };
}

/** A torn line never said that it was done, so it is left out. */
export function readJournal(file: string): Entry[] {
  return readFrom(file, 0).values;
}

function readFrom(file: string, offset: number): { values: Entry[]; end: number } {
  try {
    return readLinesFrom<Entry>(file, offset);
  } catch (error) {
    throw cannot('read', file, error);
  }
}

function append(file: string, entry: Entry): void {
  try {
    appendLine(file, entry);
  } catch (error) {
    throw cannot('write', file, error);
  }
}

function cannot(verb: string, file: string, error: unknown): KeyturnError {
  return new KeyturnError(`cannot ${verb} the journal ${file}: ${errorMessage(error)}`, {
    code: 'journal',
    cause: error,
    hint: 'Nothing is done without a journal. Make room or name another one (--journal FILE), and repeat the command.',
  });
}

/** Keys that were created and, as far as the journal knows, never stored, rolled back or discarded. */
export function unstoredKeys(entries: readonly Entry[], user: string): Set<string> {
  const created = new Map<string, Set<string>>();
  for (const entry of entries) note(created, entry);
  return new Set(created.get(user));
}

/** `created` keeps the unstored keys of each user that has any. */
function note(created: Map<string, Set<string>>, { event, action, keyId, user }: Entry): void {
  if (keyId === undefined || event !== 'done') return;
  const keys = created.get(user) ?? new Set();
  if (action === 'iam:CreateAccessKey') keys.add(keyId);
  if (action === 'secretsmanager:PutSecretValue' || action === 'iam:DeleteAccessKey') keys.delete(keyId);
  if (keys.size === 0) created.delete(user);
  else created.set(user, keys);
}
