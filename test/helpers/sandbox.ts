import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { type Credentials, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import type { Seed, SeedUser } from '../../src/sandbox/seed/seed.ts';

// It would warn once per run that this is an old Node.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export interface Clients {
  iam: IAMClient;
  sts: STSClient;
  secrets: SecretsManagerClient;
  organizations: OrganizationsClient;
  trail: CloudTrailClient;
  ssm: SSMClient;
}

export interface ClientOptions {
  region?: string;
  /** Attempts in all; 1 by default, so that a test sees what was answered first. */
  maxAttempts?: number;
}

/** The SDK's own clients, as users have them, talking to `url`. */
export function clientsFor(url: string, credentials: Credentials, options: ClientOptions = {}): Clients {
  const { region = 'us-east-1', maxAttempts = 1 } = options;
  const config = { endpoint: url, region, credentials, maxAttempts };
  return {
    iam: new IAMClient(config),
    sts: new STSClient(config),
    secrets: new SecretsManagerClient(config),
    organizations: new OrganizationsClient(config),
    trail: new CloudTrailClient(config),
    ssm: new SSMClient(config),
  };
}

/** The account of `openSandbox` where its seed names none. */
export const ACCOUNT = '111122223333';
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const opened: Sandbox[] = [];

/** A sandbox with users of one account, its clock standing still; closed by `closeSandboxes`. */
export async function openSandbox(seed: Seed | SeedUser[] = []): Promise<Sandbox> {
  const sandbox = await startSandbox({
    seed: Array.isArray(seed) ? { accounts: [{ id: ACCOUNT, users: seed }] } : seed,
  });
  sandbox.control.clock.freeze();
  opened.push(sandbox);
  return sandbox;
}

export async function closeSandboxes(): Promise<void> {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()));
}

/** Clients of an administrator. */
export function adminOf(sandbox: Sandbox, options?: ClientOptions): Clients {
  return clientsFor(
    sandbox.url,
    sandbox.control.adminOf([...sandbox.control.world.accounts.keys()][0]!),
    options,
  );
}

/** Clients of a user's key: its first by default. */
export function userOf(sandbox: Sandbox, name: string, key = 0, options?: ClientOptions): Clients {
  return clientsFor(sandbox.url, sandbox.control.keysOf(ACCOUNT, name)[key]!, options);
}

/** The wire name of the error that a call ends with, or `ok`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return (error as Error).name;
  }
}
