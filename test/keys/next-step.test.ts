import { describe, expect, it } from 'vitest';
import { nextStep } from '../../src/keys/next-step.ts';
import { TAGS } from '../../src/keys/tags.ts';
import type { Facts, KeyFacts, Memory, Order, RotationRules, VersionFacts } from '../../src/keys/types.ts';
import { CURRENT, PENDING, PREVIOUS, versionIdOf } from '../../src/keys/vault.ts';
import { DAY_MS, NO_WAIT } from './bench.ts';

const NOW = Date.UTC(2026, 10, 26);
const MINUTE_MS = 60_000;
const SETTLE_MS = 15_000;
const ORDER: Order = { user: 'ci', retire: 'OLD', secretName: 'ci/aws', reason: 'test' };

const key = (id: string, parts: Partial<KeyFacts> = {}): KeyFacts => {
  return { id, status: 'Active', createdAt: NOW - DAY_MS, ...parts };
};
const OLD = key('OLD', { createdAt: NOW - 100 * DAY_MS });
const version = (keyId: string, ...labels: string[]): VersionFacts => {
  return { id: versionIdOf('1', 'ci', keyId), labels, keyId };
};

function facts(
  parts: Partial<Omit<Facts, 'memory'>> & { memory?: Partial<Memory>; tags?: Record<string, string> },
): Facts {
  const { memory, tags = {}, ...rest } = parts;
  const nothing = { verified: new Set<string>(), refused: new Set<string>(), dead: new Set<string>() };
  return {
    now: NOW,
    accountId: '1',
    user: { name: 'ci', arn: 'arn:aws:iam::1:user/ci', tags: new Map(Object.entries(tags)) },
    keys: [OLD],
    secret: [version('OLD', CURRENT)],
    created: new Set(),
    sinks: [],
    ...rest,
    memory: { held: undefined, delivered: new Set(), lastUse: new Map(), ...nothing, ...memory },
  };
}

const step = (of: Facts, rules: RotationRules = NO_WAIT, order = ORDER) =>
  nextStep(of, order, rules, SETTLE_MS);

