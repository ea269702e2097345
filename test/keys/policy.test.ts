import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import type { InventoryKey, LastUse, UserPrincipal } from '../../src/keys/inventory.ts';
import { assess, DEFAULT_POLICY, type KeyPolicy, protectionOf } from '../../src/keys/policy.ts';
import { needsAction, VERDICTS } from '../../src/report/keys-result.ts';

const NOW = Date.UTC(2026, 10, 26);
const MINUTE_MS = 60_000;

function user(parts: Partial<UserPrincipal> = {}): UserPrincipal {
  const name = parts.name ?? 'ci';
  return { type: 'user', name, arn: `arn:aws:iam::1:user/${name}`, path: '/', tags: new Map(), ...parts };
}

function key(ageDays: number, parts: Partial<InventoryKey> = {}): InventoryKey {
  return {
    id: 'AKIARTX3GSDSAAAAAAAA',
    principal: user(),
    status: 'Active',
    createdAt: NOW - ageDays * DAY_MS,
    changedAt: undefined,
    lastUse: { state: 'used', at: NOW - DAY_MS, asOf: NOW },
    secrets: [],
    isSigning: false,
    ...parts,
  };
}

const policyWith = (parts: Partial<KeyPolicy>): KeyPolicy => ({ ...DEFAULT_POLICY, ...parts });
const used = (ago: number): LastUse => ({ state: 'used', at: NOW - ago, asOf: NOW });
const NEVER: LastUse = { state: 'never', asOf: NOW };
const UNKNOWN: LastUse = { state: 'unknown', why: 'denied' };

