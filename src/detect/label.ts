/** What a value is called by the text before it. */
export interface Label {
  /**
   * `secret`, `key-id` and `session-token` are what AWS credentials are called; `negative` names something else for
   * certain.
   */
  role: 'secret' | 'key-id' | 'session-token' | 'negative' | 'other';
  /** What it takes for a secret so called to be believed: nothing more, a word of AWS nearby, an ID beside it. */
  needs: 'nothing' | 'context' | 'id';
  /**
   * The words that tell one credential from another: `prod` of `PROD_AWS_SECRET_ACCESS_KEY`; empty when there are
   * none.
   */
  stem: string;
}

/** How much text before a value is looked at; a candidate and its label must fit into a delta's context (256 bytes). */
export const LABEL_REACH = 160;
const MOST_WORDS = 8;
const MOST_LINE_BREAKS = 2;
const LONGEST_WORD = 80;

const SERVICES = new Set(
  'aws amazon amzn s3 s3a s3n iam sts ses sqs sns boto boto3 ec2 ecr ecs emr sdb rds dynamodb dynamo cloudwatch cloudfront kinesis glacier route53 fargate athena lambda codecommit spaces minio'.split(
    ' ',
  ),
);
const AMAZON = new Set(['aws', 'amazon', 'amzn']);

/** Words that stand between a name and its value in some notation, and say nothing. */
const NEUTRAL = new Set(
  `value values val default string str text data type const char std final static is was are of quot amp apos gt lt td tr th span
  strong code pre br div em li name new to with as be here for my the our your following sensitive true false literal basic plain
  plaintext entry property item param parameter arg echo export set setx env put get getenv environ process system os config cfg
  configure fetch nsstring let var mut this self none null nil optional some also and enter use using
  object dict map field stringvalue secure securestring convertto asplaintext force raw stringdata shared readonly json yaml or else
  then if in at it x22 x27 x3d u0022 u0027 u003d u003e n r t nbsp`.split(/\s+/),
);

/** Words every label of a credential may have: what is left after them is the stem. */
const COMMON = new Set(
  `access secret secrets key keys id ids token tokens session security api user username login password passwd pass pwd passphrase
  private cred creds credential credentials auth authentication value val string text var const let conf config cfg env default the my
  app application x setting settings option options param name static final export set num new aws amazon amzn iam account`.split(
    /\s+/,
  ),
);

const NEGATIVE = new Set(
  `hash sha sha1 sha256 sha384 sha512 md5 digest checksum etag commit revision rev integrity fingerprint nonce cursor uuid guid
  version build thumbprint resolved oid crc hmac signature sig image img src href path file filename url uri arn`.split(
    /\s+/,
  ),
);

/** Secrets of others: what they are called names their owner. */
const FOREIGN = new Set(
  `client consumer oauth oauth2 jwt cookie csrf webhook signing signature django flask rails laravel app github gitlab google gcp azure
  facebook twitter stripe slack discord paypal twilio linkedin npm docker heroku firebase sentry datadog cloudflare algolia auth0 okta
  encryption hash salt hmac ssh gpg tls ssl vault`.split(/\s+/),
);

/** Compounds written without a break, as in `aws.secretkey` or `accesskeyid`. */
const COMPOUND =
  /^(?:aws|amazon|amzn|s3|secret|access|key|id|token|session|security|api|private|iam|user|name|pass|word|credentials?)+$/;
const COMPOUND_WORDS =
  /aws|amazon|amzn|s3|secret|access|key|id|token|session|security|api|private|iam|user|name|pass|word|credentials?/g;
