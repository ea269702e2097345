import { entropy } from './entropy.ts';

/**
 * Words that say a value is made up, written in capitals as placeholders are. Chance puts `FAKE` into one real ID
 * in 80,000.
 */
const SAYS_SO = /EXAMPLE|SAMPLE|DUMMY|FAKE|PLACEHOLDER|REDACTED|CHANGEME|XXXX/;
/** The same in any case, long enough never to come up by chance. */
const SAYS_SO_ANY_CASE = /example|sample|placeholder|redacted|change.?me|your.?secret|insert.?your/i;
/** What the rest of a made-up ID consists of; one of them alone proves nothing. */
const FILLER = /TEST|KEY|DEMO|MOCK|NONE|NULL|HERE|YOUR|12345\d*|99999|00000/g;
const SECRET_FILLER = /TEST|XXXX/;

const RUN_IN_ID = 6;
const RUN_IN_SECRET = 7;
const REPEATS_IN_ID = 5;
const REPEATS_IN_SECRET = 6;
/** Sixteen random base32 characters are below this once in 400,000. */
const LOWEST_ID_ENTROPY = 2.4;

/**
 * Documented examples and placeholders among key IDs: the corpus of made-up values decides, see
 * test/detect/placeholder.test.ts.
 */
export function isPlaceholderId(keyId: string): boolean {
  const body = keyId.slice(4);
  if (SAYS_SO.test(body)) return true;
  const filler = (body.match(FILLER) ?? []).reduce((sum, word) => sum + word.length, 0);
  return (
    filler * 2 > body.length ||
    isMonotonous(body, RUN_IN_ID, REPEATS_IN_ID) ||
    entropy(body) < LOWEST_ID_ENTROPY
  );
}

/** The same for secrets and tokens. */
export function isPlaceholderSecret(secret: string): boolean {
  return (
    SAYS_SO.test(secret) ||
    SECRET_FILLER.test(secret) ||
    SAYS_SO_ANY_CASE.test(secret) ||
    isMonotonous(secret, RUN_IN_SECRET, REPEATS_IN_SECRET)
  );
}

/** A session token may hold `////////` and, once in a while, any short word: only plain speech counts. */
export function isPlaceholderToken(token: string): boolean {
  return /EXAMPLE|SAMPLE|XXXXXX/.test(token) || isMonotonous(token.replace(/[/A]+/g, '-'), 10, 10);
}

/** `abcdefgh`, `12345678`, `aaaaaaaa`: a run of `rising` neighbours or of `equal` characters. */
function isMonotonous(text: string, rising: number, equal: number): boolean {
  let up = 1;
  let same = 1;
  for (let i = 1; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    up = step === 1 || (text[i - 1] === '9' && /[0Aa]/.test(text[i]!)) ? up + 1 : 1;
    same = step === 0 ? same + 1 : 1;
    if (up >= rising || same >= equal) return true;
  }
  return false;
}
