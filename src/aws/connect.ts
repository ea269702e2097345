import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { AuditAws } from './audit-types.ts';
import type { ClientConfig, RequestHandler } from './client-config.ts';
import { asAwsCall } from './errors.ts';
import { iamPort } from './iam.ts';
import { type OrganizationsPort, organizationsPort } from './organizations.ts';
import { type RoleCredentials, type RolesPort, rolesPort } from './roles.ts';
import type * as Sdk from './sdk.ts';
import { secretsPort } from './secrets-manager.ts';
import { parametersPort } from './ssm.ts';
import { stsPort } from './sts.ts';
import type { Aws, SecretsPort } from './types.ts';

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
  /** Waited for before every attempt of every call, of connections made by `with` too. */
  pace?: () => Promise<void>;
  /** Told with every answer what time it is at AWS, to the second. The SDK signs by that, and says nothing of a clock that is wrong. */
  onServerTime?: (time: number) => void;
}

/** Ports, and the region that those of regional services ask in. */
export interface Connection extends Aws {
  region: string;
  roles: RolesPort;
  organizations(): Promise<OrganizationsPort>;
  /** What an audit reads the same account through. */
  audit(): Promise<AuditAws>;
  /** The same but for this; sockets are shared. `credentials` is asked before every call, so it may give new ones in time. */
  with(change: { credentials?: () => Promise<RoleCredentials>; region?: string }): Connection;
}

/** Opens ports. The SDK is loaded here and nowhere else; nothing is sent yet. */
export async function connectAws(options: ConnectOptions = {}): Promise<Connection> {
  const config = clientConfig(options);
  const sdk = await import('./sdk.ts');
  const client = new sdk.iam.IAMClient(config);
  await refuseClearText(client.config.endpoint);
  const region = await asAwsCall('the region', () => client.config.region());
  return connection(sdk, {
    ...config,
    region,
    requestHandler: around(client.config.requestHandler, options),
  });
}

function connection(sdk: typeof Sdk, config: ClientConfig & { region: string }): Connection {
  const { iam, sts, secretsManager } = sdk;
  const stsClient = new sts.STSClient(config);
  return {
    region: config.region,
    iam: iamPort(iam, new iam.IAMClient(config), new iam.IAMClient({ ...config, maxAttempts: 1 })),
    sts: stsPort(sts, config, stsClient),
    secrets: secretsPort(secretsManager, new secretsManager.SecretsManagerClient(config)),
    parameters: parametersPort(config),
    roles: rolesPort(sts, stsClient),
    organizations: async () => {
      const { organizations } = await import('./organizations-sdk.ts');
      return organizationsPort(organizations, new organizations.OrganizationsClient(config));
    },
    audit: async () => {
      const { auditAws } = await import('./audit.ts');
      return auditAws(config);
    },
    with: ({ credentials, region = config.region }) =>
      connection(sdk, {
        ...config,
        region,
        ...(credentials !== undefined && { credentials: async () => revealed(await credentials()) }),
      }),
  };
}

/** With a time of expiry in the past the SDK keeps nothing and asks again: how long credentials are good is decided in one place. */
function revealed({ accessKeyId, secretAccessKey, sessionToken }: RoleCredentials) {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    sessionToken: sessionToken.reveal(),
    expiration: new Date(0),
  };
}

function around<T extends RequestHandler>(
  handler: T,
  { pace, onServerTime }: Pick<ConnectOptions, 'pace' | 'onServerTime'>,
): T {
  if (pace === undefined && onServerTime === undefined) return handler;
  const handle: T['handle'] = async (request, options) => {
    await pace?.();
    const answer = await handler.handle(request, options);
    const time = Date.parse(answer.response.headers['date'] ?? '');
    if (!Number.isNaN(time)) onServerTime?.(time);
    return answer;
  };
  return Object.assign(Object.create(handler) as T, { handle });
}

/** Secrets Manager alone: the other clients are not even loaded, for a program that is started often. */
export async function connectSecrets(options: ConnectOptions = {}): Promise<SecretsPort> {
  const { secretsManager } = await import('./sdk-secrets-manager.ts');
  const client = new secretsManager.SecretsManagerClient(clientConfig(options));
  await refuseClearText(client.config.endpoint);
  return secretsPort(secretsManager, client);
}

/** To one host; all accounts of a run share them. With the SDK's 50, it would write warnings to the console. */
const MAX_SOCKETS = 512;

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
    requestHandler: {
      requestTimeout: timeoutMs,
      connectionTimeout: Math.min(timeoutMs, 5_000),
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
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
