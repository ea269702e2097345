import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { selectAccounts } from '../../src/accounts/select.ts';
import { ACCOUNT, closeSandboxes, openSandbox } from '../helpers/sandbox.ts';
import { connectTo, idOf, openOrganization, requestOf, selectIn } from './organization.ts';

afterEach(closeSandboxes);

describe('selectAccounts', () => {
  it('finds every account of an organization once, however its pages fall, empty ones too', async () => {
    const sandbox = await openSandbox({
      accounts: Array.from({ length: 47 }, (_, index) => ({ id: idOf(index) })),
    });
    const base = await connectTo(sandbox);
    const { world, settings, journal } = sandbox.control;
    const all = [...world.organization!.members];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: all.length }),
        async (pageSize, hasEmptyPages, count) => {
          settings.pageSize = pageSize;
          settings.hasEmptyPages = hasEmptyPages;
          world.organization!.members.clear();
          for (const [id, member] of all.slice(0, count)) world.organization!.members.set(id, member);
          journal.length = 0;
          const { accounts } = await selectAccounts(base, requestOf());
          expect(accounts.map(({ account }) => account.id)).toEqual(all.slice(0, count).map(([id]) => id));
          const pages = journal.filter(({ action }) => action === 'ListAccounts').length;
          expect(pages).toBe(Math.ceil(count / pageSize) * (hasEmptyPages ? 2 : 1));
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['SUSPENDED', 'suspended'],
    ['PENDING_CLOSURE', 'pending closure'],
    ['PENDING_ACTIVATION', 'pending activation'],
    ['CLOSED', 'closed'],
  ] as const)('skips an account that is %s, which Status alone does not always tell', async (state, skip) => {
    const sandbox = await openOrganization(2);
    sandbox.control.world.organization!.members.get(idOf(1))!.state = state;
    const { accounts } = await selectIn(sandbox);
    expect(accounts[1]).toEqual({ account: { id: idOf(1), name: 'member-1' }, skip });
  });

  it('takes a list as it stands, each account once, and needs no organization for it', async () => {
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT }] });
    const { accounts } = await selectIn(sandbox, { ids: [idOf(3), ACCOUNT, idOf(3)] });
    expect(accounts).toEqual([{ account: { id: idOf(3) } }, { account: { id: ACCOUNT } }]);
  });

  it('excludes by ID and by name, and says which exclusion is for no account', async () => {
    const sandbox = await openOrganization(13);
    const { accounts, notes } = await selectIn(sandbox, { exclude: ['member-1*', idOf(5), 'membre-2'] });
    const excluded = accounts.filter(({ skip }) => skip === 'excluded').map(({ account }) => account.id);
    expect(excluded).toEqual([1, 5, 10, 11, 12].map(idOf));
    expect(notes).toEqual(['exclude: no account is called "membre-2"']);
    const list = await selectIn(sandbox, {
      ids: [idOf(1), idOf(2)],
      exclude: ['member-1', idOf(2), idOf(3)],
    });
    expect(list.accounts.map(({ skip }) => skip)).toEqual([undefined, 'excluded']);
    expect(list.notes).toEqual([
      'exclude: "member-1" is a name, and names are known of an organization only',
    ]);
  });

  it('needs a role for every account but the own', async () => {
    const sandbox = await openOrganization(2);
    const base = await connectTo(sandbox);
    const { role: _, ...without } = requestOf();
    await expect(selectAccounts(base, without)).rejects.toThrow('which role to assume');
    await expect(selectAccounts(base, { ...without, ids: [ACCOUNT] })).resolves.toMatchObject({
      accounts: [{ account: { id: ACCOUNT } }],
    });
  });

  it('says who may list an organization to whom may not', async () => {
    const sandbox = await openOrganization(2);
    const member = sandbox.control.adminOf(idOf(1));
    await expect(selectIn(sandbox, {}, { credentials: member })).rejects.toMatchObject({
      code: 'no-organization',
      hint: expect.stringContaining('--accounts ID,ID'),
    });
    const alone = await openSandbox({ accounts: [{ id: ACCOUNT }] });
    await expect(selectIn(alone)).rejects.toMatchObject({ code: 'no-organization' });
  });
});
