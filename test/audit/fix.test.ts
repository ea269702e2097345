import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/audit/checks/index.ts';
import { openFacts } from '../../src/audit/facts.ts';
import { type FixStep, planFixes } from '../../src/audit/fix.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { PasswordPolicy } from '../../src/sandbox/state/model.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { connectSandbox, factsOf, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

async function plan(sandbox: Sandbox, ...ids: string[]): Promise<FixStep[]> {
  const checks = CHECKS.filter(({ id }) => ids.includes(id));
  return planFixes(openFacts(await factsOf(sandbox)), checks);
}

async function run(sandbox: Sandbox, steps: readonly FixStep[]): Promise<PasswordPolicy | undefined> {
  const aws = await connectSandbox(sandbox);
  for (const { change } of steps) if ('run' in change) await change.run(aws);
  return sandbox.control.world.accounts.get(ACCOUNT)!.passwordPolicy;
}

const withPolicy = (passwordPolicy?: Record<string, number | boolean>) =>
  openSandbox({ accounts: [{ id: ACCOUNT, ...(passwordPolicy && { passwordPolicy }) }] });

describe('a fix of the password policy', () => {
  it('raises what was asked for, and keeps the rest, in one call', async () => {
    const sandbox = await withPolicy({
      MinimumPasswordLength: 8,
      RequireSymbols: true,
      ExpirePasswords: true,
      MaxPasswordAge: 30,
      HardExpiry: true,
    });
    const steps = await plan(sandbox, 'password-length', 'password-symbols', 'password-expiry');
    expect(steps.map(({ check, text }) => [check, text])).toEqual([
      [
        'password-length',
        'set the password policy; password-length: at least 8 characters -> at least 14 characters',
      ],
    ]);
    expect(await run(sandbox, steps)).toMatchObject({
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: false,
      MaxPasswordAge: 30,
      HardExpiry: true,
    });
    expect(await statusesOf(sandbox, 'password-length')).toEqual({ root: 'PASS' });
  });

  it('does not weaken what AWS asks for where there is no policy', async () => {
    const sandbox = await withPolicy();
    expect(await run(sandbox, await plan(sandbox, 'password-reuse'))).toMatchObject({
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      PasswordReusePrevention: 24,
      ExpirePasswords: false,
      AllowUsersToChangePassword: true,
    });
  });

  it('is nothing where all is well', async () => {
    const sandbox = await withPolicy({ MinimumPasswordLength: 20 });
    expect(await plan(sandbox, 'password-length')).toEqual([]);
  });
});

describe('a fix of keys', () => {
  it('names each key once, and only those that fail', async () => {
    const sandbox = await openSandbox([
      { name: 'idle', keys: [{ created: '300d', lastUsed: { at: '60d' } }, { created: '80d' }] },
      { name: 'busy', keys: [{ created: '300d', lastUsed: { at: '1d' } }] },
    ]);
    const [idle, never] = sandbox.control.keysOf(ACCOUNT, 'idle').map(({ accessKeyId }) => accessKeyId);
    const steps = await plan(sandbox, 'keys-unused', 'keys-never-used');
    expect(steps).toEqual([
      {
        check: 'keys-unused',
        text: `deactivate ${idle} of idle: last used 60 days ago`,
        change: { user: 'idle', keyId: idle },
      },
      {
        check: 'keys-unused',
        text: `deactivate ${never} of idle: never used, made 80 days ago`,
        change: { user: 'idle', keyId: never },
      },
    ]);
  });
});

it('is refused for what people have to mend', async () => {
  await expect(plan(await withPolicy(), 'password-length', 'user-mfa')).rejects.toThrow(
    'user-mfa is for people to mend',
  );
});
