import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';

/** What a request says of its signature, in the Authorization header. */
export interface SignatureClaim {
  keyId: string;
  /** `yyyymmdd`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  /** Hex. */
  signature: string;
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  method: string;
  /** Path and query as they came. */
  target: string;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})\s*$/;

/** Undefined when there is no header, or none that AWS would understand. */
export function parseAuthorization(header: string | undefined): SignatureClaim | undefined {
  const match = AUTHORIZATION.exec(header ?? '');
  if (match === null) return undefined;
  const [, keyId, date, region, service, signedHeaders, signature] = match as unknown as string[];
  return {
    keyId: keyId!,
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders!.split(';'),
    signature: signature!,
  };
}

/** Whether `claim` was made with `secret` for this very request. Takes the same time wherever the two signatures differ. */
export function isSignedWith(secret: Secret, request: SignedRequest, claim: SignatureClaim): boolean {
  const time = request.headers['x-amz-date'] ?? '';
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest(request, claim))}`;
  let key: Uint8Array = Buffer.from(`AWS4${secret.reveal()}`);
  for (const part of [claim.date, claim.region, claim.service, 'aws4_request']) key = hmac(key, part);
  return timingSafeEqual(hmac(key, toSign), Buffer.from(claim.signature, 'hex'));
}

/** Milliseconds since the epoch of `X-Amz-Date`; NaN when it is missing or malformed. */
export function signingTime(headers: SignedRequest['headers']): number {
  const time = headers['x-amz-date'] ?? '';
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function canonicalRequest({ method, target, headers, body }: SignedRequest, claim: SignatureClaim): string {
  const [path = '/', query = ''] = target.split('?', 2);
  const lines = claim.signedHeaders.map(
    (name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    method,
    // Encoded once more than it was sent, as all services but S3 want it.
    path.split('/').map(encodeStrictly).join('/'),
    query.split('&').filter(Boolean).sort().join('&'),
    lines.join(''),
    claim.signedHeaders.join(';'),
    // The body as it came, not the header that describes it: what was changed on the way does not pass.
    sha256(body),
  ].join('\n');
}

/** As RFC 3986 has it: encodeURIComponent leaves five characters more as they are. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Uint8Array, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
