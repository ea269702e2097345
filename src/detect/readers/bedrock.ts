import { accountOf } from '../account.ts';
import { accountFields } from '../assemble.ts';
import { readSignedQuery } from '../signed-url.ts';
import type { Match } from '../types.ts';

const PREFIX = 'bedrock-api-key-';
/** The host that every key of this kind starts with, without a query: documentation and code quote it. */
const HOST_ONLY = 'bedrock.amazonaws.com';

/** A short-lived Bedrock key is a presigned URL in base64: it names its key, its region and when it ends. */
export function readBedrockSession(match: Match): Match | undefined {
  const url = Buffer.from(match.secret!.reveal().slice(PREFIX.length), 'base64').toString('latin1');
  if (url === HOST_ONLY) return undefined;
  const query = readSignedQuery(url);
  if (query === undefined)
    return url.startsWith(HOST_ONLY) ? match : { ...match, confidence: match.example ? 'info' : 'low' };
  const { keyId, signature: _, ...details } = query;
  return { ...match, keyId, ...accountFields({ account: accountOf(keyId) }), details };
}
