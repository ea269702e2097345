import type * as Sdk from '@aws-sdk/client-secrets-manager';
import { Secret } from '../base/secret.ts';
import { asAwsCall, isAwsError } from './errors.ts';
import { receiptOf } from './receipt.ts';
import type { SecretInfo, SecretsPort } from './types.ts';

const PAGE = 100;

export function secretsPort(sdk: Omit<typeof Sdk, 'default'>, client: Sdk.SecretsManagerClient): SecretsPort {
  return {
    describe: (name) =>
      unlessMissing(
        asAwsCall('secretsmanager:DescribeSecret', async () =>
          infoOf(await client.send(new sdk.DescribeSecretCommand({ SecretId: name }))),
        ),
      ),

    list: () => list(sdk, client),

    read: (name, versionId) => read({ SecretId: name, VersionId: versionId }),

    current: (name) => read({ SecretId: name }),

    create: async ({ name, value, token, description, kmsKeyId, replicaRegions = [], tags = {} }) => {
      const command = new sdk.CreateSecretCommand({
        Name: name,
        SecretString: value.reveal(),
        ClientRequestToken: token,
        ...(description !== undefined && { Description: description }),
        ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
        ...(replicaRegions.length > 0 && { AddReplicaRegions: replicaRegions.map((Region) => ({ Region })) }),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      });
      const { $metadata } = await asAwsCall('secretsmanager:CreateSecret', () => client.send(command));
      return receiptOf($metadata);
    },

    putVersion: async (name, { token, value, labels }) => {
      const command = new sdk.PutSecretValueCommand({
        SecretId: name,
        ClientRequestToken: token,
        SecretString: value.reveal(),
        VersionStages: [...labels],
      });
      const { $metadata } = await asAwsCall('secretsmanager:PutSecretValue', () => client.send(command));
      return receiptOf($metadata);
    },

    moveLabel: async (name, label, { from, to }) => {
      const command = new sdk.UpdateSecretVersionStageCommand({
        SecretId: name,
        VersionStage: label,
        ...(from !== undefined && { RemoveFromVersionId: from }),
        ...(to !== undefined && { MoveToVersionId: to }),
      });
      const { $metadata } = await asAwsCall('secretsmanager:UpdateSecretVersionStage', () =>
        client.send(command),
      );
      return receiptOf($metadata);
    },
  };

  function read(input: Sdk.GetSecretValueCommandInput): Promise<Secret | undefined> {
    return unlessMissing(
      asAwsCall('secretsmanager:GetSecretValue', async () => {
        const { SecretString, SecretBinary } = await client.send(new sdk.GetSecretValueCommand(input));
        return new Secret(SecretString ?? new TextDecoder().decode(SecretBinary));
      }),
    );
  }
}

async function* list(
  sdk: Omit<typeof Sdk, 'default'>,
  client: Sdk.SecretsManagerClient,
): AsyncIterable<Pick<SecretInfo, 'arn' | 'name' | 'tags'>> {
  const pages = sdk.paginateListSecrets({ client }, { MaxResults: PAGE })[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await asAwsCall('secretsmanager:ListSecrets', () => pages.next());
    if (done === true) return;
    for (const { ARN = '', Name = '', Tags } of value.SecretList ?? [])
      yield { arn: ARN, name: Name, tags: tagMap(Tags) };
  }
}

function infoOf(found: Sdk.DescribeSecretCommandOutput): SecretInfo {
  return {
    arn: found.ARN ?? '',
    name: found.Name ?? '',
    tags: tagMap(found.Tags),
    ...(found.KmsKeyId !== undefined && { kmsKeyId: found.KmsKeyId }),
    ...(found.DeletedDate !== undefined && { deletedAt: found.DeletedDate.getTime() }),
    versions: new Map(Object.entries(found.VersionIdsToStages ?? {})),
  };
}

function tagMap(tags: readonly Sdk.Tag[] = []): ReadonlyMap<string, string> {
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isAwsError(error, 'not-found')) return undefined;
    throw error;
  }
}
