import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Credentials, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

const ACCOUNT = '111122223333';
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({
    seed: { accounts: [{ id: ACCOUNT, users: [{ name: 'ci', keys: [{ created: '100d' }] }] }] },
  });
});
afterEach(() => sandbox.close());

function options(credentials: Credentials = sandbox.control.adminOf(ACCOUNT)) {
  return { endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 };
}

function identify(credentials: Credentials) {
  return new STSClient(options(credentials)).send(new GetCallerIdentityCommand({}));
}

describe('the sandbox', () => {
  it('knows its keys, and refuses dead ones', async () => {
    const iam = new IAMClient(options());
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    const credentials = { accessKeyId: made!.AccessKeyId!, secretAccessKey: made!.SecretAccessKey! };
    expect(await identify(credentials)).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
    });
    const wrong = { ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` };
    await expect(identify(wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }))).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    await iam.send(
      new UpdateAccessKeyCommand({ UserName: 'ci', AccessKeyId: made!.AccessKeyId, Status: 'Inactive' }),
    );
    await expect(identify(credentials)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    const used = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: made!.AccessKeyId }));
    expect(used).toMatchObject({
      UserName: 'ci',
      AccessKeyLastUsed: { ServiceName: 'sts', Region: 'us-east-1' },
    });
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'ci', AccessKeyId: made!.AccessKeyId }));
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'ci' }));
    expect(AccessKeyMetadata).toHaveLength(1);
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
  });

  it('keeps secrets with their staging labels', async () => {
    const client = new SecretsManagerClient(options());
    const first = await client.send(new CreateSecretCommand({ Name: 'a/b', SecretString: 'one' }));
    const second = await client.send(
      new PutSecretValueCommand({ SecretId: 'a/b', SecretString: 'two', VersionStages: ['AWSPENDING'] }),
    );
    const promote = { SecretId: first.ARN, VersionStage: 'AWSCURRENT', MoveToVersionId: second.VersionId };
    await expect(client.send(new UpdateSecretVersionStageCommand(promote))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await client.send(
      new UpdateSecretVersionStageCommand({ ...promote, RemoveFromVersionId: first.VersionId }),
    );
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'a/b' }));
    expect(VersionIdsToStages).toEqual({
      [first.VersionId!]: ['AWSPREVIOUS'],
      [second.VersionId!]: ['AWSPENDING', 'AWSCURRENT'],
    });
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'a/b' }))).SecretString).toBe('two');
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'nope' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('does what was asked and cuts the reply', async () => {
    sandbox.control.faults.add({ kind: 'drop-reply', service: 'iam', action: 'CreateAccessKey' });
    const iam = new IAMClient(options());
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(sandbox.control.keysOf(ACCOUNT, 'ci')).toHaveLength(2);
  });
});
