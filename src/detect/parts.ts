import { latin1 } from './bytes.ts';
import type { Part } from './part.ts';
import type { ReaderName } from './pattern.ts';
import { readKeyId } from './readers/key-id.ts';
import { inheritName, readNamedSecret, readSecret } from './readers/secret.ts';
import { findSessionTokens, readSessionToken } from './readers/session-token.ts';
import { type CandidateList, STRUCTURAL } from './types.ts';

const KEY_ID_LENGTH = 20;
const KEY_ID = /^(?:A[KS]IA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}$/;
/** Around a temporary key ID: how far before and after it its session token may begin. */
const TOKEN_BEFORE = 2048;
const TOKEN_AFTER = 640;

/**
 * Key IDs, secrets and session tokens at the candidates of a layer, in ascending order. `readerOf` tells what a tag
 * asks for.
 */
export function findParts(
  bytes: Uint8Array,
  candidates: CandidateList,
  readerOf: (tag: number) => ReaderName | undefined,
): Part[] {
  const parts: Part[] = [];
  const names: number[] = [];
  for (let i = 0; i < candidates.count; i++) {
    const at = candidates.offsets[i]!;
    const tag = candidates.tags[i]!;
    const reader = readerOf(tag);
    const labelFrom = parts.at(-1)?.end ?? 0;
    if (reader === 'secret') names.push(at);
    else if (at >= labelFrom) {
      const part =
        tag === STRUCTURAL.secretRun
          ? readShaped(bytes, at, parts.at(-1))
          : readPart(bytes, at, reader, labelFrom);
      if (part !== undefined) parts.push(part);
    }
  }
  return addTokens(bytes, addNamedSecrets(bytes, parts, names));
}

function readShaped(bytes: Uint8Array, at: number, previous: Part | undefined): Part | undefined {
  const labelFrom = previous?.end ?? 0;
  const part = readSecret(bytes, at, labelFrom);
  return part && inheritName(part, previous, latin1(bytes, labelFrom, part.start));
}

function readPart(
  bytes: Uint8Array,
  at: number,
  reader: ReaderName | undefined,
  labelFrom: number,
): Part | undefined {
  if (reader === 'session-token') return readSessionToken(bytes, at);
  if (reader !== 'key-id') return undefined;
  const isKeyId = KEY_ID.test(latin1(bytes, at, at + KEY_ID_LENGTH));
  return isKeyId ? readKeyId(bytes, at, at + KEY_ID_LENGTH, labelFrom) : undefined;
}

/**
 * A name of a secret, at each of `names`, proves what comes after it even where its shape does not; but not past
 * another part.
 */
function addNamedSecrets(bytes: Uint8Array, parts: readonly Part[], names: readonly number[]): Part[] {
  const all = [...parts];
  let next = 0;
  let labelFrom = 0;
  for (const at of names) {
    while (next < parts.length && parts[next]!.end <= at) labelFrom = Math.max(labelFrom, parts[next++]!.end);
    if (at < labelFrom) continue;
    const part = readNamedSecret(bytes, at, parts[next]?.start ?? bytes.length, labelFrom);
    if (part === undefined) continue;
    all.push(part);
    labelFrom = part.end;
  }
  return all.length === parts.length ? all : all.sort((a, b) => a.start - b.start);
}

/** A session token is believed with fewer proofs beside a temporary key ID. */
function addTokens(bytes: Uint8Array, parts: Part[]): Part[] {
  const all = [...parts];
  const known = new Set(parts.map((part) => part.start));
  let searchedTo = 0;
  for (const { value, start, end } of parts) {
    if (!value.startsWith('ASIA')) continue;
    const from = Math.max(searchedTo, start - TOKEN_BEFORE, 0);
    const to = Math.min(bytes.length, end + TOKEN_AFTER);
    for (const token of findSessionTokens(bytes, from, to)) {
      if (!known.has(token.start)) all.push(token);
    }
    searchedTo = to;
  }
  return all.length === parts.length ? parts : all.sort((a, b) => a.start - b.start);
}
