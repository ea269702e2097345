import type { Account } from './account.ts';
import type { Decoded } from './decode/decoded.ts';
import type { Label } from './label.ts';
import type { Confidence, Match } from './types.ts';

/**
 * One half of a credential, or a third, with its value in clear. Offsets are those of the layer at hand: `lift`
 * moves a part outwards, until they are the blob's.
 */
export interface Part {
  role: 'key-id' | 'secret' | 'session-token';
  rule: string;
  value: string;
  start: number;
  end: number;
  /** What it is worth alone. */
  confidence: Confidence;
  label: Label | undefined;
  /** False for a secret that only an ID nearby, or a label further out, makes believable. */
  isProven: boolean;
  example: boolean;
  encoding: string[];
  /** Of a key ID. */
  account?: Account;
}

/** What one layer holds: whole credentials, and parts that have no partner in it. */
export interface Found {
  matches: Match[];
  parts: Part[];
}

/** Moves what a decoded layer holds into the offsets of the layer it was decoded from. */
export function lift(found: Found, { encoding, toOuter }: Decoded): Found {
  return {
    matches: found.matches.map((match) => ({
      ...match,
      span: toOuter(match.span),
      secretSpans: match.secretSpans.map(toOuter),
      encoding: [encoding, ...match.encoding],
    })),
    parts: found.parts.map((part) => ({ ...part, ...toOuter(part), encoding: [encoding, ...part.encoding] })),
  };
}
