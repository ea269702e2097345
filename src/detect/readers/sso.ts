import { latin1 } from '../bytes.ts';
import type { Match } from '../types.ts';

const REACH = 1024;
const EXPIRES_AT = /"expiresAt"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|UTC))"/;
const REGION = /"region"\s*:\s*"([a-z]{2}(?:-[a-z]{2,5}){1,2}-\d)"/;

/** The cache of `aws sso login` says beside its token where and until when it is good. */
export function readSsoToken(match: Match, bytes: Uint8Array): Match {
  const { start, end } = match.span;
  const around = `${latin1(bytes, start - REACH, start)}\n${latin1(bytes, end, end + REACH)}`;
  const expiresAt = EXPIRES_AT.exec(around)?.[1]?.replace('UTC', 'Z');
  const region = REGION.exec(around)?.[1];
  if (expiresAt === undefined && region === undefined) return match;
  return { ...match, details: { ...(region ? { region } : {}), ...(expiresAt ? { expiresAt } : {}) } };
}
