import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import type { Inventory, InventoryKey } from '../../src/keys/inventory.ts';
import type { Done } from '../../src/keys/perform.ts';
import type { Plan, PlanItem } from '../../src/keys/plan.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { blocked, dueSoon, lately, ofDeleted, ofDone } from '../../src/schedule/events.ts';

const NOW = Date.UTC(2026, 5, 1);
const WARN = [14 * DAY_MS, 3 * DAY_MS];

function contextOf(age: number, tags: Record<string, string> = { owner: 'ann' }, usedDaysAgo = 0.1) {
  const key: InventoryKey = {
    id: 'AKIAAAAAAAAAAAAAWXYZ',
    principal: {
      type: 'user',
      name: 'ci',
      arn: 'arn:aws:iam::111122223333:user/ci',
      path: '/',
      tags: new Map(Object.entries(tags)),
    },
    status: 'Active',
    createdAt: NOW - age * DAY_MS,
    changedAt: undefined,
    lastUse: { state: 'used', at: NOW - usedDaysAgo * DAY_MS, asOf: NOW },
    secrets: [],
    isSigning: false,
  };
  const inventory = { accountId: '111122223333', keys: [key] } as Partial<Inventory> as Inventory;
  return { inventory, policy: DEFAULT_POLICY, now: NOW };
}

const ITEM: PlanItem = {
  action: 'rotate',
  user: 'ci',
  keyId: 'AKIAAAAAAAAAAAAAWXYZ',
  secretName: 'app/ci',
  reason: 'old',
};
const DONE: Done = { user: 'ci', keyId: ITEM.keyId, state: 'done', text: 'dead' };

describe('dueSoon', () => {
  // Replaced from day 83 on.
  it.each([
    [60, undefined],
    [69, '14d'],
    [79, '14d'],
    [80, '3d'],
    [82.9, '3d'],
    // By now it is replaced, not announced.
    [83, undefined],
    [95, undefined],
  ])('a key of %d days is announced: %s', (age, stage) => {
    const [event] = dueSoon(contextOf(age), WARN);
    expect(event?.dedupeKey.split(' ').at(-1)).toBe(stage);
  });

  it('says when, to whom, and what to type', () => {
    expect(dueSoon(contextOf(80), WARN)).toEqual([
      {
        kind: 'key-due',
        owner: 'ann',
        account: '111122223333',
        subject: 'ci AKIA...WXYZ',
        at: new Date(NOW),
        dueAt: new Date(NOW + 10 * DAY_MS),
        text: 'AKIAAAAAAAAAAAAAWXYZ will be replaced from 2026-06-04 on, and stops working from 2026-06-11 on once nobody uses it',
        command: 'keyturn keys rotate ci --apply',
        dedupeKey: 'key-due 111122223333 AKIAAAAAAAAAAAAAWXYZ 3d',
      },
    ]);
  });

  it('leaves the owner of a protected key in peace: nothing will be done', () => {
    expect(dueSoon(contextOf(80, { 'keyturn:protect': 'vendor' }), WARN)).toEqual([]);
  });
});

describe('what became of a key', () => {
  const context = contextOf(90);
  const until = '2026-06-08T00:00:00.000Z';

  it.each([
    [{ ...DONE, state: 'waiting', for: 'grace', until }, 'key-rotated'],
    [{ ...DONE, state: 'waiting', for: 'retention', until }, 'key-deactivated'],
    [DONE, 'key-deactivated'],
    [{ ...DONE, state: 'stopped', text: 'no room' }, 'key-blocked'],
    [{ ...DONE, state: 'failed', code: 'guard-in-use', text: 'in use' }, 'key-blocked'],
    // These go on by themselves.
    [{ ...DONE, state: 'failed', code: 'throttled', text: 'slow down' }, undefined],
    [{ ...DONE, state: 'failed', code: 'locked', text: 'at work' }, undefined],
    [{ ...DONE, state: 'interrupted' }, undefined],
  ] as [Done, string | undefined][])('%j is told as %s', (done, kind) => {
    expect(ofDone(ITEM, done, context)[0]?.kind).toBe(kind);
  });

  it('tells the same trouble once a week', () => {
    const done: Done = { ...DONE, state: 'stopped', text: 'no room' };
    const keyOn = (now: number) => ofDone(ITEM, done, { ...context, now })[0]!.dedupeKey;
    const monday = Math.ceil(NOW / (7 * DAY_MS)) * 7 * DAY_MS;
    expect(keyOn(monday)).toBe(keyOn(monday + 6 * DAY_MS));
    expect(keyOn(monday)).not.toBe(keyOn(monday + 7 * DAY_MS));
  });

  it('tells of what is left alone only where a person can do something', () => {
    const planWith = (kind: string) =>
      ({ skipped: [{ user: 'ci', keyId: ITEM.keyId, reason: 'why', kind }] }) as unknown as Plan;
    const told = (kind: string, of = context) => blocked(planWith(kind), of).map((event) => event.kind);
    expect(told('blocked')).toEqual(['key-blocked']);
    for (const kind of ['waits', 'limit', 'paused', 'protected', 'unknown', 'removable'])
      expect(told(kind), kind).toEqual([]);
    // Just after its grace, the last use of an old key is one from before the change.
    expect(told('in-use')).toEqual(['key-blocked']);
    expect(told('in-use', contextOf(90, {}, 2))).toEqual([]);
  });

  it('tells of what was done in the last days again: whoever did it may have been killed before', () => {
    const waits = {
      skipped: [{ user: 'ci', keyId: ITEM.keyId, reason: '', kind: 'waits' }],
    } as unknown as Plan;
    const ago = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
    const tagged = (days: number) =>
      contextOf(90, { 'keyturn:promoted': `${ago(days)} NEW`, 'keyturn:secret': 'app/ci' });
    const [again] = lately(waits, tagged(1));
    const [first] = ofDone(ITEM, { ...DONE, state: 'waiting', for: 'grace', until }, context);
    expect(again).toMatchObject({ kind: 'key-rotated', dedupeKey: first!.dedupeKey });
    expect(again!.text).toContain(
      'the new key is in app/ci, and the old one works until 2026-06-07 at least',
    );
    expect(lately(waits, tagged(3))).toEqual([]);
    const retired = contextOf(90, { 'keyturn:retired': `${ago(1)} ${ITEM.keyId}` });
    retired.inventory.keys[0]!.status = 'Inactive';
    const [gone] = lately({ skipped: [] } as unknown as Plan, retired);
    expect(gone).toMatchObject({
      kind: 'key-deactivated',
      dedupeKey: ofDone(ITEM, DONE, context)[0]!.dedupeKey,
    });
  });

  it('tells of a deletion, and of one that was refused', () => {
    expect(ofDeleted(DONE, context)[0]?.kind).toBe('key-deleted');
    const refused: Done = { ...DONE, state: 'failed', code: 'guard-retention', text: 'kept' };
    expect(ofDeleted(refused, context)[0]?.kind).toBe('key-blocked');
    expect(ofDeleted({ ...refused, code: 'throttled' }, context)).toEqual([]);
  });
});
