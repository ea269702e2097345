/**
 * What a SigV4 query (`X-Amz-...`) or a V2 one (`AWSAccessKeyId=...&Expires=...`) says about the key that signed
 * it.
 */
export interface SignedQuery {
  keyId: string;
  region?: string;
  service?: string;
  issuedAt?: string;
  expiresAt?: string;
  signature?: string;
}

/** Parameters may be encoded once more where a URL stands inside another one. */
const MOST_ENCODINGS = 3;
/** As far as `Date` goes. */
const LAST_SECOND = 8.64e12;

/** Undefined when the text is no signed query. */
export function readSignedQuery(text: string): SignedQuery | undefined {
  let query = text;
  for (let i = 0; i < MOST_ENCODINGS && !/[?&;]?(?:X-Amz-Credential|AWSAccessKeyId)=/i.test(query); i++)
    query = unescapePercent(query);
  return readVersion4(query) ?? readVersion2(query);
}

function readVersion4(query: string): SignedQuery | undefined {
  const scope = /^([A-Z0-9]{20})\/(\d{8})\/([a-z0-9-]{0,40})\/([a-z0-9-]{1,60})\/aws4_request$/.exec(
    parameter(query, 'X-Amz-Credential') ?? '',
  );
  if (scope === null) return undefined;
  const [, keyId, , region, service] = scope;
  const issued = parseBasicDate(parameter(query, 'X-Amz-Date'));
  const seconds = Number(parameter(query, 'X-Amz-Expires') ?? Number.NaN);
  const signature = parameter(query, 'X-Amz-Signature');
  return {
    keyId: keyId!,
    ...(region ? { region } : {}),
    service: service!,
    ...dates(issued, issued + seconds),
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Requires an expiry and a signature of the right length: an ID in a URL alone signs nothing. */
function readVersion2(query: string): SignedQuery | undefined {
  const keyId = parameter(query, 'AWSAccessKeyId');
  const expires = Number(parameter(query, 'Expires') ?? Number.NaN);
  const signature = parameter(query, 'Signature');
  if (keyId === undefined || !/^[A-Z0-9]{20}$/.test(keyId) || Number.isNaN(expires)) return undefined;
  return signature !== undefined && /^[A-Za-z0-9+/]{27}=$/.test(signature)
    ? { keyId, service: 's3', ...dates(Number.NaN, expires), signature }
    : undefined;
}

/** Seconds since 1970 as ISO 8601; what is no date is left out. */
function dates(issued: number, expires: number): Pick<SignedQuery, 'issuedAt' | 'expiresAt'> {
  const isDate = (seconds: number) => Number.isFinite(seconds) && Math.abs(seconds) <= LAST_SECOND;
  return {
    ...(isDate(issued) ? { issuedAt: toIso(issued) } : {}),
    ...(isDate(expires) ? { expiresAt: toIso(expires) } : {}),
  };
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function parameter(query: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|[?&;])${name}=([^&#;\\s"'<>]*)`, 'i').exec(query)?.[1];
  return value === undefined ? undefined : unescapePercent(value);
}

/** `20130524T000000Z` in seconds; NaN for anything else. */
function parseBasicDate(text: string | undefined): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
}

function unescapePercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}
