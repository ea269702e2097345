import { afterEach, describe, expect, it } from 'vitest';
import { forEachAccount } from '../../src/accounts/for-each.ts';
import type { Selection } from '../../src/accounts/select.ts';
import { takeInventory } from '../../src/keys/inventory.ts';
import { mergeKeysResults } from '../../src/keys/merged-report.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { toKeysResult } from '../../src/keys/report.ts';
import type { KeysResult } from '../../src/report/keys-result.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { idOf, openOrganization, selectIn } from '../accounts/organization.ts';
import { ACCOUNT, closeSandboxes } from '../helpers/sandbox.ts';
import { NO_FILTER } from './inventory.ts';

afterEach(closeSandboxes);

const TOOL = { name: 'keyturn', version: '0.0.0' };

async function reportOver({ control }: Sandbox, selection: Selection): Promise<KeysResult> {
  const { clock } = control;
  const results = await forEachAccount(
    selection,
    async (aws) => {
      const sleep = async (ms: number) => clock.advance(ms);
      const inventory = await takeInventory(aws, { now: clock.now, sleep, region: aws.region });
      return toKeysResult(inventory, DEFAULT_POLICY, NO_FILTER, TOOL, aws.region);
    },
    { purpose: 'keys-report', now: clock.now },
  );
  const { self, notes } = selection;
  return mergeKeysResults(results, {
    tool: TOOL,
    self,
    policy: DEFAULT_POLICY,
    region: 'us-east-1',
    now: clock.now(),
    notes,
  });
}

describe('mergeKeysResults', () => {
  it('has every key of twenty accounts, each with its account, the most urgent first', async () => {
    const sandbox = await openOrganization(20);
    const { accounts } = sandbox.control.world;
    const { keys } = accounts.get(idOf(7))!;
    for (const key of keys.values()) key.createdAt -= 100 * 86_400_000;
    const report = await reportOver(sandbox, await selectIn(sandbox));
    expect(report).toMatchObject({ complete: true, userCount: 20, gaps: [], account: { id: ACCOUNT } });
    expect(report.keys).toHaveLength(20);
    expect(report.keys[0]).toMatchObject({
      account: { id: idOf(7), name: 'member-7' },
      verdict: 'overdue',
      ageDays: 220,
    });
    expect(report.keys.slice(1).map(({ account }) => account!.id)).toEqual(
      Array.from({ length: 20 }, (_, index) => idOf(index)).filter((id) => id !== idOf(7)),
    );
    expect(report.accounts!.every(({ state }) => state === 'read')).toBe(true);
  });

  it('is incomplete when one account denies, another keeps a part to itself, and complete with a closed one', async () => {
    const sandbox = await openOrganization(4);
    const { world, faults } = sandbox.control;
    world.organization!.members.get(idOf(3))!.state = 'SUSPENDED';
    expect((await reportOver(sandbox, await selectIn(sandbox))).complete).toBe(true);

    faults.intercept(({ action, keyId }) =>
      action === 'ListSecrets' && world.accounts.get(idOf(2))!.sessions.has(keyId)
        ? { kind: 'error', code: 'AccessDeniedException', status: 400 }
        : undefined,
    );
    const partial = await reportOver(sandbox, await selectIn(sandbox));
    expect(partial.complete).toBe(false);
    expect(partial.gaps).toMatchObject([{ account: { id: idOf(2), name: 'member-2' }, what: 'secrets' }]);

    faults.clear();
    world.accounts.get(idOf(1))!.roles.delete('keyturn');
    const report = await reportOver(sandbox, await selectIn(sandbox));
    expect(report.complete).toBe(false);
    expect(report.accounts!.map(({ state }) => state)).toEqual(['read', 'failed', 'read', 'skipped']);
    expect(report.keys).toHaveLength(2);
  });
});
