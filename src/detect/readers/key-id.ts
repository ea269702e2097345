import { type Account, accountOf } from '../account.ts';
import { ALNUM, BASE64_ANY, isIn, latin1, MINUS_UNDERSCORE, PLUS_SLASH } from '../bytes.ts';
import { credentialLabel, LABEL_REACH, readLabel } from '../label.ts';
import type { Part } from '../part.ts';
import { isPlaceholderId } from '../placeholder.ts';
import { ESCAPE_REACH, escapeBefore } from '../run.ts';
import type { Confidence } from '../types.ts';
import { isWordy } from '../words.ts';

/** How much of a base64 run beside an ID is looked at, and how much there must be to call it a blob. */
const BLOB_REACH = 64;
const BLOB_LEAST = 16;

/**
 * Makes a part of the ID-shaped bytes [start, end), or nothing when they belong to a longer word or to a base64
 * blob.
 */
export function readKeyId(
  bytes: Uint8Array,
  start: number,
  end: number,
  labelFrom: number,
): Part | undefined {
  if (!standsAlone(bytes, start, end)) return undefined;
  const value = latin1(bytes, start, end);
  const account = accountOf(value);
  const label = credentialLabel(readLabel(latin1(bytes, Math.max(labelFrom, start - LABEL_REACH), start)));
  const example = isPlaceholderId(value);
  return {
    role: 'key-id',
    rule: 'aws-access-key-id',
    value,
    start,
    end,
    confidence: example ? 'info' : confidenceOf(value, account, label !== undefined),
    label,
    isProven: true,
    example,
    encoding: [],
    account,
  };
}

/** A key ID alone names a key, it does not open it; a temporary one is dead within 36 hours. */
function confidenceOf(keyId: string, account: Account, isLabelled: boolean): Confidence {
  if (account.state === 'impossible') return 'info';
  if (keyId.startsWith('AKIA')) return 'medium';
  // ASIA, ABIA and ACCA begin English words; capitals without one digit need a label to be believed.
  return isLabelled || /[2-7]/.test(keyId.slice(4)) ? 'low' : 'info';
}

function standsAlone(bytes: Uint8Array, start: number, end: number): boolean {
  if (isIn(bytes, end, ALNUM)) return false;
  // SOME_CONSTANT_OF_CAPITALS is a name; an ID with `_prod` behind it is not.
  if (bytes[end] === 0x5f && !/[0-9]/.test(latin1(bytes, start, end))) return false;
  if (isIn(bytes, start - 1, ALNUM) && escapeBefore(latin1(bytes, start - ESCAPE_REACH, start)) === 0)
    return false;
  return !(isBlobBefore(bytes, start) || isBlobAfter(bytes, end));
}

function isBlobBefore(bytes: Uint8Array, start: number): boolean {
  if (!isIn(bytes, start - 1, PLUS_SLASH | MINUS_UNDERSCORE)) return false;
  let from = start;
  while (start - from < BLOB_REACH && isIn(bytes, from - 1, BASE64_ANY)) from--;
  return isBlob(latin1(bytes, from, start));
}

function isBlobAfter(bytes: Uint8Array, end: number): boolean {
  if (!isIn(bytes, end, PLUS_SLASH | MINUS_UNDERSCORE)) return false;
  let to = end;
  while (to - end < BLOB_REACH && isIn(bytes, to, BASE64_ANY)) to++;
  return isBlob(latin1(bytes, end, to));
}

/** A piece of base64, not a path, a URL or a name. */
function isBlob(text: string): boolean {
  return (
    text.length >= BLOB_LEAST &&
    /[A-Z]/.test(text) &&
    /[a-z]/.test(text) &&
    /[0-9]/.test(text) &&
    !isWordy(text)
  );
}
