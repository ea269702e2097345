import { Secret } from '../base/secret.ts';
import type { Pair } from './pair.ts';
import type { Part } from './part.ts';
import type { Confidence, Match } from './types.ts';

/** A pair, or a session's three parts, as one match that points at the ID. */
export function pairToMatch({ id, secret, token }: Pair): Match {
  const hidden = token === undefined ? [secret] : [secret, token];
  return {
    rule: token === undefined ? 'aws-access-key-pair' : 'aws-session-credentials',
    kind: token === undefined ? 'access-key-pair' : 'session-credentials',
    confidence: pairConfidence(id, token),
    span: spanOf(id),
    secretSpans: hidden.map(spanOf),
    keyId: id.value,
    secret: new Secret(secret.value),
    ...(token === undefined ? {} : { token: new Secret(token.value) }),
    ...accountFields(id),
    ...(id.example ? { example: true } : {}),
    encoding: id.encoding.length > 0 ? id.encoding : secret.encoding,
  };
}

/** An ID, a secret or a token that has no partner. */
export function partToMatch(part: Part): Match {
  const common = {
    rule: part.rule,
    confidence: part.confidence,
    span: spanOf(part),
    ...(part.example ? { example: true } : {}),
    encoding: part.encoding,
  };
  switch (part.role) {
    case 'key-id':
      return { ...common, kind: 'access-key-id', secretSpans: [], keyId: part.value, ...accountFields(part) };
    case 'secret':
      return {
        ...common,
        kind: 'secret-access-key',
        secretSpans: [spanOf(part)],
        secret: new Secret(part.value),
      };
    case 'session-token':
      return {
        ...common,
        kind: 'session-token',
        secretSpans: [spanOf(part)],
        secret: new Secret(part.value),
      };
  }
}

function pairConfidence(id: Part, token: Part | undefined): Confidence {
  if (id.example) return 'info';
  // The ID was mistyped or made up; the secret beside it may still be somebody's.
  if (id.account?.state === 'impossible') return 'low';
  // A temporary key does nothing without its token, which may stand somewhere else.
  return id.value.startsWith('ASIA') && token === undefined ? 'medium' : 'high';
}

export function accountFields({ account }: Pick<Part, 'account'>): Pick<Match, 'accountId'> {
  return account?.state === 'known' ? { accountId: account.id } : {};
}

function spanOf({ start, end }: Part): { start: number; end: number } {
  return { start, end };
}