describe('assess', () => {
  it.each([
    [0, 'ok'],
    [82.9, 'ok'],
    [83, 'due'],
    [89.9, 'due'],
    [90, 'overdue'],
    [4000, 'overdue'],
  ])('a key in use of %d days is %s, with a grace of 7 days before day 90', (age, verdict) => {
    const found = assess(key(age), DEFAULT_POLICY, NOW);
    expect(found.verdict).toBe(verdict);
    expect(found.dueAt).toBe(NOW + (90 - age) * DAY_MS);
  });

  it.each([
    [89.9, 'ok'],
    [90, 'due'],
    [96.9, 'due'],
    [97, 'overdue'],
  ])('a key in use of %d days is %s, with a grace of 7 days after day 90', (age, verdict) => {
    const policy = policyWith({ grace: { mode: 'after', periodMs: 7 * DAY_MS } });
    expect(assess(key(age), policy, NOW).verdict).toBe(verdict);
  });

  it('allows for the quarter of an hour in which AWS records no second use', () => {
    const at = (ms: number) => assess(key(50, { lastUse: used(ms) }), DEFAULT_POLICY, NOW).verdict;
    expect(at(45 * DAY_MS + 15 * MINUTE_MS)).toBe('ok');
    expect(at(45 * DAY_MS + 16 * MINUTE_MS)).toBe('unused');
  });

  it('counts a key that was never used from its creation', () => {
    expect(assess(key(44, { lastUse: NEVER }), DEFAULT_POLICY, NOW).verdict).toBe('ok');
    expect(assess(key(46, { lastUse: NEVER }), DEFAULT_POLICY, NOW)).toMatchObject({
      verdict: 'unused',
      reason: 'never used in 46 days, 45 days allowed',
    });
  });

  it('does not say never of a key that is older than what AWS records', () => {
    const old = key(1, { createdAt: Date.UTC(2014, 0, 1), lastUse: NEVER });
    expect(assess(old, DEFAULT_POLICY, NOW).reason).toBe(
      'not used since AWS began to record that on 2015-04-22, 45 days allowed',
    );
  });

  it('takes unknown for neither used nor unused', () => {
    expect(assess(key(60, { lastUse: UNKNOWN }), DEFAULT_POLICY, NOW)).toMatchObject({
      verdict: 'unknown',
      reason: 'its last use is unknown: denied',
    });
    expect(assess(key(91, { lastUse: UNKNOWN }), DEFAULT_POLICY, NOW).verdict).toBe('overdue');
    const careless = policyWith({ unusedForMs: undefined });
    expect(assess(key(60, { lastUse: UNKNOWN }), careless, NOW).verdict).toBe('ok');
    expect(assess(key(60, { lastUse: used(59 * DAY_MS) }), careless, NOW).verdict).toBe('ok');
    expect(assess(key(1, { createdAt: undefined }), DEFAULT_POLICY, NOW).verdict).toBe('unknown');
  });

  it('lets an inactive key be, until it was kept for long enough', () => {
    const inactive = (changedAt?: number) =>
      assess(key(900, { status: 'Inactive', changedAt, lastUse: NEVER }), DEFAULT_POLICY, NOW).verdict;
    expect(inactive(NOW - 29 * DAY_MS)).toBe('inactive');
    expect(inactive(NOW - 30 * DAY_MS)).toBe('removable');
    expect(inactive(undefined)).toBe('inactive');
    expect(assess(key(900, { status: 'Expired' }), DEFAULT_POLICY, NOW).verdict).toBe('inactive');
  });

  it('says of a protected key what it would be', () => {
    const protect = { users: ['break*'], tags: ['tier=critical'], paths: ['/vendors/'] };
    const policy = policyWith({ protect });
    const of = (parts: Partial<UserPrincipal>, age = 200) =>
      assess(key(age, { principal: user(parts) }), policy, NOW);
    expect(of({ name: 'breakglass' })).toMatchObject({
      verdict: 'protected',
      reason: 'protected by the name break*; without that overdue: 200 days old, 90 days allowed',
    });
    expect(of({ path: '/vendors/acme/' }, 1).reason).toBe('protected by the path /vendors/');
    expect(of({ tags: new Map([['tier', 'critical']]) }).verdict).toBe('protected');
    expect(of({ tags: new Map([['tier', 'low']]) }).verdict).toBe('overdue');
    expect(of({ tags: new Map([['keyturn:protect', '']]) }).verdict).toBe('protected');
  });

  it('holds back where tags that could not be read may protect', () => {
    const principal = user({ tags: undefined });
    const policy = policyWith({ protect: { users: [], tags: ['keep'], paths: [] } });
    expect(assess(key(200, { principal }), policy, NOW).verdict).toBe('unknown');
    expect(assess(key(2, { principal }), policy, NOW).verdict).toBe('ok');
    expect(assess(key(200, { principal }), DEFAULT_POLICY, NOW).verdict).toBe('overdue');
  });

  it('calls every key of root by its name', () => {
    const root = { type: 'root' as const, arn: 'arn:aws:iam::1:root' };
    for (const status of ['Active', 'Inactive'] as const)
      expect(assess(key(1, { principal: root, status }), DEFAULT_POLICY, NOW).verdict).toBe('root');
  });

  it('names an owner: by tag, then name, then the longest path, then the default', () => {
    const owners = {
      tags: ['owner', 'team'],
      users: { 'ci-*': 'build' },
      paths: { '/a/': 'a', '/a/b/': 'b' },
      default: 'platform',
    };
    const of = (parts: Partial<UserPrincipal>) =>
      assess(key(1, { principal: user(parts) }), policyWith({ owners }), NOW).owner;
    expect(of({ name: 'ci-1', tags: new Map([['team', 'web']]) })).toBe('web');
    expect(of({ name: 'CI-1', path: '/a/' })).toBe('build');
    expect(of({ path: '/a/b/c/' })).toBe('b');
    expect(of({ path: '/a/c/' })).toBe('a');
    expect(of({})).toBe('platform');
  });

  it('never asks for action on what is unknown or protected, whatever the numbers', () => {
    const days = fc.double({ min: 0, max: 5000, noNaN: true });
    const use = fc.oneof(
      days.map((ago) => used(ago * DAY_MS)),
      fc.constant(NEVER),
      fc.constant(UNKNOWN),
    );
    fc.assert(
      fc.property(days, use, days, days, (age, lastUse, maxAge, unusedFor) => {
        const policy = policyWith({ maxAgeMs: maxAge * DAY_MS, unusedForMs: unusedFor * DAY_MS });
        const { verdict, reason } = assess(key(age, { lastUse }), policy, NOW);
        expect(VERDICTS).toContain(verdict);
        expect(reason).not.toBe('');
        if (lastUse.state === 'unknown') expect(verdict).not.toBe('unused');
        if (lastUse.state === 'used' && NOW - lastUse.at <= unusedFor * DAY_MS)
          expect(verdict).not.toBe('unused');
        const shielded = { ...policy, protect: { users: ['*'], tags: [], paths: [] } };
        expect(needsAction(assess(key(age, { lastUse }), shielded, NOW).verdict)).toBe(false);
      }),
    );
  });
});

describe('protectionOf', () => {
  it('finds no protection where there is no rule', () => {
    expect(protectionOf(user(), { users: [], tags: [], paths: [] })).toBeUndefined();
  });
});
