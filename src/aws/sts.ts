import type * as Sdk from '@aws-sdk/client-sts';
import type { Secret } from '../base/secret.ts';
import type { ClientConfig } from './client-config.ts';
import { asAwsCall } from './errors.ts';
import type { Identity, StsPort } from './types.ts';

const ACTION = 'sts:GetCallerIdentity';

/** `own` signs our own calls; others get a client each, made with `config`. */
export function stsPort(sdk: Omit<typeof Sdk, 'default'>, config: ClientConfig, own: Sdk.STSClient): StsPort {
  // A key is asked about many times in a row, and a client costs more to make than a call.
  let other: { id: string; secret: Secret; client: Sdk.STSClient } | undefined;
  return {
    self: () =>
      asAwsCall(ACTION, async () => {
        const { accessKeyId } = await own.config.credentials();
        return { ...(await identify(own)), keyId: accessKeyId };
      }),
    identityOf: ({ id, secret }) =>
      asAwsCall(ACTION, async () => {
        if (other?.id !== id || other.secret !== secret) other = { id, secret, client: clientOf(id, secret) };
        return identify(other.client);
      }),
  };

  function clientOf(id: string, secret: Secret): Sdk.STSClient {
    const credentials = { accessKeyId: id, secretAccessKey: secret.reveal() };
    // Connections are shared. An error is an answer here: it must be seen, not repeated away.
    return new sdk.STSClient({
      ...config,
      credentials,
      requestHandler: own.config.requestHandler,
      maxAttempts: 1,
      retryMode: 'standard',
    });
  }

  async function identify(client: Sdk.STSClient): Promise<Identity> {
    const { Account = '', Arn = '', UserId = '' } = await client.send(new sdk.GetCallerIdentityCommand({}));
    return { accountId: Account, arn: Arn, userId: UserId, partition: Arn.split(':')[1] ?? '' };
  }
}
