import type { ReaderName } from '../pattern.ts';
import type { Match } from '../types.ts';
import { readBedrockSession } from './bedrock.ts';
import { readDockerAuth } from './docker-auth.ts';
import { readPrincipal } from './principal.ts';
import { readSsoToken } from './sso.ts';

type Refine = (match: Match, bytes: Uint8Array) => Match | undefined;

const REFINERS: Partial<Record<ReaderName, Refine>> = {
  'bedrock-session-key': readBedrockSession,
  'docker-auth': readDockerAuth,
  'principal-id': readPrincipal,
  'sso-token': readSsoToken,
};

/**
 * What a reader can tell from the value of a match beyond its shape; undefined when the value turns out to be
 * something else.
 */
export function refine(reader: ReaderName | undefined, bytes: Uint8Array, match: Match): Match | undefined {
  const read = reader === undefined ? undefined : REFINERS[reader];
  return read === undefined ? match : read(match, bytes);
}
