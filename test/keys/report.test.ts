import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/base/duration.ts';
import type { Inventory, InventoryKey } from '../../src/keys/inventory.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { type KeyFilter, mustBeFresh, toKeysResult } from '../../src/keys/report.ts';
import { NO_FILTER } from './inventory.ts';

const NOW = Date.UTC(2026, 10, 26);

function key(name: string, ageDays: number, parts: Partial<InventoryKey> = {}): InventoryKey {
  return {
    id: `key-of-${name}`,
    principal: { type: 'user', name, arn: `arn:${name}`, path: '/', tags: new Map() },
    status: 'Active',
    createdAt: NOW - ageDays * DAY_MS,
    changedAt: undefined,
    lastUse: { state: 'used', at: NOW - DAY_MS, asOf: NOW },
    secrets: [],
    isSigning: false,
    ...parts,
  };
}

const ROOT = key('root', 0, {
  principal: { type: 'root', arn: 'arn:root' },
  createdAt: undefined,
  id: undefined,
});

function listed(keys: InventoryKey[], filter: Partial<KeyFilter>) {
  const inventory: Inventory = {
    accountId: '111122223333',
    partition: 'aws',
    arn: 'arn:me',
    takenAt: NOW,
    userCount: 9,
    reportedAt: undefined,
    keys,
    gaps: [],
    notes: [],
  };
  const tool = { name: 'keyturn', version: '0' };
  const result = toKeysResult(inventory, DEFAULT_POLICY, { ...NO_FILTER, ...filter }, tool, 'eu-west-1');
  expect(result.filteredOut).toBe(keys.length - result.keys.length);
  return result.keys.map(({ principal }) => principal.name);
}

describe('toKeysResult', () => {
  const unknown = key('unknown', 60, { lastUse: { state: 'unknown', why: 'denied' } });
  const all = [
    key('fine', 10),
    key('late', 91),
    key('later', 400),
    unknown,
    key('idle', 60, { lastUse: { state: 'never', asOf: NOW } }),
    key('off', 10, { status: 'Inactive' }),
    key('soon', 85),
    ROOT,
  ];

  it('lists the most urgent first, and of two alike the one that is due earlier', () => {
    expect(listed(all, {})).toEqual(['root', 'later', 'late', 'idle', 'soon', 'unknown', 'off', 'fine']);
  });

  it('filters by age, use, status and verdict, and keeps what is unknown', () => {
    expect(listed(all, { olderThanMs: 90 * DAY_MS })).toEqual(['root', 'later', 'late']);
    expect(listed(all, { unusedForMs: 30 * DAY_MS })).toEqual(['idle', 'unknown']);
    expect(listed(all, { statuses: ['inactive'] })).toEqual(['off']);
    expect(listed(all, { verdicts: ['due', 'ok'] })).toEqual(['soon', 'fine']);
    expect(listed(all, { olderThanMs: 90 * DAY_MS, statuses: ['inactive'] })).toEqual([]);
  });

  it('leaves root out where users are asked for', () => {
    expect(listed([ROOT], { users: ['*'] })).toEqual([]);
  });
});

describe('mustBeFresh', () => {
  const old = key('idle', 80, { lastUse: { state: 'used', at: NOW - 60 * DAY_MS, asOf: NOW } });

  it('is so for what would be called unused, protected or not', () => {
    const policy = { ...DEFAULT_POLICY, protect: { users: ['*'], tags: [], paths: [] } };
    expect(mustBeFresh(old, policy, NO_FILTER, NOW)).toBe(true);
    expect(mustBeFresh(key('ci', 80), policy, NO_FILTER, NOW)).toBe(false);
  });

  it('is so for what the filter would', () => {
    const policy = { ...DEFAULT_POLICY, unusedForMs: undefined };
    expect(mustBeFresh(old, policy, NO_FILTER, NOW)).toBe(false);
    expect(mustBeFresh(old, policy, { ...NO_FILTER, unusedForMs: DAY_MS * 30 }, NOW)).toBe(true);
  });
});