const WORDS = /(?:[sS]3[an]?|[eE][cC]2)(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;

/**
 * Reads the label off the text before a value: the nearest name, past quotes, operators, tags and words that say
 * nothing (`value`, `string`, `default` ...), at most two line breaks away. Undefined when there is none.
 */
export function readLabel(before: string): Label | undefined {
  let at = before.length;
  let lineBreaks = 0;
  for (let words = 0; words < MOST_WORDS; words++) {
    const end = skipGap(before, at);
    lineBreaks += countLineBreaks(before, end, at);
    if (end === 0 || lineBreaks > MOST_LINE_BREAKS) return undefined;
    const start = wordStart(before, end);
    if (end - start > LONGEST_WORD) return undefined;
    const parts = partsOf(before.slice(start + escapeRest(before, start), end));
    if (!isNeutral(parts) && !isClosingTag(before, start)) return toLabel(withPhrase(before, start, parts));
    at = start;
  }
  return undefined;
}

/** The lower-case words of a name, camel case and compounds taken apart. */
export function partsOf(name: string): string[] {
  const parts: string[] = [];
  for (const word of name.match(WORDS) ?? []) {
    const lower = word.toLowerCase();
    if (COMPOUND.test(lower)) parts.push(...(lower.match(COMPOUND_WORDS) ?? []));
    else parts.push(lower);
  }
  return parts;
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
  );
}

function skipGap(text: string, from: number): number {
  let at = from;
  while (at > 0 && !isWordCharacter(text.charCodeAt(at - 1))) at--;
  return at;
}

/** A word goes on through `.`, `-` and `$`: `fs.s3a.secret.key`, `--secret-key`. */
function wordStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && (isWordCharacter(text.charCodeAt(at - 1)) || '.-$'.includes(text[at - 1]!))) at--;
  return at;
}

/** `%26secret`, `\u0026secret`, `\nsecret`: how much of the word belongs to an escape. */
function escapeRest(text: string, start: number): number {
  const before = text[start - 1];
  if (before === '%') return /^[0-9A-Fa-f]{2}/.test(text.slice(start, start + 2)) ? 2 : 0;
  if (before !== '\\') return 0;
  return /^(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrt])/.exec(text.slice(start, start + 5))?.[0].length ?? 0;
}

function isClosingTag(text: string, start: number): boolean {
  return text[start - 1] === '/' && text[start - 2] === '<';
}

function countLineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 10) count++;
  return count;
}

function isNeutral(parts: string[]): boolean {
  return parts.every((part) => NEUTRAL.has(part) || part.length === 1 || /^[0-9]{2}$/.test(part));
}

/** `Secret Access Key:` is three words: takes in those before that belong to the phrase. */
function withPhrase(text: string, start: number, parts: string[]): string[] {
  let phrase = parts;
  for (let at = start; at > 0 && text[at - 1] === ' ' && parts.every((part) => COMMON.has(part)); ) {
    const previous = wordStart(text, at - 1);
    const more = partsOf(text.slice(previous, at - 1));
    if (more.length === 0 || !more.every((part) => COMMON.has(part) || SERVICES.has(part))) break;
    phrase = [...more, ...phrase];
    at = previous;
  }
  return phrase;
}

function toLabel(parts: string[]): Label {
  const has = (...words: string[]) => words.some((word) => parts.includes(word));
  const isOf = (owners: ReadonlySet<string>) => parts.some((part) => owners.has(part));
  const stem = parts.filter((part) => !COMMON.has(part)).join(' ');
  if (has('session', 'security') && has('token')) return { role: 'session-token', needs: 'nothing', stem };
  if (has('secret', 'secrets') && !has('hash', 'name', 'arn', 'version')) {
    if (isOf(SERVICES) || (has('access') && has('key'))) return { role: 'secret', needs: 'nothing', stem };
    return { role: 'secret', needs: isOf(FOREIGN) ? 'id' : 'context', stem };
  }
  if (isOf(NEGATIVE)) return { role: 'negative', needs: 'id', stem };
  if (has('id', 'ids')) return { role: has('key', 'access') ? 'key-id' : 'other', needs: 'id', stem };
  if (
    has('key', 'keys', 'token', 'password', 'passwd', 'pass', 'pwd', 'credential', 'credentials', 'private')
  ) {
    return { role: 'secret', needs: isOf(AMAZON) ? 'nothing' : 'id', stem };
  }
  return { role: 'other', needs: 'id', stem };
}

/** A label whose words name no part of a credential says nothing about which credential a value belongs to. */
export function credentialLabel(label: Label | undefined): Label | undefined {
  return label === undefined || label.role === 'other' || label.role === 'negative' ? undefined : label;
}
