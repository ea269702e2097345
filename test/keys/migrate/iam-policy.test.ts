import { afterEach, describe, expect, it } from 'vitest';
import { type PolicyDocument, policyOf, withoutAction } from '../../helpers/iam-policy.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../../helpers/sandbox.ts';
import { openMigration, profileText, removeFolders } from './bench.ts';

afterEach(async () => {
  removeFolders();
  await closeSandboxes();
});

/** A user who may do what `document` says and no more. */
async function openAs(document: PolicyDocument, secrets: { name: string; keyOf: string }[] = []) {
  const users = [
    { name: 'mover', inline: { move: document }, keys: [{}] },
    { name: 'ci', keys: [{}] },
    { name: 'eve', keys: [{}] },
  ];
  const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, users, secrets }] });
  const [ci] = sandbox.control.keysOf(ACCOUNT, 'ci');
  const [mover] = sandbox.control.keysOf(ACCOUNT, 'mover');
  return openMigration(sandbox, profileText('ci', ci!), mover!);
}

describe('docs/IAM-POLICY.md', () => {
  const policy = policyOf('keys migrate');
  const actions = policy.Statement.flatMap(({ Action }) => Action);

  it('is enough for keys migrate', async () => {
    const { migrate, read } = await openAs(policy);
    await migrate();
    expect(read()).toContain('credential_process');
  });

  it.each(actions)('is not enough for keys migrate without %s', async (action) => {
    const { migrate, read } = await openAs(withoutAction(policy, action));
    await expect(migrate()).rejects.toMatchObject({ kind: 'denied', hint: expect.stringContaining(action) });
    expect(read()).not.toContain('credential_process');
  });

  it('lets credentials read one secret, and no other', async () => {
    const names = ['ci', 'eve'].map((keyOf) => ({ name: `keyturn/${keyOf}`, keyOf }));
    const { secrets } = await openAs(policyOf('credentials'), names);
    expect(await secrets.current('keyturn/ci')).toBeDefined();
    await expect(secrets.current('keyturn/eve')).rejects.toMatchObject({ kind: 'denied' });
  });
});
