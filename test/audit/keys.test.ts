import { afterEach, describe, expect, it } from 'vitest';
import type { SeedUser } from '../../src/sandbox/seed/seed.ts';
import { changeStatus } from '../../src/sandbox/state/keys.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { deny, judge, statusesOf } from './audit.ts';

afterEach(closeSandboxes);

const used = (at: string) => ({ at, service: 's3', region: 'eu-west-1' });
const status = async (id: string, ...users: SeedUser[]) => statusesOf(await openSandbox(users), id);

describe('keys-unused', () => {
  it('judges active keys by their last use', async () => {
    expect(
      await status(
        'keys-unused',
        { name: 'busy', keys: [{ created: '300d', lastUsed: used('2d') }] },
        { name: 'idle', keys: [{ created: '300d', lastUsed: used('46d') }] },
        { name: 'off', keys: [{ created: '300d', status: 'Inactive' }] },
      ),
    ).toEqual({ busy: 'PASS', idle: 'FAIL' });
  });

  it('fails for a key that was never used, by its age (prowler iam_user_accesskey_unused: passes for ever)', async () => {
    expect(await status('keys-unused', { name: 'ci', keys: [{ created: '60d' }] })).toEqual({ ci: 'FAIL' });
  });

  it('does not flag a key that is fresh and not used yet (prowler#645)', async () => {
    expect(await status('keys-unused', { name: 'ci', keys: [{ created: '1d' }] })).toEqual({ ci: 'PASS' });
  });

  it('judges use where it is about use, and not age (ASR RevokeUnrotatedKeys, c7n remove-keys)', async () => {
    const user = { name: 'ci', keys: [{ created: '900d', lastUsed: used('1d') }] };
    expect(await status('keys-unused', user)).toEqual({ ci: 'PASS' });
    const [verdict] = await judge(await openSandbox([user]), 'keys-rotated');
    expect(verdict!.fix!.cli).toBe('keyturn keys rotate ci --apply');
  });

  it('leaves root out (steampipe#276: CIS 1.12 against 1.7)', async () => {
    const root = { keys: [{ created: '900d' }] };
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT, root }] });
    for (const id of ['keys-unused', 'keys-rotated', 'keys-never-used', 'two-active-keys'])
      expect(await statusesOf(sandbox, id)).toEqual({ root: 'N/A' });
    expect(await statusesOf(sandbox, 'passwords-unused')).toEqual({ root: 'N/A' });
  });

  it('calls no key unused by what the report knew hours ago', async () => {
    const sandbox = await openSandbox([{ name: 'ci', keys: [{ created: '300d', lastUsed: used('60d') }] }]);
    await judge(sandbox, 'keys-unused');
    const { world, clock } = sandbox.control;
    clock.advance(3_600_000);
    for (const key of world.accounts.get(ACCOUNT)!.keys.values())
      key.lastUsed = { at: clock.now(), service: 's3', region: 'us-east-1' };
    expect(await statusesOf(sandbox, 'keys-unused')).toEqual({ ci: 'PASS' });
  });

  it('is unknown where the use of a key is, and where keys are not listed; never PASS', async () => {
    const users = [{ name: 'ci', keys: [{ created: '300d', lastUsed: used('60d') }] }];
    const sandbox = await openSandbox(users);
    deny(sandbox, 'GetAccessKeyLastUsed');
    expect(await statusesOf(sandbox, 'keys-unused')).toEqual({ ci: 'UNKNOWN' });
    expect(await statusesOf(sandbox, 'keys-rotated')).toEqual({ ci: 'FAIL' });
    const blind = await openSandbox(users);
    deny(blind, 'ListAccessKeys');
    for (const id of ['keys-unused', 'keys-never-used', 'keys-rotated', 'two-active-keys', 'ci-users'])
      expect(await statusesOf(blind, id)).toEqual({ root: 'UNKNOWN' });
  });
});

describe('keys-never-used', () => {
  it('has an age floor, and says which', async () => {
    expect(
      await status(
        'keys-never-used',
        { name: 'new', keys: [{ created: '2d' }] },
        { name: 'odd', keys: [{ created: '8d' }] },
        { name: 'ok', keys: [{ created: '80d', lastUsed: used('70d') }] },
      ),
    ).toEqual({ new: 'PASS', odd: 'FAIL', ok: 'PASS' });
  });
});

