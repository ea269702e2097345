import type { Mark } from './types.ts';

/**
 * What a rotation leaves on the user, so that any machine can go on where another stopped: AWS is the truth, the journal settles doubt.
 * A tag's value has at most 256 characters of letters, digits, space and `_.:/=+-@`.
 */
export const TAGS = {
  /** Written before CreateAccessKey: when, and which keys there were. */
  intent: 'keyturn:intent',
  /** Written before AWSCURRENT moves: when, and to which key. */
  promoted: 'keyturn:promoted',
  /** Written when every sink gave the new key back: when, and which. */
  delivered: 'keyturn:delivered',
  /** Written before a key is deactivated: when, and which. */
  retired: 'keyturn:retired',
  /** Written with the intent: the secret that holds the user's key. */
  secret: 'keyturn:secret',
  /** Anyone may set it: keyturn then leaves the user's keys alone. */
  protect: 'keyturn:protect',
  /** Anyone may set it: nothing is done for the user until the time that is its value, or for as long as the tag is there. */
  pause: 'keyturn:pause',
} as const;

export function formatMark({ at, keyIds }: Mark): string {
  return [new Date(at).toISOString(), ...keyIds].join(' ');
}

/** Undefined for a tag that is missing or that someone else wrote. */
export function parseMark(value: string | undefined): Mark | undefined {
  const [time = '', ...keyIds] = (value ?? '').split(' ');
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : { at, keyIds };
}

/** Until when a user's tag says to wait: Infinity for a value that is no time. Undefined when it does not, or no more. */
export function pausedUntil(tags: ReadonlyMap<string, string> | undefined, now: number): number | undefined {
  const value = tags?.get(TAGS.pause);
  if (value === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  const until = Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
  return until > now ? until : undefined;
}

export function pauseText(until: number): string {
  const time = until === Number.POSITIVE_INFINITY ? '' : ` until ${new Date(until).toISOString()}`;
  return `the tag ${TAGS.pause} says to wait${time}`;
}
