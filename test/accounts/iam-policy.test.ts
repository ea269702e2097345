import { afterEach, describe, expect, it } from 'vitest';
import { forEachAccount } from '../../src/accounts/for-each.ts';
import { selectAccounts } from '../../src/accounts/select.ts';
import { takeInventory } from '../../src/keys/inventory.ts';
import { type Document, policyOf, without } from '../helpers/iam-policy.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { connectTo, idOf, requestOf } from './organization.ts';

afterEach(closeSandboxes);

const RUNNER = 'keyturn-runner';

/** How it ends in the management account and in one member, with these policies and no other. */
async function endsUnder(caller: Document, trust: Document): Promise<string[]> {
  const inline = { command: policyOf('keys report') };
  const users = [{ name: 'ci', keys: [{ created: '60d' }] }];
  const sandbox = await openSandbox({
    accounts: [
      { id: ACCOUNT, users, roles: [{ name: RUNNER, inline: { ...inline, accounts: caller } }] },
      { id: idOf(1), users, roles: [{ name: 'keyturn', path: '/ops/', inline }] },
    ],
  });
  const { clock, world } = sandbox.control;
  world.accounts.get(idOf(1))!.roles.get('keyturn')!.trustPolicy = JSON.stringify(trust);
  const admin = await connectTo(sandbox);
  const runner = await admin.roles.assume({
    arn: `arn:aws:iam::${ACCOUNT}:role/${RUNNER}`,
    sessionName: 'test',
  });
  const selection = await selectAccounts(
    admin.with({ credentials: async () => runner }),
    requestOf({ externalId: 'acme-keyturn', sessionTags: { purpose: 'keys' } }),
  );
  const results = await forEachAccount(
    selection,
    (aws) =>
      takeInventory(aws, { now: clock.now, sleep: async (ms) => clock.advance(ms), region: aws.region }),
    { purpose: 'test', now: clock.now },
  );
  return results.map((result) =>
    result.state === 'ok' && result.value.gaps.length > 0 ? 'gaps' : result.state,
  );
}

describe('docs/IAM-POLICY.md', () => {
  const caller = policyOf('accounts caller');
  const trust = policyOf('accounts trust');

  it('is enough for keys report over several accounts', async () => {
    expect(await endsUnder(caller, trust)).toEqual(['ok', 'ok']);
  });

  it.each(['sts:AssumeRole', 'sts:TagSession'])('is not enough without %s on either side', async (action) => {
    expect(await endsUnder(without(action, caller), trust)).toEqual(['ok', 'failed']);
    expect(await endsUnder(caller, without(action, trust))).toEqual(['ok', 'failed']);
  });

  it('is not enough for an organization without organizations:ListAccounts', async () => {
    await expect(endsUnder(without('organizations:ListAccounts', caller), trust)).rejects.toMatchObject({
      code: 'no-organization',
    });
  });
});
