import type * as Sdk from '@aws-sdk/client-sts';
import type { ClientConfig } from './client-config.ts';
import { asAwsCall } from './errors.ts';
import type { Identity, StsPort } from './types.ts';

const ACTION = 'sts:GetCallerIdentity';

/** `own` signs our own calls; others get a client each, made with `config`. */
export function stsPort(sdk: Omit<typeof Sdk, 'default'>, config: ClientConfig, own: Sdk.STSClient): StsPort {
  return {
    self: () =>
      asAwsCall(ACTION, async () => {
        const { accessKeyId } = await own.config.credentials();
        return { ...(await identify(own)), keyId: accessKeyId };
      }),
    identityOf: ({ id, secret }) =>
      asAwsCall(ACTION, async () => {
        const credentials = { accessKeyId: id, secretAccessKey: secret.reveal() };
        // Connections are shared. An error is an answer here: it must be seen, not repeated away.
        const requestHandler = own.config.requestHandler;
        return identify(new sdk.STSClient({ ...config, credentials, requestHandler, maxAttempts: 1 }));
      }),
  };

  async function identify(client: Sdk.STSClient): Promise<Identity> {
    const { Account = '', Arn = '', UserId = '' } = await client.send(new sdk.GetCallerIdentityCommand({}));
    return { accountId: Account, arn: Arn, userId: UserId, partition: Arn.split(':')[1] ?? '' };
  }
}
