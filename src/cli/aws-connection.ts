import { type Connection, type ConnectOptions, connectAws, connectSecrets } from '../aws/connect.ts';
import type { SecretsPort } from '../aws/types.ts';
import { UsageError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';

/** Ports to the account that `--profile`, `--region` and `--endpoint-url` name, or what the AWS CLI would take. */
export async function connect(
  settings: Settings,
  more: Pick<ConnectOptions, 'pace' | 'onServerTime'> = {},
): Promise<Connection> {
  return connectAws({ ...connectOptions(settings), ...more });
}

/**
 * Secrets Manager alone, for a credential_process. AWS_PROFILE names the profile that asks: whoever took it for the one to read with would
 * ask itself.
 */
export async function connectToServe(settings: Settings): Promise<SecretsPort> {
  delete process.env['AWS_PROFILE'];
  return connectSecrets({ ...connectOptions(settings), maxAttempts: SERVING_ATTEMPTS });
}

/** Somebody waits for the answer. */
const SERVING_ATTEMPTS = 4;

/** What those options say of any connection. */
export function connectOptions(settings: Settings): ConnectOptions {
  // The SDK would warn on every start that it will need Node 22 some day.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const profile = settings.text('profile');
  const region = settings.text('region');
  const endpoint = settings.text('endpoint-url');
  if (endpoint !== undefined && !/^https?:/.test(endpoint))
    throw new UsageError(`--endpoint-url: ${JSON.stringify(endpoint)} is no URL`);
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  };
}
