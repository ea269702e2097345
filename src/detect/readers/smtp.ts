import { Secret } from '../../base/secret.ts';
import { accountFields } from '../assemble.ts';
import { BASE64, isIn, latin1 } from '../bytes.ts';
import type { Part } from '../part.ts';
import { isPlaceholderSecret } from '../placeholder.ts';
import type { Match } from '../types.ts';

const REACH = 400;
/** Base64 of a version byte (4) and an HMAC-SHA-256: 33 bytes. */
const PASSWORD = /B[A-P][A-Za-z0-9+/]{42}/g;
const CONTEXT = /smtp|mail|\bses\b|ses_/i;

/** The SES SMTP password near the key ID that is its user name. */
export function readSmtpPassword(bytes: Uint8Array, id: Part): Match | undefined {
  if (!id.value.startsWith('AKIA')) return undefined;
  const from = Math.max(0, id.start - REACH);
  const text = latin1(bytes, from, id.end + REACH);
  if (!CONTEXT.test(text)) return undefined;
  for (const match of text.matchAll(PASSWORD)) {
    const start = from + match.index;
    const end = start + match[0].length;
    if (isIn(bytes, start - 1, BASE64) || isIn(bytes, end, BASE64) || bytes[end] === 0x3d) continue;
    const isExample = id.example || isPlaceholderSecret(match[0]);
    return {
      rule: 'aws-ses-smtp-password',
      kind: 'service-credential',
      confidence: isExample ? 'info' : 'high',
      span: { start: id.start, end: id.end },
      secretSpans: [{ start, end }],
      keyId: id.value,
      secret: new Secret(match[0]),
      ...accountFields(id),
      ...(isExample ? { example: true } : {}),
      encoding: id.encoding,
      details: { service: 'ses' },
    };
  }
  return undefined;
}
