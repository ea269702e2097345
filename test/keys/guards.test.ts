import { describe, expect, it } from 'vitest';
import { canForce, guardUse, guardUser, pass, type Refusal, refused } from '../../src/keys/guards.ts';
import { mostItems } from '../../src/keys/plan.ts';
import { DAY_MS } from './bench.ts';

const NOW = Date.UTC(2026, 10, 26);
const QUARTER_MS = 15 * 60_000;
const NOTHING = { users: [], tags: [], paths: [] };
const self = { arn: 'arn:aws:iam::1:user/admin', accountId: '1', userId: 'AIDA', partition: 'aws' };
const user = (arn: string, tags: Record<string, string> = {}) => {
  return { name: arn.slice(arn.lastIndexOf('/') + 1), arn, tags: new Map(Object.entries(tags)) };
};

describe('guardUser', () => {
  it.each([
    ['arn:aws:iam::1:user/admin', 'signing-user'],
    ['arn:aws:iam::1:root', 'root'],
    ['arn:aws:iam::1:user/ci', undefined],
    // A session of a role may bear the name of a user.
    ['arn:aws:iam::1:user/other/admin', undefined],
  ])('%s: %s', (arn, guard) => {
    expect(guardUser(user(arn), self, NOTHING, 0)?.guard).toBe(guard);
  });

  it('protects by name, tag, path and the tag of ours', () => {
    const of = (arn: string, protection: object, tags = {}) =>
      guardUser(user(arn, tags), self, { ...NOTHING, ...protection }, 0)?.guard;
    expect(of('arn:aws:iam::1:user/vendors/x', { paths: ['/vendors/'] })).toBe('protected');
    expect(of('arn:aws:iam::1:user/vendors/x', { paths: ['/vendor/'] })).toBeUndefined();
    expect(of('arn:aws:iam::1:user/x', { users: ['x'] })).toBe('protected');
    expect(of('arn:aws:iam::1:user/x', { tags: ['tier=critical'] }, { tier: 'critical' })).toBe('protected');
    expect(of('arn:aws:iam::1:user/x', {}, { 'keyturn:protect': '' })).toBe('protected');
  });
});

describe('guardUse', () => {
  it.each([
    ['never', undefined],
    [NOW - DAY_MS - QUARTER_MS, undefined],
    [NOW - DAY_MS - QUARTER_MS + 1, 'in-use'],
    [NOW, 'in-use'],
    [{ why: 'throttled' }, 'unknown-use'],
  ] as const)('last used %s: %s', (lastUse, guard) => {
    expect(guardUse('AKIA', lastUse, DAY_MS, NOW)?.guard).toBe(guard);
  });
});

describe('--force', () => {
  const refusal = (guard: Refusal['guard'], hint?: string): Refusal => ({
    guard,
    text: 'why',
    ...(hint && { hint }),
  });

  it.each(['signing-user', 'root', 'no-key', 'still-active'] as const)('never passes %s', (guard) => {
    expect(canForce(refusal(guard))).toBe(false);
    const journal = { write: () => expect.unreachable() };
    expect(() => pass(refusal(guard), { user: 'ci', force: 'because' }, journal)).toThrow('ci: why');
    expect(refused('ci', refusal(guard)).hint).toBeUndefined();
  });

  it.each(['protected', 'in-use', 'unknown-use', 'holds-secret', 'retention', 'limit'] as const)(
    'passes %s, and the journal says so',
    (guard) => {
      const entries: object[] = [];
      const journal = { write: (entry: object) => entries.push(entry) };
      pass(refusal(guard), { user: 'ci', force: 'because' }, journal as never);
      expect(entries).toEqual([
        { event: 'note', action: `guard-${guard}`, user: 'ci', force: 'because', text: 'why' },
      ]);
      expect(() => pass(refusal(guard), { user: 'ci' }, journal as never)).toThrow('ci: why');
      expect(entries).toHaveLength(1);
    },
  );

  it('is what the hint says, unless there is something better', () => {
    expect(refused('ci', refusal('in-use')).hint).toContain('--force REASON');
    expect(refused('ci', refusal('unknown-use', 'add a statement')).hint).toBe('add a statement');
  });
});

describe('the limits of one run', () => {
  it.each([
    [1000, { count: 20, percent: 10 }, 20],
    [50, { count: 20, percent: 10 }, 5],
    [59, { count: 20, percent: 10 }, 5],
    // One is always allowed.
    [3, { count: 20, percent: 10 }, 1],
    [undefined, { count: 20, percent: 10 }, 20],
  ])('of %s keys with %j: %i', (keyCount, limits, most) => {
    expect(mostItems(keyCount === undefined ? {} : { keyCount }, { limits })).toBe(most);
  });
});
