import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListPoliciesCommand,
  ListRootsCommand,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  adminOf,
  clientsFor,
  closeSandboxes,
  openSandbox,
  outcomeOf,
} from '../../helpers/sandbox.ts';

afterEach(closeSandboxes);

const many = Array.from({ length: 45 }, (_, i) => ({
  id: String(100_000_000_000 + i),
  name: `account ${i}`,
}));

describe('an organization', () => {
  it('is not there with one account, unless it is asked for', async () => {
    const { organizations } = adminOf(await openSandbox());
    expect(await outcomeOf(organizations.send(new DescribeOrganizationCommand({})))).toBe(
      'AWSOrganizationsNotInUseException',
    );
    const alone = adminOf(await openSandbox({ organization: true })).organizations;
    expect((await alone.send(new DescribeOrganizationCommand({}))).Organization).toMatchObject({
      MasterAccountId: ACCOUNT,
    });
  });

  it('lists twenty accounts on a page', async () => {
    const { organizations } = adminOf(await openSandbox({ accounts: many }));
    const first = await organizations.send(new ListAccountsCommand({}));
    expect(first.Accounts).toHaveLength(20);
    const names: string[] = [];
    for await (const { Accounts = [] } of paginateListAccounts({ client: organizations }, {}))
      names.push(...Accounts.map(({ Name }) => Name!));
    expect(names).toEqual(many.map(({ name }) => name));
  });

  it('may send empty pages that are not the last', async () => {
    const { organizations } = adminOf(
      await openSandbox({ accounts: many, settings: { hasEmptyPages: true } }),
    );
    const first = await organizations.send(new ListAccountsCommand({}));
    expect([first.Accounts, first.NextToken === undefined]).toEqual([[], false]);
    let count = 0;
    for await (const { Accounts = [] } of paginateListAccounts({ client: organizations }, {}))
      count += Accounts.length;
    expect(count).toBe(45);
  });

  it('has accounts in states that the retired member Status has no word for', async () => {
    const { organizations } = adminOf(
      await openSandbox({
        accounts: [
          { id: ACCOUNT },
          { id: '444455556666', state: 'CLOSED' },
          { id: '777788889999', state: 'SUSPENDED' },
        ],
      }),
    );
    const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
    expect(Accounts.map(({ State, Status }) => [State, Status])).toEqual([
      ['ACTIVE', 'ACTIVE'],
      ['CLOSED', undefined],
      ['SUSPENDED', 'SUSPENDED'],
    ]);
  });

  it('tells members about itself, and only its management account about the others', async () => {
    const sandbox = await openSandbox({ accounts: [{ id: ACCOUNT }, { id: '444455556666' }] });
    const member = clientsFor(sandbox.url, sandbox.control.adminOf('444455556666')).organizations;
    expect((await member.send(new DescribeOrganizationCommand({}))).Organization?.MasterAccountId).toBe(
      ACCOUNT,
    );
    expect(await outcomeOf(member.send(new ListAccountsCommand({})))).toBe('AccessDeniedException');
  });

  it('has a root with service control policies', async () => {
    const { organizations } = adminOf(await openSandbox({ organization: true }));
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    expect(Roots?.[0]?.PolicyTypes).toEqual([{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }]);
    const { Policies } = await organizations.send(
      new ListPoliciesCommand({ Filter: 'SERVICE_CONTROL_POLICY' }),
    );
    expect(Policies?.map(({ Name }) => Name)).toEqual(['FullAWSAccess']);
  });
});
