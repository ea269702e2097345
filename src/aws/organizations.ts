import type * as Sdk from '@aws-sdk/client-organizations';
import { asAwsCall } from './errors.ts';

/** PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, and what AWS may add. */
type AccountState = string;

/** An account of an organization. */
export interface Member {
  id: string;
  name: string;
  state: AccountState;
}

/** Answers only the management account and delegated administrators; `denied` for all others. */
export interface OrganizationsPort {
  /** Every account, whatever its state. */
  members(): AsyncIterable<Member>;
  member(id: string): Promise<Member>;
}

export function organizationsPort(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.OrganizationsClient,
): OrganizationsPort {
  return {
    members: () => members(sdk, client),
    member: async (id) => {
      const { Account } = await asAwsCall('organizations:DescribeAccount', () =>
        client.send(new sdk.DescribeAccountCommand({ AccountId: id })),
      );
      return memberOf(Account ?? { Id: id });
    },
  };
}

/** A page may be empty without being the last: only a missing token ends it. */
async function* members(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.OrganizationsClient,
): AsyncGenerator<Member> {
  let token: string | undefined;
  do {
    const command = new sdk.ListAccountsCommand(token === undefined ? {} : { NextToken: token });
    const { Accounts = [], NextToken } = await asAwsCall('organizations:ListAccounts', () =>
      client.send(command),
    );
    yield* Accounts.map(memberOf);
    token = NextToken;
  } while (token !== undefined && token !== '');
}

/** `Status` was retired in September 2026 for `State`, which knows more; where both are told, the newer one counts. */
function memberOf({ Id = '', Name = '', State, Status }: Sdk.Account): Member {
  return { id: Id, name: Name, state: State ?? Status ?? 'unknown' };
}
