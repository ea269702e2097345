import type { SSMClient } from '@aws-sdk/client-ssm';
import { Secret } from '../base/secret.ts';
import type { ClientConfig } from './client-config.ts';
import { asAwsCall, isAwsError } from './errors.ts';
import { receiptOf } from './receipt.ts';
import type { ParametersPort } from './types.ts';

/** The SDK's client is loaded with the first call: few rotations have a parameter to write. */
export function parametersPort(config: ClientConfig): ParametersPort {
  let opened: Promise<{ sdk: typeof import('./ssm-sdk.ts').ssm; client: SSMClient }> | undefined;
  const open = () => {
    opened ??= import('./ssm-sdk.ts').then(({ ssm }) => ({ sdk: ssm, client: new ssm.SSMClient(config) }));
    return opened;
  };
  return {
    read: async (name) => {
      const { sdk, client } = await open();
      try {
        const { Parameter } = await asAwsCall('ssm:GetParameter', () =>
          client.send(new sdk.GetParameterCommand({ Name: name, WithDecryption: true })),
        );
        return new Secret(Parameter?.Value ?? '');
      } catch (error) {
        if (isAwsError(error, 'not-found')) return undefined;
        throw error;
      }
    },

    write: async (name, value, kmsKeyId) => {
      const { sdk, client } = await open();
      const command = new sdk.PutParameterCommand({
        Name: name,
        Value: value.reveal(),
        Type: 'SecureString',
        Overwrite: true,
        ...(kmsKeyId !== undefined && { KeyId: kmsKeyId }),
      });
      const { $metadata } = await asAwsCall('ssm:PutParameter', () => client.send(command));
      return receiptOf($metadata);
    },
  };
}
