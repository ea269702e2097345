import type { AuditAws, AuthorizationDetails } from '../aws/audit-types.ts';
import type { Aws, Identity } from '../aws/types.ts';
import { type Inventory, type InventoryKey, takeInventory } from '../keys/inventory.ts';
import { type AuditRules, exceeds } from './rules.ts';

export interface KeySources {
  aws: AuditAws;
  self: Identity & { keyId: string };
  now: number;
  rules: AuditRules;
  details: () => Promise<AuthorizationDetails>;
  report: () => Promise<{ csv: string; generatedAt: number }>;
  signal: AbortSignal | undefined;
}

/** Every access key, by the inventory of `keys report`, which is handed what an audit has read already. Secrets are not looked at. */
export async function readKeys({
  aws,
  self,
  now,
  rules,
  details,
  report,
  signal,
}: KeySources): Promise<Inventory> {
  const known: Omit<Aws, 'parameters'> = {
    sts: { ...aws.sts, self: async () => self },
    iam: {
      ...aws.iam,
      listUsersWithTags: async function* () {
        yield* (await details()).users;
      },
      startCredentialReport: async () => {
        await report();
        return 'complete';
      },
      credentialReport: report,
    },
    secrets: NO_SECRETS,
  };
  return takeInventory(known, {
    now: () => now,
    sleep: async () => {},
    region: aws.region,
    ...(signal !== undefined && { signal }),
    // What the report knew some hours ago calls no key unused.
    mustBeFresh: (key) => {
      const limit = key.lastUse.state === 'never' ? rules.youngMs : rules.unusedMs;
      return key.status === 'Active' && isIdle(key, limit, now);
    },
  });
}

/** Not used for `ms`, or never and created that long ago; a use that is unknown is not idle. */
export function isIdle({ lastUse, createdAt }: InventoryKey, ms: number, now: number): boolean {
  if (lastUse.state === 'unknown') return false;
  const since = lastUse.state === 'used' ? lastUse.at : createdAt;
  return since !== undefined && exceeds(now - since, ms);
}

const NO_SECRETS = {
  list: async function* () {},
} as unknown as Aws['secrets'];
