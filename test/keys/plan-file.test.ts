import { describe, expect, it } from 'vitest';
import { type Plan, parsePlan, withinRun } from '../../src/keys/plan.ts';

const ITEM = { action: 'rotate', user: 'ci', keyId: 'a key', secretName: 'app/ci', reason: 'old' };

function planFor(accountId: string, count: number): Plan {
  return {
    schemaVersion: 1,
    createdAt: '2026-11-26T09:00:00Z',
    accountId,
    keyCount: count,
    items: Array.from({ length: count }, (_, index) => ({
      ...ITEM,
      action: 'rotate',
      user: `user-${index}`,
    })),
    skipped: [],
  };
}

describe('withinRun', () => {
  it('leaves to the next run what is more than one may do in all accounts together', () => {
    const plans = withinRun([planFor('1', 3), planFor('2', 3), planFor('3', 2)], {
      limits: { count: 4, percent: 100 },
    });
    expect(plans.map(({ items }) => items.length)).toEqual([3, 1, 0]);
    expect(plans.map(({ skipped }) => skipped.map(({ user }) => user))).toEqual([
      [],
      ['user-1', 'user-2'],
      ['user-0', 'user-1'],
    ]);
    expect(plans[1]!.skipped[0]!.reason).toBe(
      'old; more than the 4 that one run may do, so it is for the next',
    );
  });
});

describe('parsePlan', () => {
  const set = (parts: object) => JSON.stringify({ schemaVersion: 1, plans: [planFor('1', 1)], ...parts });

  it('takes a plan, and a set of plans', () => {
    const plan = planFor('1', 1);
    expect(parsePlan(JSON.stringify(plan), 'plan.json')).toEqual(plan);
    const unread = [{ accountId: '2', accountName: 'staging', reason: 'denied' }];
    const read = {
      schemaVersion: 1,
      createdAt: 'now',
      plans: [{ ...plan, accountName: 'production' }],
      unread,
      skipped: unread,
    };
    expect(parsePlan(JSON.stringify(read), 'plan.json')).toEqual(read);
    expect(parsePlan(set({}), 'plan.json')).toMatchObject({ plans: [plan], unread: [], skipped: [] });
  });

  it.each([
    [set({ plan: [] }), 'plan.json:1:', 'unknown key "plan"; did you mean "plans"?'],
    [set({ plans: [{ ...planFor('1', 1), itmes: [] }] }), 'plan.json:1:', 'unknown key "itmes"'],
    [set({ plans: [planFor('1', 1), planFor('1', 2)] }), 'plan.json', 'there are two plans for account 1'],
    [set({ schemaVersion: 2 }), 'plan.json', 'schemaVersion 2 is of another version of keyturn'],
    [
      set({ plans: [{ ...planFor('1', 1), schemaVersion: 3 }] }),
      'plan.json',
      'schemaVersion 3 is of another',
    ],
    [set({ unread: [{ accountId: '1' }] }), 'plan.json:1:', '"reason" is missing'],
  ])('%s', (content, where, message) => {
    expect(() => parsePlan(content, 'plan.json')).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    );
    expect(() => parsePlan(content, 'plan.json')).toThrow(where);
  });
});
