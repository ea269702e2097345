import { afterEach, describe, expect, it } from 'vitest';
import { forEachAccount } from '../../src/accounts/for-each.ts';
import type { AccountsRequest } from '../../src/accounts/types.ts';
import { CHECKS } from '../../src/audit/checks/index.ts';
import { compareResults } from '../../src/audit/compare.ts';
import { applyExceptions, type Exception } from '../../src/audit/exceptions.ts';
import { openFacts } from '../../src/audit/facts.ts';
import { mergeAuditResults } from '../../src/audit/merged.ts';
import { openOrganization as openFactsOfOrganization } from '../../src/audit/organization.ts';
import { toAuditResult } from '../../src/audit/result.ts';
import { DEFAULT_RULES } from '../../src/audit/rules.ts';
import { runChecks } from '../../src/audit/run.ts';
import type { AuditResult } from '../../src/report/audit-result.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { idOf, openOrganization, selectIn } from '../accounts/organization.ts';
import { ACCOUNT, closeSandboxes } from '../helpers/sandbox.ts';
import { deny, FRAME } from './audit.ts';

afterEach(closeSandboxes);

const IDS = ['root-keys', 'keys-rotated', 'keys-unused', 'organization', 'service-control-policies'];
const CHECKED = CHECKS.filter(({ id }) => IDS.includes(id));

async function auditOver(sandbox: Sandbox, change: Partial<AccountsRequest> = {}): Promise<AuditResult> {
  const { clock } = sandbox.control;
  const selection = await selectIn(sandbox, change);
  const asker = openFactsOfOrganization(await selection.base.audit());
  const results = await forEachAccount(
    selection,
    async (connection) => {
      const aws = await connection.audit();
      const self = await aws.sts.self();
      const sleep = async (ms: number) => clock.advance(ms);
      const facts = openFacts({ aws, self, asker, now: clock.now(), rules: DEFAULT_RULES, sleep });
      return toAuditResult(await runChecks(CHECKED, facts), {
        ...FRAME,
        account: { id: self.accountId, partition: self.partition },
        askedBy: self.arn,
      });
    },
    { purpose: 'audit', now: clock.now },
  );
  const { tool, takenAt, durationMs } = FRAME;
  const { self, notes } = selection;
  return mergeAuditResults(results, { tool, takenAt, durationMs, checks: CHECKED, self, notes });
}

const statusesOf = ({ results }: AuditResult, check: string) =>
  Object.fromEntries(
    results.filter((one) => one.check === check).map(({ account, status }) => [account!.id, status]),
  );
const named = (index: number) => ({
  id: idOf(index),
  name: index === 0 ? 'management' : `member-${index}`,
});

