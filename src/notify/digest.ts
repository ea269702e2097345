import type { NotifyEvent, NotifyKind } from './types.ts';

/** What one message tells. Its events are clean: see redact.ts. */
export interface Digest {
  /** The same whenever the same message is sent again. */
  id: string;
  events: readonly NotifyEvent[];
}

const TITLES: Record<NotifyKind, readonly [one: string, many: string]> = {
  'key-blocked': ['key blocked', 'keys blocked'],
  'job-failed': ['job failed', 'jobs failed'],
  'account-failed': ['account failed', 'accounts failed'],
  'key-due': ['key due', 'keys due'],
  'key-deactivated': ['key deactivated', 'keys deactivated'],
  'key-rotated': ['key rotated', 'keys rotated'],
  'key-deleted': ['key deleted', 'keys deleted'],
};
/** From what needs a person most. */
const ORDER = Object.keys(TITLES) as NotifyKind[];

/** Kinds that no digest holds back. */
export function isUrgent({ kind }: NotifyEvent): boolean {
  return kind === 'key-blocked' || kind === 'job-failed' || kind === 'account-failed';
}

/** One line: `keyturn: 3 keys due, 1 job failed (111122223333)`. */
export function headline({ events }: Digest): string {
  const accounts = new Set(events.map(({ account }) => account));
  const [account] = accounts;
  const where = accounts.size === 1 ? account : `${accounts.size} accounts`;
  return `keyturn: ${countsOf(events)} (${where})`;
}

function countsOf(events: readonly NotifyEvent[]): string {
  return groupsOf(events)
    .map(([kind, { length }]) => `${length} ${titleOf(kind, length)}`)
    .join(', ');
}

function titleOf(kind: NotifyKind, count: number): string {
  return TITLES[kind][count === 1 ? 0 : 1];
}

/** By kind, the most urgent first; within one, what is due first, then as they came. */
function groupsOf(events: readonly NotifyEvent[]): [NotifyKind, NotifyEvent[]][] {
  const dueOf = ({ dueAt, at }: NotifyEvent) => (dueAt ?? at).getTime();
  return ORDER.map((kind): [NotifyKind, NotifyEvent[]] => [
    kind,
    events.filter((event) => event.kind === kind).sort((a, b) => dueOf(a) - dueOf(b)),
  ]).filter(([, { length }]) => length > 0);
}

/** How a channel writes the parts of a text; plain by default. */
export interface TextStyle {
  /** Escapes what stands for something else on that channel. */
  escape(text: string): string;
  heading(text: string): string;
  /** Something to copy: a name, a command. `text` is not escaped yet. */
  code(text: string): string;
}

const PLAIN: TextStyle = { escape: (text) => text, heading: (text) => text, code: (text) => text };

/**
 * The message as text. What would go beyond `limit`, in bytes, is left out event by event and counted, so that what is there is whole.
 */
export function textOf({ events }: Digest, limit: number, style: TextStyle = PLAIN): string {
  const room = limit - CLOSING_ROOM;
  let text = '';
  let size = 0;
  let left = events.length;
  for (const [kind, group] of groupsOf(events)) {
    let heading = `${style.heading(capital(titleOf(kind, group.length)))}\n`;
    for (const event of group) {
      const piece = heading + entryOf(event, style);
      size += Buffer.byteLength(piece);
      if (size > room) return `${text}\n${restOf(left)}`;
      text += text === '' || heading === '' ? piece : `\n${piece}`;
      heading = '';
      left--;
    }
  }
  return text;
}

const CLOSING_ROOM = 400;

function restOf(count: number): string {
  return `... and ${count} more, which this message has no room for: keyturn keys report\n`;
}

function entryOf(event: NotifyEvent, { escape, code }: TextStyle): string {
  const { owner, account, subject, dueAt, text, command } = event;
  const facts = [
    ...(dueAt === undefined ? [] : [`due ${dayOf(dueAt)}`]),
    ...(owner === undefined ? [] : [`owner ${escape(owner)}`]),
  ];
  const lines = [
    `  ${escape(account)}  ${code(subject)}${facts.length === 0 ? '' : `  ${facts.join(', ')}`}`,
    `    ${escape(text)}`,
    ...(command === undefined ? [] : [`    ${code(command)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
