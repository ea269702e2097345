import { type Selection, selectAccounts } from '../../src/accounts/select.ts';
import type { AccountsRequest } from '../../src/accounts/types.ts';
import { type Connection, connectAws } from '../../src/aws/connect.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import type { SeedAccount } from '../../src/sandbox/seed/seed.ts';
import { ACCOUNT, openSandbox } from '../helpers/sandbox.ts';

export const MEMBER_ROLE = 'ops/keyturn';
export const EXTERNAL_ID = 'acme:keyturn/1';

/** Of member number `index`; 0 is the management account. */
export function idOf(index: number): string {
  return index === 0 ? ACCOUNT : String(200_000_000_000 + index);
}

/** The management account and members named `member-1` ..., each with a user whose key is old and a role that trusts the first. */
export function organizationSeed(
  count: number,
  partition: NonNullable<SeedAccount['partition']> = 'aws',
): SeedAccount[] {
  return Array.from({ length: count }, (_, index) => ({
    id: idOf(index),
    name: index === 0 ? 'management' : `member-${index}`,
    partition,
    users: [{ name: 'ci', keys: [{ created: '120d', lastUsed: { at: '2h' } }] }],
    roles:
      index === 0
        ? []
        : [
            {
              name: 'keyturn',
              path: '/ops/',
              trusts: [ACCOUNT],
              externalId: EXTERNAL_ID,
              policies: ['AdministratorAccess'],
            },
          ],
  }));
}

export function openOrganization(count: number): Promise<Sandbox> {
  return openSandbox({ accounts: organizationSeed(count) });
}

export interface ConnectTestOptions {
  credentials?: Credentials;
  maxAttempts?: number;
  pace?: () => Promise<void>;
  region?: string;
}

/** As an administrator of the management account, unless told otherwise. */
export function connectTo(sandbox: Sandbox, options: ConnectTestOptions = {}): Promise<Connection> {
  const { accessKeyId, secretAccessKey, sessionToken } =
    options.credentials ?? sandbox.control.adminOf(ACCOUNT);
  return connectAws({
    endpoint: sandbox.url,
    region: options.region ?? 'us-east-1',
    maxAttempts: options.maxAttempts ?? 1,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    ...(options.pace !== undefined && { pace: options.pace }),
  });
}

export function requestOf(change: Partial<AccountsRequest> = {}): AccountsRequest {
  return {
    ids: 'org',
    role: MEMBER_ROLE,
    externalId: EXTERNAL_ID,
    sessionTags: {},
    exclude: [],
    concurrency: 4,
    regions: {},
    ...change,
  };
}

export async function selectIn(
  sandbox: Sandbox,
  change: Partial<AccountsRequest> = {},
  options: ConnectTestOptions = {},
): Promise<Selection> {
  return selectAccounts(await connectTo(sandbox, options), requestOf(change));
}
