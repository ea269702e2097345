import {
  DescribeAccountCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import type { Step } from './scenario.ts';

/** Names of the accounts, states, and which members an answer has; ids are of everybody's own making. */
export const ORGANIZATION_STEPS: readonly Step[] = [
  {
    name: 'the organization',
    call: async ({ organizations }) => {
      const { Organization = {} } = await organizations.send(new DescribeOrganizationCommand({}));
      return {
        ...membersOf(Organization),
        FeatureSet: Organization.FeatureSet,
        MasterAccountId: Organization.MasterAccountId,
      };
    },
  },
  {
    name: 'accounts',
    call: async ({ organizations }, saved) => {
      const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
      saved['account'] = Accounts[0]!.Id!;
      return Accounts.map((account) => ({
        ...membersOf(account),
        State: account.State,
        Status: account.Status,
      }));
    },
  },
  {
    name: 'one account',
    call: async ({ organizations }, { account }) => {
      const { Account = {} } = await organizations.send(new DescribeAccountCommand({ AccountId: account }));
      return { ...membersOf(Account), State: Account.State };
    },
  },
  {
    name: 'an account that is not there',
    call: ({ organizations }) =>
      organizations.send(new DescribeAccountCommand({ AccountId: '999999999999' })),
  },
  {
    name: 'roots',
    call: async ({ organizations }, saved) => {
      const { Roots = [] } = await organizations.send(new ListRootsCommand({}));
      saved['root'] = Roots[0]!.Id!;
      return Roots.map(({ Name, Arn, Id }) => [
        Name,
        Arn?.replace(/o-\w+\/r-\w+$/, '<ids>'),
        Id?.replace(/\w+$/, ''),
      ]);
    },
  },
  {
    name: 'accounts below the root',
    call: async ({ organizations }, { root }) => {
      const { Accounts = [] } = await organizations.send(
        new ListAccountsForParentCommand({ ParentId: root }),
      );
      return Accounts.map(membersOf);
    },
  },
];

/** Which members there are, and of what type. */
function membersOf(answer: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`has ${name}`, value instanceof Date ? 'time' : typeof value]),
  );
}
