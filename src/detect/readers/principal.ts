import type { Match } from '../types.ts';

/**
 * The unique ID of a user, a role, a group ...: no secret, nothing that opens anything. Named so that nobody takes
 * it for a key.
 */
export function readPrincipal(match: Match): Match {
  const { secret, ...rest } = match;
  return { ...rest, secretSpans: [], keyId: secret!.reveal() };
}
