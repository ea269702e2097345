import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { ClientConfig } from './client-config.ts';
import { asAwsCall } from './errors.ts';
import { iamPort } from './iam.ts';
import { secretsPort } from './secrets-manager.ts';
import { stsPort } from './sts.ts';
import type { Aws } from './types.ts';

export interface ConnectOptions {
  /** What the SDK finds by default: AWS_REGION, then the profile's. */
  region?: string;
  /** A profile of ~/.aws; AWS_PROFILE by default. */
  profile?: string;
  /** In place of AWS_ENDPOINT_URL. */
  endpoint?: string;
  /** In place of the SDK's chain: variables, profile, SSO, web identity, container, instance. */
  credentials?: { accessKeyId: string; secretAccessKey: Secret; sessionToken?: Secret };
  /** Attempts of calls that may be repeated. */
  maxAttempts?: number;
  /** For one attempt, in milliseconds. */
  timeoutMs?: number;
  /** Appended to the user agent, so that our calls can be told in CloudTrail. */
  userAgent?: string;
}

/** Ports, and the region that those of regional services ask in. */
export type Connection = Aws & { region: string };

/** Opens ports. The SDK is loaded here and nowhere else; nothing is sent yet. */
export async function connectAws(options: ConnectOptions = {}): Promise<Connection> {
  const config = clientConfig(options);
  const { iam, sts, secretsManager } = await import('./sdk.ts');
  const iamClient = new iam.IAMClient(config);
  await refuseClearText(iamClient.config.endpoint);
  return {
    region: await asAwsCall('the region', () => iamClient.config.region()),
    iam: iamPort(iam, iamClient, new iam.IAMClient({ ...config, maxAttempts: 1 })),
    sts: stsPort(sts, config),
    secrets: secretsPort(secretsManager, new secretsManager.SecretsManagerClient(config)),
  };
}

/** What every client of a connection is made with. */
export function clientConfig(options: ConnectOptions): ClientConfig {
  const { region, profile, endpoint, credentials, maxAttempts = 6, timeoutMs = 20_000 } = options;
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey.reveal(),
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken.reveal() }),
      },
    }),
    maxAttempts,
    // Slows down for all calls of the client once AWS throttles one.
    retryMode: maxAttempts === 1 ? 'standard' : 'adaptive',
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: Math.min(timeoutMs, 5_000) },
    customUserAgent: options.userAgent ?? 'keyturn',
  };
}

type Endpoint = (() => Promise<{ protocol: string; hostname: string }>) | undefined;

/** Secrets go over the wire: without encryption only to this machine. */
export async function refuseClearText(endpoint: Endpoint): Promise<void> {
  const resolved = await asAwsCall('the endpoint', async () => endpoint?.());
  if (resolved === undefined || resolved.protocol !== 'http:') return;
  if (/^(?:127(?:\.\d+){3}|localhost|\[?::1\]?)$/.test(resolved.hostname)) return;
  throw new KeyturnError(`the AWS endpoint http://${resolved.hostname} is not encrypted`, {
    code: 'clear-text-endpoint',
    hint: 'Only loopback may be reached without TLS; look at AWS_ENDPOINT_URL and endpoint_url in ~/.aws/config.',
  });
}
