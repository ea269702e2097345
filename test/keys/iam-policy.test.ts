import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { inventoryOf } from './inventory.ts';

afterEach(closeSandboxes);

interface Document {
  Statement: { Action: string[] }[];
}

/** The policy that docs/IAM-POLICY.md gives for a command. */
function policyOf(command: string): Document {
  const page = readFileSync('docs/IAM-POLICY.md', 'utf8');
  const [, json] = page.split(`<!-- policy: ${command} -->`)[1]!.split('```');
  return JSON.parse(json!.replace(/^json/, '')) as Document;
}

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
    const statements = policy.Statement.map((statement) => {
      return { ...statement, Action: statement.Action.filter((one) => one !== action) };
    });
    const gaps = await gapsUnder({ ...policy, Statement: statements });
    expect(gaps).not.toEqual([]);
    for (const gap of gaps) expect(gap).toMatch(/: denied$/);
  });
});
