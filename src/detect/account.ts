const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LARGEST_ACCOUNT = 999_999_999_999;

export type Account =
  /** Twelve digits. */
  | { state: 'known'; id: string }
  /** Issued before accounts were part of an ID (AKIAI, AKIAJ, ASIAI, ASIAJ), or a prefix that carries none. */
  | { state: 'none' }
  /** Not base32, or an account beyond twelve digits: AWS never gave this ID out. */
  | { state: 'impossible' };

/**
 * Reads the account out of a key ID, offline: the sixteen characters after the prefix are base32, and bits 1 to 40
 * of them are the account's number.
 */
export function accountOf(keyId: string): Account {
  const body = keyId.slice(4);
  if (!/^[A-Z2-7]{16}$/.test(body)) return { state: 'impossible' };
  if (keyId.startsWith('A3T') || body[0] === 'I' || body[0] === 'J') return { state: 'none' };
  let bits = 0n;
  for (const character of body.slice(0, 10)) bits = (bits << 5n) | BigInt(BASE32.indexOf(character));
  const account = Number((bits >> 9n) & 0xff_ffff_ffffn);
  if (account > LARGEST_ACCOUNT) return { state: 'impossible' };
  return { state: 'known', id: String(account).padStart(12, '0') };
}

/**
 * The inverse, for samples: a body of sixteen base32 characters that decodes to `account`.
 * `rest` supplies what the account leaves open, one number below 32 per call.
 */
export function bodyForAccount(account: string, rest: () => number): string {
  let body = '';
  // The first bit is always set in IDs seen in the wild; bits 1 to 40 are the account, nine more complete ten characters.
  const bits = (1n << 49n) | (BigInt(account) << 9n) | BigInt(rest() << 4) | BigInt(rest() & 15);
  for (let shift = 45n; shift >= 0n; shift -= 5n) body += BASE32[Number((bits >> shift) & 31n)];
  while (body.length < 16) body += BASE32[rest()];
  return body;
}
