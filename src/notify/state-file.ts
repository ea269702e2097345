import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, KeyturnError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { locked } from './locked.ts';
import { boxKey } from './plan.ts';
import { NOTIFY_KINDS, type NotifyEvent } from './types.ts';

/** What runs must know of each other: what was told, and what is still to be sent. Events in it are clean: see redact.ts. */
export interface NotifyState {
  /** When, in milliseconds since the epoch, by recipient and thing. */
  told: Map<string, number>;
  /** By `boxKey`. */
  boxes: Map<string, Box>;
}

/** What waits for one recipient. */
export interface Box {
  channel: string;
  to: readonly string[];
  /** For the next message, oldest first. */
  held: NotifyEvent[];
  /** A message on its way. Until it is taken, or given up, none follows it. */
  outgoing?: Outgoing;
  /** When a message was last taken. */
  sentAt?: number;
}

export interface Outgoing {
  id: string;
  events: NotifyEvent[];
  /** Of the digest that it is a part of. */
  hasMore: boolean;
  since: number;
  attempts: number;
  /** No attempt before; while one is running, when another process may take it for dead. */
  notBefore: number;
  /** Of the last attempt. */
  error?: string;
}

export interface StateFile {
  /**
   * Reads, changes and writes the state, all or nothing, against other processes and kills at any moment. When the file cannot be
   * used, the change is made in memory, it is said, and the state lives as long as the process.
   */
  update<T>(change: (state: NotifyState) => T): Promise<T>;
}

export function openStateFile(file: string, log: Logger): StateFile {
  let inMemory: NotifyState | undefined;
  let isSaid = false;
  return {
    async update(change) {
      let changed: { result: ReturnType<typeof change> } | undefined;
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        await locked(`${file}.lock`, () => {
          const { text, state } = load(file, log);
          const current = inMemory ?? state;
          changed = { result: change(current) };
          inMemory = current;
          const after = textOfState(current);
          if (after !== text) replaceFile(file, after);
          inMemory = undefined;
          isSaid = false;
        });
      } catch (error) {
        if (!isSaid)
          log.error(`${file} cannot be used, so messages may be lost or sent twice: ${errorMessage(error)}`);
        isSaid = true;
        inMemory ??= emptyState();
        changed ??= { result: change(inMemory) };
      }
      return changed!.result;
    },
  };
}

function emptyState(): NotifyState {
  return { told: new Map(), boxes: new Map() };
}

/** What is there now; nothing, when there is no file. Throws a KeyturnError for one that cannot be read or is damaged. */
export function readState(file: string): NotifyState {
  try {
    return parse(readIfThere(file));
  } catch (error) {
    throw new KeyturnError(`${file} cannot be read: ${errorMessage(error)}`, {
      code: 'notify-state',
      cause: error,
    });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file that is no state of ours is put aside, and it is said: what it held may be told again. */
function load(file: string, log: Logger): { text: string | undefined; state: NotifyState } {
  const text = readIfThere(file);
  try {
    return { text, state: parse(text) };
  } catch (error) {
    const aside = `${file}.damaged-${randomUUID().slice(0, 8)}`;
    renameSync(file, aside);
    log.warn(
      `${file} is damaged (${errorMessage(error)}): begun anew, what was told before may be told again; the old one is ${aside}`,
    );
    return { text: undefined, state: emptyState() };
  }
}

function textOfState({ told, boxes }: NotifyState): string {
  return JSON.stringify({ schemaVersion: 1, told: Object.fromEntries(told), boxes: [...boxes.values()] });
}

/** Complete under its name or as it was. Whoever calls has the lock, so there is one temporary name, and no litter. */
function replaceFile(file: string, text: string): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

/** Throws for anything that `textOfState` did not make: half a state must not pass for a whole one. */
function parse(text: string | undefined): NotifyState {
  if (text === undefined) return emptyState();
  const { schemaVersion, told, boxes } = objectOf(JSON.parse(text));
  if (schemaVersion !== 1) throw new TypeError('no schemaVersion 1');
  if (!Array.isArray(boxes)) throw new TypeError('no list of boxes');
  return {
    told: new Map(Object.entries(objectOf(told)).map(([key, at]) => [key, numberOf(at)])),
    boxes: new Map(boxes.map(parseBox).map((box) => [boxKey(box.channel, box.to), box])),
  };
}

function parseBox(value: unknown): Box {
  const { channel, to, held, outgoing, sentAt } = objectOf(value);
  return {
    channel: textOf(channel),
    to: listOf(to).map(textOf),
    held: listOf(held).map(parseEvent),
    ...(outgoing !== undefined && { outgoing: parseOutgoing(outgoing) }),
    ...(sentAt !== undefined && { sentAt: numberOf(sentAt) }),
  };
}

function parseOutgoing(value: unknown): Outgoing {
  const { id, events, hasMore, since, attempts, notBefore, error } = objectOf(value);
  return {
    id: textOf(id),
    events: listOf(events).map(parseEvent),
    hasMore: hasMore === true,
    since: numberOf(since),
    attempts: numberOf(attempts),
    notBefore: numberOf(notBefore),
    ...(error !== undefined && { error: textOf(error) }),
  };
}

function parseEvent(value: unknown): NotifyEvent {
  const { kind, owner, account, subject, at, dueAt, text, command, dedupeKey } = objectOf(value);
  const known = NOTIFY_KINDS.find((each) => each === kind);
  if (known === undefined) throw new TypeError('an event of an unknown kind');
  return {
    kind: known,
    ...(owner !== undefined && { owner: textOf(owner) }),
    account: textOf(account),
    subject: textOf(subject),
    at: new Date(textOf(at)),
    ...(dueAt !== undefined && { dueAt: new Date(textOf(dueAt)) }),
    text: textOf(text),
    ...(command !== undefined && { command: textOf(command) }),
    dedupeKey: textOf(dedupeKey),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
  return value as Record<string, unknown>;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('no number');
  return value;
}
