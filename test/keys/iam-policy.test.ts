import { afterEach, describe, expect, it } from 'vitest';
import { type Document, policyOf, without } from '../helpers/iam-policy.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { inventoryOf } from './inventory.ts';

afterEach(closeSandboxes);

/** Each kind of key that costs a call of its own, asked for by a user who may do what `document` says and no more. */
async function gapsUnder(document: Document): Promise<string[]> {
  const used = { service: 's3', region: 'us-east-1' };
  const sandbox = await openSandbox([
    { name: 'reporter', inline: { report: document }, keys: [{ created: '1d' }] },
    { name: 'idle', keys: [{ created: '80d', lastUsed: { at: '70d', ...used } }] },
    { name: 'ci', tags: { team: 'build' }, keys: [{ created: '80d', lastUsed: { at: '1d', ...used } }] },
  ]);
  const [credentials] = sandbox.control.keysOf(ACCOUNT, 'reporter');
  const { gaps } = await inventoryOf(sandbox, { credentials: credentials! });
  return gaps.map(({ what, reason }) => `${what}: ${reason}`);
}

describe('docs/IAM-POLICY.md', () => {
  const policy = policyOf('keys report');
  const actions = policy.Statement.flatMap(({ Action }) => Action);

  it('is enough for keys report', async () => {
    expect(actions.length).toBeGreaterThan(3);
    expect(await gapsUnder(policy)).toEqual([]);
  });

  it.each(actions)('is not enough without %s', async (action) => {
    const gaps = await gapsUnder(without(action, policy));
    expect(gaps).not.toEqual([]);
    for (const gap of gaps) expect(gap).toMatch(/: denied$/);
  });
});