describe('nextStep', () => {
  it('stops when it cannot tell which of two keys is its own', () => {
    const keys = [key('A', { createdAt: NOW - 30_000 }), key('B', { createdAt: NOW - 30_000 })];
    const lastUse = new Map([
      ['A', 'never' as const],
      ['B', 'never' as const],
    ]);
    const intent = { at: NOW - 30_000, keyIds: ['OLD'] };
    expect(step(facts({ keys, intent, memory: { lastUse } }))).toMatchObject({
      do: 'stop',
      text: expect.stringContaining('A or B'),
    });
    expect(step(facts({ keys: [OLD, keys[0]!], intent, memory: { lastUse } }))).toEqual({
      do: 'discard',
      keyId: 'A',
    });
  });

  it('never takes a key for its own that was there before the intent', () => {
    const young = key('YOUNG', { createdAt: NOW - 40_000 });
    const intent = { at: NOW - 30_000, keyIds: ['OLD', 'YOUNG'] };
    const lastUse = new Map([['YOUNG', 'never' as const]]);
    expect(step(facts({ keys: [OLD, young], intent, memory: { lastUse } }))).toMatchObject({
      do: 'stop',
      text: expect.stringContaining('no room'),
    });
  });

  it.each([
    [59_000, 'discard'],
    [-59_000, 'discard'],
    [61_000, 'stop'],
    [-61_000, 'stop'],
  ])('takes a key made %i ms from the intent for: %s', (distance, what) => {
    const other = key('OTHER', { createdAt: NOW - 10 * MINUTE_MS + distance });
    const intent = { at: NOW - 10 * MINUTE_MS, keyIds: ['OLD'] };
    const lastUse = new Map([['OTHER', 'never' as const]]);
    expect(step(facts({ keys: [OLD, other], intent, memory: { lastUse } })).do).toBe(what);
  });

  it('discards what the journal saw it make, whenever that was, but not while a version is unread', () => {
    const orphan = key('ORPHAN');
    const lastUse = new Map([['ORPHAN', 'never' as const]]);
    const of = { keys: [OLD, orphan], created: new Set(['ORPHAN']), memory: { lastUse } };
    expect(step(facts(of))).toEqual({ do: 'discard', keyId: 'ORPHAN' });
    const secret = [version('OLD', CURRENT), { id: 'v', labels: [PREVIOUS], keyId: 'unread' }];
    expect(step(facts({ ...of, secret }))).toMatchObject({ do: 'wait', for: 'consistency' });
  });

  it.each([
    ['used', NOW - MINUTE_MS],
    ['unknown', { why: 'denied', hint: 'add it' }],
  ] as const)('leaves an orphan whose last use is %s to a person', (_, use) => {
    const of = facts({
      keys: [OLD, key('ORPHAN')],
      created: new Set(['ORPHAN']),
      memory: { lastUse: new Map([['ORPHAN', use]]) },
    });
    expect(step(of)).toMatchObject({ do: 'stop' });
  });

  describe('with a pending version', () => {
    const secret = [version('OLD', CURRENT), version('NEW', PENDING)];

    it('waits for a key that is not listed yet, and drops one that is gone', () => {
      const intent = { at: NOW - 1_000, keyIds: ['OLD'] };
      expect(step(facts({ secret, intent }))).toMatchObject({ do: 'wait', for: 'consistency' });
      const late = { at: NOW - MINUTE_MS, keyIds: ['OLD'] };
      expect(step(facts({ secret, intent: late }))).toMatchObject({ do: 'drop-pending' });
    });

    it('verifies, promotes from where the label was seen, or rolls back', () => {
      const keys = [OLD, key('NEW')];
      const [from, to] = secret.map(({ id }) => id);
      expect(step(facts({ keys, secret }))).toEqual({ do: 'verify', keyId: 'NEW', versionId: to });
      const verified = new Set(['NEW']);
      expect(step(facts({ keys, secret, memory: { verified } }))).toEqual({
        do: 'promote',
        keyId: 'NEW',
        from,
        to,
      });
      const back = { do: 'roll-back', keyId: 'NEW', versionId: to };
      expect(step(facts({ keys, secret, memory: { refused: verified } }))).toEqual(back);
      expect(step(facts({ keys: [OLD, key('NEW', { status: 'Inactive' })], secret }))).toEqual(back);
    });
  });

  describe('with a new key that is current', () => {
    const keys = [OLD, key('NEW', { createdAt: NOW - 3 * DAY_MS })];
    const secret = [version('OLD', PREVIOUS), version('NEW', CURRENT)];
    const rules: RotationRules = { ...NO_WAIT, grace: { mode: 'after', periodMs: DAY_MS } };

    it('keeps the old key while the new one is inactive, or AWS does not take it', () => {
      const inactive = [OLD, key('NEW', { status: 'Inactive' })];
      expect(step(facts({ keys: inactive, secret }))).toMatchObject({
        do: 'stop',
        hint: 'keyturn keys restore NEW',
      });
      const refused = new Set(['NEW']);
      expect(step(facts({ keys, secret, memory: { refused } }))).toMatchObject({
        do: 'stop',
        text: expect.stringContaining('does not accept NEW'),
      });
    });

    it('counts the grace from when this key was promoted, and from its creation when that is not known', () => {
      const promoted = { at: NOW - 1_000, keyIds: ['NEW'] };
      expect(step(facts({ keys, secret, promoted }), rules)).toMatchObject({
        do: 'wait',
        until: promoted.at + DAY_MS,
      });
      const ofAnother = { at: NOW - 1_000, keyIds: ['ELSE'] };
      expect(step(facts({ keys, secret, promoted: ofAnother }), rules)).toMatchObject({ do: 'verify' });
    });

    it('with before, keeps the old key until its age ends, when that is later than the grace', () => {
      const before: RotationRules = {
        ...NO_WAIT,
        maxAgeMs: 110 * DAY_MS,
        grace: { mode: 'before', periodMs: DAY_MS },
      };
      const until = OLD.createdAt + 110 * DAY_MS;
      expect(step(facts({ keys, secret }), before)).toMatchObject({ do: 'wait', for: 'grace', until });
      const after: RotationRules = { ...before, grace: { mode: 'after', periodMs: DAY_MS } };
      expect(step(facts({ keys, secret }), after)).toMatchObject({ do: 'verify' });
    });

    it('delivers, notes it, and counts the grace from then on', () => {
      const sinks = ['ssm:/a', 'ssm:/b'];
      const of = (delivered: string[]) => ({
        keys,
        secret,
        sinks,
        memory: { delivered: new Set(delivered) },
      });
      const versionId = secret[1]!.id;
      expect(step(facts(of([])), rules)).toEqual({ do: 'deliver', sink: 'ssm:/a', keyId: 'NEW', versionId });
      expect(step(facts(of(['ssm:/a'])), rules)).toMatchObject({ do: 'deliver', sink: 'ssm:/b' });
      expect(step(facts(of(sinks)), rules)).toEqual({ do: 'note-delivery', keyId: 'NEW' });
      const delivered = { at: NOW - 2_000, keyIds: ['NEW'] };
      const until = delivered.at + DAY_MS;
      expect(step(facts({ ...of(sinks), delivered }), rules)).toMatchObject({
        do: 'wait',
        for: 'grace',
        until,
      });
      const ofAnother = { at: NOW, keyIds: ['ELSE'] };
      expect(step(facts({ ...of(sinks), delivered: ofAnother }), rules)).toMatchObject({
        do: 'note-delivery',
      });
    });

    it('waits for a quarter of an hour more than the quiet period: AWS records one use in that time', () => {
      const quiet = { ...NO_WAIT, quietMs: DAY_MS };
      const lastUse = (ago: number) => ({ keys, secret, memory: { lastUse: new Map([['OLD', NOW - ago]]) } });
      expect(step(facts(lastUse(DAY_MS + 14 * MINUTE_MS)), quiet)).toMatchObject({ do: 'wait', for: 'use' });
      expect(step(facts(lastUse(DAY_MS + 15 * MINUTE_MS)), quiet)).toMatchObject({ do: 'verify' });
      expect(step(facts({ keys, secret }), quiet)).toEqual({ do: 'ask-last-use', keyId: 'OLD' });
    });

    it('proves the new key once more before the old one goes', () => {
      expect(step(facts({ keys, secret }))).toMatchObject({ do: 'verify', keyId: 'NEW' });
      const verified = new Set(['NEW']);
      expect(step(facts({ keys, secret, memory: { verified } }))).toEqual({ do: 'deactivate', keyId: 'OLD' });
    });

    it('proves the old key dead, keeps it, and then rests', () => {
      const retired = { at: NOW - 1_000, keyIds: ['OLD'] };
      const of = { keys: [{ ...OLD, status: 'Inactive' as const }, keys[1]!], secret, retired };
      const kept = { ...NO_WAIT, retentionMs: DAY_MS };
      expect(step(facts(of), kept)).toEqual({ do: 'prove-dead', keyId: 'OLD' });
      const dead = new Set(['OLD']);
      const until = retired.at + DAY_MS;
      expect(step(facts({ ...of, memory: { dead } }), kept)).toMatchObject({
        do: 'wait',
        for: 'retention',
        until,
      });
      expect(step(facts({ ...of, memory: { dead } }))).toMatchObject({ do: 'rest' });
    });
  });

  it('makes no second secret for a user who has one, in another region perhaps', () => {
    const tags = { [TAGS.secret]: 'ci/aws' };
    expect(step(facts({ secret: 'absent', tags }))).toMatchObject({
      do: 'stop',
      hint: expect.stringContaining('--region'),
    });
    expect(step(facts({ secret: 'absent', tags }), NO_WAIT, { ...ORDER, secretName: 'other' })).toEqual({
      do: 'create',
    });
    expect(step(facts({ secret: 'absent' }))).toEqual({ do: 'create' });
  });
});
