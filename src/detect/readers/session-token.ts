import { BASE64, isIn, latin1 } from '../bytes.ts';
import { entropy } from '../entropy.ts';
import { credentialLabel, LABEL_REACH, readLabel } from '../label.ts';
import type { Part } from '../part.ts';
import { isPlaceholderToken } from '../placeholder.ts';
import { type Run, readRun } from '../run.ts';

export const TOKEN_LENGTH = 100;
const LONGEST = 8192;
const LOWEST_ENTROPY = 4.5;
/** From a label to the token it names. */
const LABEL_TO_VALUE = 96;
/** `aws` and `origin_ec` in base64: one of the two is in every token AWS has issued. */
const MARKER = /YXdz|Jb3JpZ2lu/;

/** The token at the anchor `at`, which is either its own first bytes or its label. */
export function readSessionToken(bytes: Uint8Array, at: number): Part | undefined {
  const start = findRun(bytes, at, Math.min(bytes.length, at + LABEL_TO_VALUE));
  return start < 0 ? undefined : toToken(bytes, start, false);
}

/** Tokens within [from, to), the neighbourhood of a temporary key ID, whatever they are called. */
export function findSessionTokens(bytes: Uint8Array, from: number, to: number): Part[] {
  const tokens: Part[] = [];
  for (let at = findRun(bytes, from, to); at >= 0; ) {
    const token = toToken(bytes, at, true);
    if (token !== undefined) tokens.push(token);
    at = findRun(bytes, readRun(bytes, at, LONGEST).end, to);
  }
  return tokens;
}

/** Start of the first run of at least `TOKEN_LENGTH` characters that begins in [from, to); -1 when there is none. */
function findRun(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  // A run that began before `from` is somebody else's.
  if (isIn(bytes, at - 1, BASE64)) while (isIn(bytes, at, BASE64)) at++;
  for (; at < to; at++) {
    if (!isIn(bytes, at, BASE64)) continue;
    const { value, end } = readRun(bytes, at, TOKEN_LENGTH);
    if (value.length === TOKEN_LENGTH) return at;
    at = end;
  }
  return -1;
}

function toToken(bytes: Uint8Array, start: number, isNearKey: boolean): Part | undefined {
  const run = withPadding(bytes, readRun(bytes, start, LONGEST));
  const label = credentialLabel(readLabel(latin1(bytes, start - LABEL_REACH, start)));
  const isMarked = MARKER.test(run.value);
  const isCalledSo = label?.role === 'session-token';
  if (!(isMarked && (isNearKey || STARTS.test(run.value))) && !isCalledSo) return undefined;
  if (entropy(run.value) < LOWEST_ENTROPY) return undefined;
  const example = isPlaceholderToken(run.value);
  return {
    role: 'session-token',
    rule: 'aws-session-token',
    value: run.value,
    start,
    end: run.end,
    // A token opens nothing without the secret that belongs to it.
    confidence: example ? 'info' : isMarked ? 'medium' : 'low',
    label,
    isProven: true,
    example,
    encoding: run.encoding === undefined ? [] : [run.encoding],
  };
}

/** How tokens begin, by age: `\n\torigin_ec`, `\n\x06er\x08aws` and so on behind a version byte. */
const STARTS = /^(?:IQoJb3JpZ2lu|AgoJb3JpZ2lu|[FR][wQ]o[DG])/;

function withPadding(bytes: Uint8Array, run: Run): Run {
  let { value, end } = run;
  for (; bytes[end] === 0x3d && end - run.end < 2; end++) value += '=';
  return { ...run, value, end };
}
