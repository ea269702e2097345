import { createHash } from 'node:crypto';
import { readRun } from '../detect/run.ts';
import { type Detector, type Prefilter, STRUCTURAL } from '../detect/types.ts';
import { escapeControl } from '../report/escape.ts';
import { maskSecrets } from '../scan/mask.ts';
import type { NotifyEvent } from './types.ts';

const STARS = '************';
const LONGEST_NAME = 256;
const LONGEST_TEXT = 1000;
const LONGEST_COMMAND = 2000;
const LONGEST_SEARCHED = 20_000;

export type Redact = (events: readonly NotifyEvent[]) => NotifyEvent[];

/**
 * Events as they may leave: names of users and texts of errors are written by others, so control characters are made visible (no
 * header or line can be forged), lengths are bounded, and whatever our own detector takes for a secret becomes stars. All fields of
 * all events are looked at as one text, because a secret alone is told by the key ID near it.
 */
export function createRedact(detector: Detector, prefilter: Prefilter): Redact {
  const mask = (text: string) => maskRuns(maskSecrets(text, detector, prefilter), prefilter);
  return (events) => {
    const fields = events.flatMap(readable);
    const masked = mask(fields.join('\n')).split('\n');
    // A mask that took line feeds with it: each field alone then.
    const clean = masked.length === fields.length ? masked : fields.map(mask);
    return events.map((event, index) => withFields(event, clean.slice(index * FIELDS, (index + 1) * FIELDS)));
  };
}

const FIELDS = 5;

function fieldsOf({ owner = '', account, subject, text, command = '' }: NotifyEvent): string[] {
  return [owner, account, subject, text, command];
}

function withFields(event: NotifyEvent, fields: readonly string[]): NotifyEvent {
  const { kind, at, dueAt, dedupeKey } = event;
  const [owner = '', account = '', subject = '', text = '', command = ''] = fields;
  // Half a command is worse than none.
  const isWhole = command !== '' && command.length <= LONGEST_COMMAND;
  return {
    kind,
    ...(owner !== '' && { owner: shortened(owner, LONGEST_NAME) }),
    account: shortened(account, LONGEST_NAME),
    subject: shortened(subject, LONGEST_NAME),
    // What is no date could not be stored.
    at: isDate(at) ? at : new Date(0),
    ...(dueAt !== undefined && isDate(dueAt) && { dueAt }),
    text: shortened(text, LONGEST_TEXT),
    ...(isWhole && { command }),
    // Kept for long: it tells nothing but whether it is the same.
    dedupeKey: createHash('sha256').update(dedupeKey).digest('hex').slice(0, 32),
  };
}

function isDate(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}

/** Bounded for the search only: what is cut here is far behind what is shown, so half a secret never is. */
function readable(event: NotifyEvent): string[] {
  return fieldsOf(event).map((field) => escapeControl(field.slice(0, LONGEST_SEARCHED)));
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}...` : text;
}

/** Secret-shaped runs that nothing proves to be one: a report would be right to leave them out, a message to show them is not needed. */
function maskRuns(text: string, prefilter: Prefilter): string {
  const bytes = Buffer.from(text);
  const { count, offsets, tags } = prefilter.find(bytes);
  const starts = [...offsets.slice(0, count)].filter((_, index) => tags[index] === STRUCTURAL.secretRun);
  let masked = '';
  let at = 0;
  for (const start of starts.sort((a, b) => a - b)) {
    if (start < at) continue;
    masked += bytes.toString('utf8', at, start) + STARS;
    at = readRun(bytes, start).end;
  }
  return masked + bytes.toString('utf8', at);
}
