import { connectAws } from '../../src/aws/connect.ts';
import { Secret } from '../../src/base/secret.ts';
import { type Inventory, type InventoryOptions, takeInventory } from '../../src/keys/inventory.ts';
import { DEFAULT_POLICY } from '../../src/keys/policy.ts';
import { type KeyFilter, mustBeFresh } from '../../src/keys/report.ts';
import type { Credentials, Sandbox } from '../../src/sandbox/index.ts';
import { ACCOUNT } from '../helpers/sandbox.ts';

export const NO_FILTER: KeyFilter = { users: [], paths: [], tags: [], statuses: [], verdicts: [] };

/** The inventory of a sandbox, as the command takes it; waiting turns the sandbox's clock instead. */
export async function inventoryOf(
  sandbox: Sandbox,
  options: Partial<InventoryOptions> & { credentials?: Credentials; maxAttempts?: number } = {},
): Promise<Inventory> {
  const { accessKeyId, secretAccessKey, sessionToken } =
    options.credentials ?? sandbox.control.adminOf(ACCOUNT);
  const { clock } = sandbox.control;
  const aws = await connectAws({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    maxAttempts: options.maxAttempts ?? 1,
  });
  return takeInventory(aws, {
    now: clock.now,
    sleep: async (ms) => clock.advance(ms),
    region: 'us-east-1',
    mustBeFresh: (key) => mustBeFresh(key, DEFAULT_POLICY, NO_FILTER, clock.now()),
    ...options,
  });
}

/** Actions that were called, with how often. */
export function callsOf({ control }: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of control.journal) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
