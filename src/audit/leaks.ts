import type { Values } from '../aws/regional/types.ts';
import type { Secret } from '../base/secret.ts';
import { atTime } from '../detect/age.ts';
import { kindText } from '../report/kinds.ts';
import { createTools, type ThreadTools } from '../scan/tools.ts';
import { DEFAULT_ARCHIVE_LIMITS } from '../source/archive.ts';
import type { SourceHit } from '../source/source.ts';
import { once } from './once.ts';

/** A credential that stands where it should not. Holds no secret. */
export interface Leak {
  kind: string;
  /** 0 to 10, of its kind. */
  weight: number;
  keyId?: string;
  /** Such as `variable AWS_SECRET_ACCESS_KEY`. */
  place: string;
}

export interface Searched {
  leaks: readonly Leak[];
  /** What could not be looked into, in words. */
  gaps: readonly string[];
}

/** The scanner is as large as it is for a scan: made when there is first something to search. */
const scanner = once(() => createTools({ patterns: [], archive: DEFAULT_ARCHIVE_LIMITS }));

/**
 * Values that belong together, such as an environment: a key ID in one and its secret in the next are one credential.
 * `noun` says what one is: `variable`.
 */
export function searchValues(values: Values, noun: string, now: number): Searched {
  const parts: { name: string; start: number; bytes: Buffer }[] = [];
  let size = 0;
  for (const [name, value] of values) {
    // As in a file of variables: names say what values are.
    const bytes = Buffer.from(`${name}=${value.reveal()}\n`);
    parts.push({ name, start: size, bytes });
    size += bytes.length;
  }
  const placeOf = ({ offset }: SourceHit) =>
    `${noun} ${parts.findLast(({ start }) => start <= offset)?.name ?? ''}`;
  return search(Buffer.concat(parts.map(({ bytes }) => bytes)), now, placeOf);
}

/** What EC2 hands to an instance at its start, base64; packed or not, a script or several parts. */
export function searchUserData(userData: Secret, now: number): Searched {
  return search(Buffer.from(userData.reveal(), 'base64'), now, ({ line, member }) =>
    member === undefined ? `line ${line}` : `line ${line} of what it unpacks to`,
  );
}

function search(bytes: Uint8Array, now: number, placeOf: (hit: SourceHit) => string): Searched {
  const tools = scanner();
  const { hits, gaps } = tools.scanner.scan(bytes, undefined, 'it');
  return {
    leaks: hits.filter((hit) => isLeak(hit, now)).map((hit) => toLeak(hit, placeOf(hit), tools)),
    gaps: gaps.map(({ reason }) => reason),
  };
}

function isLeak(hit: SourceHit, now: number): boolean {
  // Documented examples are `info`, as is what has expired.
  const { confidence, canary = false, allowedBy } = atTime(hit, now);
  return confidence !== 'info' && !canary && allowedBy === undefined;
}

/** Names are whatever somebody wrote: a secret may stand in one, too. */
function toLeak({ kind, keyId }: SourceHit, place: string, { maskSecrets }: ThreadTools): Leak {
  return {
    kind,
    weight: kindText(kind).severity,
    ...(keyId !== undefined && { keyId }),
    place: maskSecrets(place),
  };
}