describe('mergeAuditResults', () => {
  it('has the results of every account, each with its account, and counts each check in each', async () => {
    const result = await auditOver(await openOrganization(4));
    expect(result).toMatchObject({ complete: true, account: { id: ACCOUNT }, regions: ['us-east-1'] });
    expect(result.accounts).toMatchObject([0, 1, 2, 3].map((at) => ({ ...named(at), state: 'read' })));
    expect(statusesOf(result, 'keys-rotated')).toEqual({
      [idOf(0)]: 'FAIL',
      [idOf(1)]: 'FAIL',
      [idOf(2)]: 'FAIL',
      [idOf(3)]: 'FAIL',
    });
    // In each account root-keys, keys-unused and organization pass, the other two fail.
    expect(result.score).toMatchObject({ passed: 12, failed: 8, unknown: 0, percent: 60 });
    for (const account of result.accounts!)
      expect(account).toMatchObject({ score: { passed: 3, failed: 2, percent: 60 } });
    const { sections } = result;
    expect(sections.map(({ score }) => score.passed + score.failed)).toEqual([4, 8, 8]);
    expect(new Set(result.results.map(({ id }) => id)).size).toBe(result.results.length);
  });

  it('is told of the organization through whoever asks: a member alone could not be', async () => {
    const result = await auditOver(await openOrganization(3));
    expect(Object.values(statusesOf(result, 'service-control-policies'))).toEqual(['FAIL', 'FAIL', 'FAIL']);
    expect(result.complete).toBe(true);
  });

  it('asks about the organization once for all of its members', async () => {
    const sandbox = await openOrganization(5);
    await auditOver(sandbox);
    const calls = sandbox.control.journal.filter(({ action }) => action === 'ListPolicies');
    // The management account asks for itself, and for all others.
    expect(calls).toHaveLength(2);
  });

  it('asks about the organization again where AWS was too busy, and not where it refused', async () => {
    const sandbox = await openOrganization(2);
    const { faults, journal } = sandbox.control;
    const selection = await selectIn(sandbox);
    const facts = openFactsOfOrganization(await selection.base.audit());
    faults.add({
      kind: 'error',
      action: 'ListPolicies',
      code: 'TooManyRequestsException',
      status: 429,
      times: 1,
    });
    await expect(facts.serviceControlPolicies()).rejects.toThrow();
    expect(await facts.serviceControlPolicies()).toHaveLength(1);
    deny(sandbox, 'ListRoots');
    await expect(facts.organizationPolicyTypes()).rejects.toThrow();
    await expect(facts.organizationPolicyTypes()).rejects.toThrow();
    expect(journal.filter(({ action }) => action === 'ListRoots')).toHaveLength(1);
  });

  it('is UNKNOWN throughout in an account that cannot be entered, and without one that is closed', async () => {
    const sandbox = await openOrganization(4);
    const { world } = sandbox.control;
    world.organization!.members.get(idOf(3))!.state = 'SUSPENDED';
    world.accounts.get(idOf(1))!.roles.delete('keyturn');
    const result = await auditOver(sandbox);
    expect(result.complete).toBe(false);
    expect(result.accounts!.map(({ state }) => state)).toEqual(['read', 'failed', 'read', 'skipped']);
    for (const id of IDS) expect(statusesOf(result, id)[idOf(1)]).toBe('UNKNOWN');
    expect(result.results.some(({ account }) => account!.id === idOf(3))).toBe(false);
    expect(result.score).toMatchObject({ passed: 6, failed: 4, unknown: 5, percent: 40 });
  });

  it('can be excepted by account, and the scores of all and of the account tell', async () => {
    const result = await auditOver(await openOrganization(2));
    const exception: Exception = {
      check: 'keys-rotated',
      account: idOf(1),
      owner: 'ops',
      reason: 'meant',
      expires: '2099-12-31',
      where: 'keyturn.yaml:1:1',
    };
    const excepted = applyExceptions(result, [exception], { now: Date.now(), isWhole: true });
    expect(excepted.results.filter((one) => one.exception !== undefined)).toMatchObject([
      { check: 'keys-rotated', account: named(1) },
    ]);
    expect(excepted.score.passed).toBe(result.score.passed + 1);
    expect(excepted.accounts!.map((one) => one.state === 'read' && one.score.failed)).toEqual([2, 1]);
  });

  it('is compared account by account, with an audit of one as well', async () => {
    const sandbox = await openOrganization(3);
    const { world } = sandbox.control;
    const before = await auditOver(sandbox, { exclude: [idOf(2)] });
    const alone = { ...before, results: before.results.filter(({ account }) => account!.id === ACCOUNT) };
    delete alone.accounts;
    for (const [, key] of world.accounts.get(ACCOUNT)!.keys) key.createdAt = sandbox.control.clock.now();
    const now = await auditOver(sandbox);
    const mended = [{ check: 'keys-rotated', account: named(0), from: 'FAIL', to: 'PASS' }];
    expect(compareResults(before, now)).toMatchObject({ worse: [], better: mended, notCompared: [idOf(2)] });
    expect(compareResults(alone, now).notCompared).toEqual([idOf(1), idOf(2)]);
    expect(compareResults(alone, now)).toMatchObject({ worse: [], better: mended });
    world.accounts.get(idOf(1))!.roles.delete('keyturn');
    expect(compareResults(now, await auditOver(sandbox))).toMatchObject({ worse: [], better: [] });
  });
});
