import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../../src/sandbox/index.ts';

// It would warn once per run that this is an old Node.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export interface Clients {
  iam: IAMClient;
  sts: STSClient;
  secrets: SecretsManagerClient;
  organizations: OrganizationsClient;
  trail: CloudTrailClient;
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
  };
}