describe('keys-rotated', () => {
  it('counts from the creation, and day 91 is too late (prowler iam_rotate_access_key_90_days)', async () => {
    const users = [
      { name: 'young', keys: [{ created: '90d', lastUsed: used('1d') }] },
      { name: 'old', keys: [{ created: '91d', lastUsed: used('1d') }] },
      { name: 'off', keys: [{ created: '300d', status: 'Inactive' as const }] },
    ];
    const sandbox = await openSandbox(users);
    expect(await statusesOf(sandbox, 'keys-rotated')).toEqual({ young: 'PASS', old: 'FAIL' });
    const { world, clock } = sandbox.control;
    for (const key of world.accounts.get(ACCOUNT)!.keys.values()) {
      if (key.userName !== 'old') continue;
      changeStatus(key, 'Inactive', clock.now(), world.settings);
      changeStatus(key, 'Active', clock.now(), world.settings);
    }
    expect(await statusesOf(sandbox, 'keys-rotated')).toEqual({ young: 'PASS', old: 'FAIL' });
  });
});

describe('two-active-keys', () => {
  it('expects two while a rotation is under way', async () => {
    const keys = [
      { created: '90d', lastUsed: used('1d') },
      { created: '1d', lastUsed: used('1d') },
    ];
    expect(
      await status(
        'two-active-keys',
        { name: 'rotating', keys, tags: { 'keyturn:promoted': '2026-11-25T00:00:00.000Z' } },
        { name: 'two', keys },
        { name: 'one', keys: [keys[0]!, { created: '300d', status: 'Inactive' }] },
      ),
    ).toEqual({ rotating: 'PASS', two: 'FAIL', one: 'PASS' });
  });
});

describe('setup-keys', () => {
  it('fails for a key that came with a console user and was never used', async () => {
    const base = { password: true, created: '20d' };
    expect(
      await status(
        'setup-keys',
        { ...base, name: 'with', keys: [{ created: '20d' }] },
        { ...base, name: 'later', keys: [{ created: '10d' }] },
        { ...base, name: 'used', keys: [{ created: '20d', lastUsed: used('1d') }] },
        { name: 'machine', created: '20d', keys: [{ created: '20d' }] },
      ),
    ).toEqual({ with: 'FAIL', later: 'PASS', used: 'PASS' });
    expect(await status('setup-keys', { name: 'machine', keys: [{ created: '20d' }] })).toEqual({
      root: 'N/A',
    });
  });

  it('is unknown without a report: who has a password is not known', async () => {
    const sandbox = await openSandbox([{ name: 'alice', password: true }]);
    deny(sandbox, 'GetCredentialReport');
    for (const id of ['setup-keys', 'passwords-unused', 'people-as-users'])
      expect(await statusesOf(sandbox, id)).toEqual({ root: 'UNKNOWN' });
  });
});

describe('passwords-unused', () => {
  it('fails for a password that was never used (prowler iam_user_console_access_unused: passes)', async () => {
    expect(
      await status(
        'passwords-unused',
        { name: 'busy', password: true, created: '300d', passwordLastUsed: '2d' },
        { name: 'idle', password: true, created: '300d', passwordLastUsed: '46d' },
        { name: 'never', password: true, created: '300d' },
        { name: 'new', password: true, created: '3d' },
        { name: 'ci' },
      ),
    ).toEqual({ busy: 'PASS', idle: 'FAIL', never: 'FAIL', new: 'PASS' });
  });
});

describe('people-as-users', () => {
  it('names every user with a password', async () => {
    expect(await status('people-as-users', { name: 'alice', password: true }, { name: 'ci' })).toEqual({
      alice: 'FAIL',
    });
    expect(await status('people-as-users', { name: 'ci' })).toEqual({ root: 'PASS' });
  });
});

describe('ci-users', () => {
  const keys = [{ created: '9d', lastUsed: used('1d') }];

  it('tells users of CI by name, path and tag', async () => {
    expect(
      await status(
        'ci-users',
        { name: 'github-actions', keys },
        { name: 'x', path: '/ci/', keys },
        { name: 'y', tags: { used_by: 'jenkins' }, keys },
        { name: 'alice', keys },
        { name: 'circus', keys },
        { name: 'gitlab', keys: [] },
      ),
    ).toEqual({ 'github-actions': 'FAIL', x: 'FAIL', y: 'FAIL' });
  });

  it('passes without one, and is N/A without keys', async () => {
    expect(await status('ci-users', { name: 'backup', keys })).toEqual({ root: 'PASS' });
    expect(await status('ci-users', { name: 'gitlab' })).toEqual({ root: 'N/A' });
  });
});
