import { createHash } from 'node:crypto';
import { Secret } from '../base/secret.ts';

/** How a key stands in Secrets Manager: both halves in one version, so that no reader ever sees one without the other. */

export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
export const PREVIOUS = 'AWSPREVIOUS';

export interface StoredKey {
  id: string;
  secret: Secret;
}

export function storedForm({ id, secret }: StoredKey): Secret {
  return new Secret(JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret.reveal() }));
}

/** Our own shape, and that of environment variables; undefined for anything else. */
export function parseStoredForm(value: Secret): StoredKey | undefined {
  const fields = parseObject(value.reveal());
  const id = fields?.['AccessKeyId'] ?? fields?.['AWS_ACCESS_KEY_ID'];
  const secret = fields?.['SecretAccessKey'] ?? fields?.['AWS_SECRET_ACCESS_KEY'];
  if (typeof id !== 'string' || typeof secret !== 'string') return undefined;
  return { id, secret: new Secret(secret) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Tag of a secret: whose key it holds. */
export const USER_TAG = 'keyturn:user';

/** What a new secret holds until its first key is promoted. */
export const PLACEHOLDER = new Secret('{"keyturn":"no key yet"}');

/** UUIDv5 in the DNS namespace of `keyturn`: the same on every machine, so that a repeated put is the same put. */
export function versionIdOf(accountId: string, user: string, what: string): string {
  const digest = createHash('sha1').update(NAMESPACE).update(`${accountId}/${user}/${what}`).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Random once, fixed for ever. */
const NAMESPACE = Buffer.from('5b1cf2a04d0e4c1a9a3f6f1f6f0c7e21', 'hex');

/** `{account}`, `{user}` and `{path}` of a name template; a secret's name must not end in a hyphen and six characters. */
export function secretNameFor(
  template: string,
  of: { accountId: string; user: string; path: string },
): string {
  return template
    .replaceAll('{account}', of.accountId)
    .replaceAll('{user}', of.user)
    .replaceAll('{path}', of.path)
    .replace(/\/{2,}/g, '/');
}
