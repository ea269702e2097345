import { ALNUM, BASE64, BASE64_ANY, isIn, latin1, MINUS_UNDERSCORE } from '../bytes.ts';
import { entropy } from '../entropy.ts';
import { credentialLabel, LABEL_REACH, type Label, readLabel } from '../label.ts';
import type { Part } from '../part.ts';
import { isPlaceholderSecret } from '../placeholder.ts';
import { ESCAPE_REACH, escapeBefore, type Run, readRun } from '../run.ts';
import type { Span } from '../types.ts';
import { isAllWords, isWordy } from '../words.ts';

const SECRET_LENGTH = 40;
/** From the start of a label to the value it names. */
const LABEL_TO_VALUE = 128;

/** Below this a labelled value is no secret: it repeats itself. */
const LABELLED_ENTROPY = 3.5;
/** Above what forty hex digits can reach (4.0), below what one real secret in 10,000 has (4.25). */
const UNLABELLED_ENTROPY = 4.1;
/** A label such as `secret_key` needs a word of AWS this near. */
const CONTEXT_REACH = 200;
const CONTEXT = /aws|amazon|(?<![a-z])s3(?![0-9])|boto|(?:A[KS]|AB|ACC)IA[A-Z2-7]{16}/i;

/**
 * Makes a part of the secret-shaped run at `start`: proven when its label says so, unproven when only an ID nearby
 * could. Undefined when it is an identifier, a path, a hash, a piece of something longer, or is called something
 * else.
 */
export function readSecret(bytes: Uint8Array, start: number, labelFrom: number): Part | undefined {
  const run = trimEscape(bytes, readRun(bytes, start));
  if (run.value.length !== SECRET_LENGTH || !standsAlone(bytes, run) || isHex(run.value)) return undefined;
  const label = readLabel(latin1(bytes, Math.max(labelFrom, run.start - LABEL_REACH), run.start));
  const isProven = isNamedSecret(label, bytes, run);
  if (isProven ? isAllWords(run.value) : isWordy(run.value)) return undefined;
  if (!isProven && (label?.role === 'negative' || !isMixed(run.value))) return undefined;
  if (entropy(run.value) < (isProven ? LABELLED_ENTROPY : UNLABELLED_ENTROPY)) return undefined;
  const example = isPlaceholderSecret(run.value);
  return {
    role: 'secret',
    rule: 'aws-secret-access-key',
    value: run.value,
    start: run.start,
    end: run.end,
    confidence: example ? 'info' : isProven ? 'medium' : 'low',
    label: credentialLabel(label),
    isProven,
    example,
    encoding: run.encoding === undefined ? [] : [run.encoding],
  };
}

/**
 * The secret that the label at `at` names, when it is not of the shape that is searched for: without capitals, say.
 * A name is proof enough for that, so nothing is returned that the name does not prove. The secret starts before
 * `before`.
 */
export function readNamedSecret(
  bytes: Uint8Array,
  at: number,
  before: number,
  labelFrom: number,
): Part | undefined {
  const to = Math.min(before, at + LABEL_TO_VALUE);
  for (let start = at; start < to; start++) {
    if (!isIn(bytes, start, BASE64)) continue;
    const run = readRun(bytes, start);
    const part = run.value.length === SECRET_LENGTH ? readSecret(bytes, start, labelFrom) : undefined;
    if (part?.isProven) return part;
    start = run.end;
  }
  return undefined;
}

/** `\nSECRET` and a colour code before it run into the value: what the run starts with is then not its own. */
function trimEscape(bytes: Uint8Array, run: Run): Run {
  const surplus = run.value.length - SECRET_LENGTH;
  if (surplus <= 0 || surplus > 4) return run;
  const start = run.start + surplus;
  if (escapeBefore(latin1(bytes, start - ESCAPE_REACH, start)) <= surplus) return run;
  return readRun(bytes, start);
}

function standsAlone(bytes: Uint8Array, { start, end, value }: Run): boolean {
  // `name-VALUE` is a piece of a longer name; `${NAME:-VALUE}` and a patch's `-VALUE` are not.
  if (isIn(bytes, start - 1, MINUS_UNDERSCORE) && isIn(bytes, start - 2, BASE64_ANY)) return false;
  if (isIn(bytes, end, MINUS_UNDERSCORE) || bytes[end] === 0x3d || bytes[end] === 0x28) return false;
  // `name.VALUE`, `VALUE.name`: a member, a file, a piece of a JWT.
  if (bytes[start - 1] === 0x2e && isIn(bytes, start - 2, BASE64_ANY)) return false;
  if (bytes[end] === 0x2e && isIn(bytes, end + 1, BASE64_ANY)) return false;
  // The path of a URL, `host/...` or `:/...`: the run takes the slash in.
  return !(
    value[0] === '/' &&
    (isIn(bytes, start - 1, ALNUM) || bytes[start - 1] === 0x2e || bytes[start - 1] === 0x3a)
  );
}

function isMixed(value: string): boolean {
  return /[A-Z]/.test(value) && /[a-z]/.test(value) && /[0-9+/]/.test(value);
}

function isHex(value: string): boolean {
  return /^[0-9a-fA-F]+$/.test(value);
}

/** The second of several values in a list bears the name of the first. */
export function inheritName(part: Part, previous: Part | undefined, between: string): Part {
  if (part.label !== undefined || previous?.role !== 'secret' || !/^[\s,;|'"`]{1,8}$/.test(between))
    return part;
  const { label, isProven } = previous;
  return { ...part, label, isProven, confidence: part.example ? 'info' : previous.confidence };
}

/** Whether what a value at `span` is called makes a secret access key of it. */
export function isNamedSecret(label: Label | undefined, bytes: Uint8Array, span: Span): boolean {
  if (label?.role !== 'secret') return false;
  return label.needs === 'nothing' || (label.needs === 'context' && hasContext(bytes, span));
}

function hasContext(bytes: Uint8Array, { start, end }: Span): boolean {
  return (
    CONTEXT.test(latin1(bytes, start - CONTEXT_REACH, start)) ||
    CONTEXT.test(latin1(bytes, end, end + CONTEXT_REACH))
  );
}
