import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import type { Inventory, InventoryKey, UserPrincipal } from '../../src/keys/inventory.ts';
import { planOf } from '../../src/keys/plan.ts';
import { DEFAULT_POLICY, type KeyPolicy } from '../../src/keys/policy.ts';

const NOW = Date.UTC(2026, 5, 1);
const ago = (days: number) => NOW - days * DAY_MS;
const time = (days: number) => new Date(ago(days)).toISOString();

function key(user: UserPrincipal, id: string, age: number, parts: Partial<InventoryKey> = {}): InventoryKey {
  return {
    id,
    principal: user,
    status: 'Active',
    createdAt: ago(age),
    changedAt: undefined,
    lastUse: { state: 'used', at: ago(30), asOf: NOW },
    secrets: [],
    isSigning: false,
    ...parts,
  };
}

function user(name: string, tags: Record<string, string> = {}): UserPrincipal {
  return {
    type: 'user',
    name,
    arn: `arn:aws:iam::1:user/${name}`,
    path: '/',
    tags: new Map(Object.entries(tags)),
  };
}

function plan(keys: InventoryKey[], policy: Partial<KeyPolicy> = {}) {
  const inventory = { accountId: '111122223333', keys, gaps: [] } as Partial<Inventory> as Inventory;
  return planOf(inventory, {
    policy: { ...DEFAULT_POLICY, limits: { count: 20, percent: 100 }, ...policy },
    now: NOW,
    secretTemplate: 'keyturn/{user}',
  });
}

describe('planOf', () => {
  it('puts the oldest key first, so that a limit leaves out those that can wait', () => {
    const keys = [84, 200, 95].map((age) => key(user(`u${age}`), `K${age}`, age));
    const { items, skipped } = plan(keys, { limits: { count: 2, percent: 100 } });
    expect(items.map(({ keyId }) => keyId)).toEqual(['K200', 'K95']);
    expect(skipped).toMatchObject([{ keyId: 'K84', kind: 'limit' }]);
  });

  describe('a rotation that was begun', () => {
    const promoted = (days: number) => ({ 'keyturn:promoted': `${time(days)} NEW` });
    const both = (tags: Record<string, string>, old: Partial<InventoryKey> = {}) => {
      const ci = user('ci', tags);
      return [key(ci, 'OLD', 100, old), key(ci, 'NEW', 8)];
    };

    it('takes no place in a run while its grace lasts', () => {
      expect(plan(both(promoted(2)))).toMatchObject({
        items: [],
        skipped: [{ keyId: 'OLD', kind: 'waits', reason: `its rotation waits until ${time(-5)}` }],
      });
    });

    it('waits for a key that is still in use', () => {
      const lastUse = { state: 'used', at: ago(1), asOf: NOW } as const;
      expect(plan(both(promoted(8), { lastUse }))).toMatchObject({
        items: [],
        skipped: [{ kind: 'in-use' }],
      });
    });

    it('goes on when both are over, and at once where it was cut off', () => {
      expect(plan(both(promoted(8))).items).toMatchObject([{ action: 'rotate', keyId: 'OLD' }]);
      const cut = { ...promoted(2), 'keyturn:intent': `${time(2)} OLD` };
      expect(plan(both(cut)).items).toMatchObject([{ action: 'rotate', keyId: 'OLD' }]);
    });

    it('is told from the one before: its old key is what that had promoted', () => {
      const tags = { 'keyturn:promoted': `${time(67)} SECOND`, 'keyturn:intent': `${time(1)} SECOND` };
      const ci = user('ci', tags);
      const keys = [key(ci, 'SECOND', 67), key(ci, 'THIRD', 1)];
      expect(plan(keys).items).toMatchObject([{ action: 'rotate', keyId: 'SECOND' }]);
    });

    it('is gone on with for a key whose last use is unknown: the engine asks again', () => {
      const lastUse = { state: 'unknown', why: 'throttled' } as const;
      expect(plan(both(promoted(8), { lastUse })).items).toMatchObject([{ keyId: 'OLD' }]);
    });
  });

  it('never takes away for disuse what a secret holds: it is replaced by its age', () => {
    const idle = { lastUse: { state: 'used', at: ago(60), asOf: NOW } as const };
    const tags = { 'keyturn:promoted': `${time(70)} K` };
    expect(plan([key(user('ci', tags), 'K', 70, idle)]).items).toEqual([]);
    expect(plan([key(user('ci', tags), 'K', 85, idle)]).items).toMatchObject([{ action: 'rotate' }]);
    const secrets = [{ name: 'app', region: 'us-east-1' }];
    expect(plan([key(user('ci'), 'K', 70, { ...idle, secrets })]).items).toEqual([]);
    expect(plan([key(user('ci'), 'K', 70, idle)]).items).toMatchObject([{ action: 'deactivate' }]);
  });

  it.each([
    ['', 'paused'],
    ['ask Ann', 'paused'],
    [time(-1), 'paused'],
    ['2026-12-31', 'paused'],
    [time(1), undefined],
  ])('waits while the tag keyturn:pause says %j', (value, kind) => {
    const { items, skipped } = plan([key(user('ci', { 'keyturn:pause': value }), 'K', 100)]);
    expect([items.length, skipped[0]?.kind]).toEqual(kind === undefined ? [1, undefined] : [0, kind]);
  });
});
