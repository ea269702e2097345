import { ServiceError } from './errors.ts';

interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined on the last. */
  next: string | undefined;
}

interface PageRequest {
  /** What the last page ended with. */
  token: string | undefined;
  size: number;
  /** The wire name of the error for a token that is none of ours. */
  code: string;
}

/** One page. A token is opaque: the number of items before it, encoded. */
export function pageOf<T>(items: readonly T[], { token, size, code }: PageRequest): Page<T> {
  const from = token === undefined ? 0 : offsetOf(token);
  if (from === undefined) throw new ServiceError(code, 'Invalid Marker.');
  const to = from + Math.max(1, size);
  return { items: items.slice(from, to), next: to < items.length ? tokenFor(to) : undefined };
}

function tokenFor(offset: number): string {
  return Buffer.from(`from:${offset}`).toString('base64url');
}

function offsetOf(token: string): number | undefined {
  const [, offset] = /^from:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return offset === undefined ? undefined : Number(offset);
}
