import { type Connection, type ConnectOptions, connectAws } from '../aws/connect.ts';
import { UsageError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';

/** Ports to the account that `--profile`, `--region` and `--endpoint-url` name, or what the AWS CLI would take. */
export async function connect(settings: Settings): Promise<Connection> {
  return connectAws(connectOptions(settings));
}

/** Throws a UsageError for an endpoint that is no URL. */
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
