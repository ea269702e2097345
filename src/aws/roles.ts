import type * as Sdk from '@aws-sdk/client-sts';
import { Secret } from '../base/secret.ts';
import { asAwsCall } from './errors.ts';

export interface RoleRequest {
  arn: string;
  /** Stands in CloudTrail and in the session's ARN: 2 to 64 letters, digits and characters of +=,.@_- */
  sessionName: string;
  externalId?: string;
  /** Need sts:TagSession on both sides. */
  tags?: Readonly<Record<string, string>>;
}

export interface RoleCredentials {
  accessKeyId: string;
  secretAccessKey: Secret;
  sessionToken: Secret;
  expiresAt: number;
}

export interface RolesPort {
  /** For one hour, which every role allows. */
  assume(role: RoleRequest): Promise<RoleCredentials>;
}

export function rolesPort(sdk: Omit<typeof Sdk, 'default'>, client: Sdk.STSClient): RolesPort {
  return {
    assume: ({ arn, sessionName, externalId, tags = {} }) =>
      asAwsCall('sts:AssumeRole', async () => {
        const command = new sdk.AssumeRoleCommand({
          RoleArn: arn,
          RoleSessionName: sessionName,
          ...(externalId !== undefined && { ExternalId: externalId }),
          ...(Object.keys(tags).length > 0 && {
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          }),
        });
        const { Credentials: found } = await client.send(command);
        return {
          accessKeyId: found?.AccessKeyId ?? '',
          secretAccessKey: new Secret(found?.SecretAccessKey ?? ''),
          sessionToken: new Secret(found?.SessionToken ?? ''),
          expiresAt: found?.Expiration?.getTime() ?? 0,
        };
      }),
  };
}
