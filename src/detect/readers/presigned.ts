import { Secret } from '../../base/secret.ts';
import { accountFields } from '../assemble.ts';
import { latin1 } from '../bytes.ts';
import type { Part } from '../part.ts';
import { readSignedQuery } from '../signed-url.ts';
import type { Match, Span } from '../types.ts';

/** A URL with a session token in it has some 2,000 characters. */
const REACH_BEFORE = 2048;
const REACH_AFTER = 4096;
const NAMES_KEY = /(?:X-Amz-Credential|AWSAccessKeyId)(?:=|%(?:25){0,2}3D)$/i;
const LONGEST_NAME = 32;
const URL_END = /[\s"'<>`\\|{}]/;

/** The signed URL whose key ID `id` is; undefined when the ID stands elsewhere. */
export function readPresignedUrl(bytes: Uint8Array, id: Part): Match | undefined {
  if (!NAMES_KEY.test(latin1(bytes, id.start - LONGEST_NAME, id.start))) return undefined;
  const span = urlAround(bytes, id);
  const query = readSignedQuery(latin1(bytes, span.start, span.end));
  if (query?.keyId !== id.value) return undefined;
  const { keyId, signature, ...details } = query;
  return {
    rule: 'aws-presigned-url',
    kind: 'presigned-url',
    confidence: id.example || id.account?.state === 'impossible' ? 'info' : 'medium',
    span: { start: id.start, end: id.end },
    secretSpans: secretsIn(bytes, span),
    keyId,
    ...(signature === undefined ? {} : { secret: new Secret(signature) }),
    ...accountFields(id),
    ...(id.example ? { example: true } : {}),
    encoding: id.encoding,
    details,
  };
}

function urlAround(bytes: Uint8Array, { start, end }: Span): Span {
  const before = latin1(bytes, start - REACH_BEFORE, start);
  const after = latin1(bytes, end, end + REACH_AFTER);
  let from = before.length;
  while (from > 0 && !URL_END.test(before[from - 1]!)) from--;
  const to = after.search(URL_END);
  return { start: start - before.length + from, end: end + (to < 0 ? after.length : to) };
}

/** The signature and the session token are what the URL is good for; the rest may be shown. */
function secretsIn(bytes: Uint8Array, { start, end }: Span): Span[] {
  const url = latin1(bytes, start, end);
  const spans: Span[] = [];
  for (const match of url.matchAll(/(?:Signature|Security-Token)(?:=|%(?:25){0,2}3D)([^&;#]{8,})/gi)) {
    const to = start + match.index + match[0].length;
    spans.push({ start: to - match[1]!.length, end: to });
  }
  return spans;
}
