import { describe, expect, it } from 'vitest';
import type { Match } from '../../src/detect/types.ts';
import { fill, makeValues, type Values } from './corpus/fill.ts';
import { LONE_IDS, NAMED_SECRETS, NOTHING, SESSIONS, SEVERAL } from './corpus/others.ts';
import { PAIRS } from './corpus/pairs.ts';
import { isShown, scan } from './scan.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** What would be reported without asking for more, as `kind keyId secret token` by the names of the values. */
function reported(text: string, values: Values): string[] {
  return scan(text)
    .filter(isShown)
    .map((match) => describeMatch(match, values))
    .sort();
}

function describeMatch({ kind, keyId, secret, token }: Match, values: Values): string {
  const nameOf = (value: string | undefined) =>
    value === undefined ? '-' : (Object.entries(values).find(([, known]) => known === value)?.[0] ?? 'other');
  return [
    kind,
    nameOf(keyId),
    nameOf(secret?.reveal()),
    ...(token === undefined ? [] : [nameOf(token.reveal())]),
  ].join(' ');
}

/** `finds` for every seed; a shorter entry leaves the values open. */
function check(template: string, finds: readonly string[]): void {
  for (const seed of SEEDS) {
    const values = makeValues(seed);
    const found = reported(fill(template, values), values);
    const kinds = finds.some((find) => !find.includes(' '));
    expect(kinds ? found.map((each) => each.split(' ')[0]) : found, `seed ${seed}`).toEqual(
      [...finds].sort(),
    );
  }
}

describe('corpus', () => {
  describe('a pair', () => {
    it.each(Object.entries(PAIRS))('%s', (_, text) => check(text, ['access-key-pair ID SECRET']));
  });
  describe('several credentials', () => {
    it.each(Object.entries(SEVERAL))('%s', (_, { text, finds }) => check(text, finds));
  });
  describe('sessions', () => {
    it.each(Object.entries(SESSIONS))('%s', (_, { text, finds }) => check(text, finds));
  });
  describe('a secret by its name', () => {
    it.each(NAMED_SECRETS)('%s', (text) => check(text, ['secret-access-key - SECRET']));
  });
  describe('an ID alone', () => {
    it.each(LONE_IDS)('%s', (text) => check(text, ['access-key-id ID -']));
  });
  describe('nothing', () => {
    it.each(Object.entries(NOTHING))('%s', (_, text) => check(text, []));
  });
});
