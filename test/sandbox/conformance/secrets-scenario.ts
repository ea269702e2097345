import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Step } from './scenario.ts';

/** A token that is a version's id afterwards: thirty-two characters at least. */
const token = (name: string) => name.padEnd(32, '-');
const [ONE, TWO, THREE] = [token('one'), token('two'), token('three')] as const;
const SECRET = { SecretId: 'app/key' };
const CREATE = { Name: 'app/key', SecretString: '{"n":1}', ClientRequestToken: ONE };

/** Tokens that stand for another value are not here: moto does those unlike AWS. */
export const SECRETS_STEPS: readonly Step[] = [
  {
    name: 'a secret that is not there',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand(SECRET)),
  },
  { name: 'create', call: ({ secrets }) => secrets.send(new CreateSecretCommand(CREATE)) },
  {
    name: 'the same request once more',
    call: ({ secrets }) => secrets.send(new CreateSecretCommand(CREATE)),
  },
  {
    name: 'a name that is taken',
    call: ({ secrets }) => secrets.send(new CreateSecretCommand({ ...CREATE, ClientRequestToken: TWO })),
  },
  { name: 'its value', call: ({ secrets }) => secrets.send(new GetSecretValueCommand(SECRET)) },
  {
    name: 'a pending version',
    call: ({ secrets }) =>
      secrets.send(
        new PutSecretValueCommand({
          ...SECRET,
          SecretString: '{"n":2}',
          ClientRequestToken: TWO,
          VersionStages: ['AWSPENDING'],
        }),
      ),
  },
  {
    name: 'the current value is as before',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand(SECRET)),
  },
  {
    name: 'the pending value',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ ...SECRET, VersionStage: 'AWSPENDING' })),
  },
  {
    name: 'promote without saying where the label stands',
    call: ({ secrets }) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({ ...SECRET, VersionStage: 'AWSCURRENT', MoveToVersionId: TWO }),
      ),
  },
  {
    name: 'promote',
    call: ({ secrets }) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({
          ...SECRET,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: TWO,
          RemoveFromVersionId: ONE,
        }),
      ),
  },
  {
    name: 'promote as who came too late',
    call: ({ secrets }) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({
          ...SECRET,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ONE,
          RemoveFromVersionId: ONE,
        }),
      ),
  },
  {
    name: 'labels after promotion',
    call: ({ secrets }) => stages(secrets.send(new DescribeSecretCommand(SECRET))),
  },
  {
    name: 'take the pending label away',
    call: ({ secrets }) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({
          ...SECRET,
          VersionStage: 'AWSPENDING',
          RemoveFromVersionId: TWO,
        }),
      ),
  },
  {
    name: 'nothing is pending',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ ...SECRET, VersionStage: 'AWSPENDING' })),
  },
  {
    name: 'the previous value',
    call: ({ secrets }) =>
      secrets.send(new GetSecretValueCommand({ ...SECRET, VersionStage: 'AWSPREVIOUS' })),
  },
  {
    name: 'the first version by its id',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ ...SECRET, VersionId: ONE })),
  },
  {
    name: 'a version that is not there',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ ...SECRET, VersionId: THREE })),
  },
  {
    name: 'a new value by UpdateSecret',
    call: ({ secrets }) =>
      secrets.send(
        new UpdateSecretCommand({ ...SECRET, SecretString: '{"n":3}', ClientRequestToken: THREE }),
      ),
  },
  {
    name: 'labels after that',
    call: ({ secrets }) => stages(secrets.send(new DescribeSecretCommand(SECRET))),
  },
  {
    name: 'tags',
    call: ({ secrets }) =>
      secrets.send(
        new TagResourceCommand({
          ...SECRET,
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'b', Value: '2' },
          ],
        }),
      ),
  },
  {
    name: 'a tag less',
    call: ({ secrets }) => secrets.send(new UntagResourceCommand({ ...SECRET, TagKeys: ['a'] })),
  },
  {
    name: 'a list by name',
    call: async ({ secrets }) => {
      const { SecretList = [] } = await secrets.send(
        new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['app/'] }] }),
      );
      return SecretList.map(({ Name, Tags }) => ({ Name, Tags }));
    },
  },
  {
    name: 'a first version that was meant to be pending is current, too',
    call: async ({ secrets }) => {
      await secrets.send(new CreateSecretCommand({ Name: 'app/empty' }));
      const put = {
        SecretId: 'app/empty',
        SecretString: 'x',
        VersionStages: ['AWSPENDING'],
        ClientRequestToken: ONE,
      };
      await secrets.send(new PutSecretValueCommand(put));
      return stages(secrets.send(new DescribeSecretCommand({ SecretId: 'app/empty' })));
    },
  },
  {
    name: 'replicate',
    call: async ({ secrets }) => {
      const { ReplicationStatus = [] } = await secrets.send(
        new ReplicateSecretToRegionsCommand({ ...SECRET, AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
      );
      return ReplicationStatus.map(({ Region, Status }) => ({ Region, Status }));
    },
  },
  { name: 'delete while replicated', call: ({ secrets }) => secrets.send(new DeleteSecretCommand(SECRET)) },
  {
    name: 'delete later',
    call: ({ secrets }) =>
      secrets.send(new DeleteSecretCommand({ SecretId: 'app/empty', RecoveryWindowInDays: 7 })),
  },
  {
    name: 'the value of what is to be deleted',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ SecretId: 'app/empty' })),
  },
  {
    name: 'restore',
    call: ({ secrets }) => secrets.send(new RestoreSecretCommand({ SecretId: 'app/empty' })),
  },
  {
    name: 'its value again',
    call: ({ secrets }) => secrets.send(new GetSecretValueCommand({ SecretId: 'app/empty' })),
  },
  {
    name: 'delete with a window of a day',
    call: ({ secrets }) =>
      secrets.send(new DeleteSecretCommand({ SecretId: 'app/empty', RecoveryWindowInDays: 1 })),
  },
  {
    name: 'delete with a window and at once',
    call: ({ secrets }) =>
      secrets.send(
        new DeleteSecretCommand({
          SecretId: 'app/empty',
          RecoveryWindowInDays: 7,
          ForceDeleteWithoutRecovery: true,
        }),
      ),
  },
  {
    name: 'delete at once',
    call: ({ secrets }) =>
      secrets.send(new DeleteSecretCommand({ SecretId: 'app/empty', ForceDeleteWithoutRecovery: true })),
  },
  { name: 'gone', call: ({ secrets }) => secrets.send(new DescribeSecretCommand({ SecretId: 'app/empty' })) },
];

/** Where moto is known to be wrong, by step: the test sees to it that it still is. */
export const SECRETS_DEVIATIONS: Readonly<Record<string, string>> = {
  'labels after that': 'a new value after a custom stage leaves AWSCURRENT on two versions',
};

/** Labels of each version, in no particular order. */
async function stages(answer: Promise<{ VersionIdsToStages?: Record<string, string[]> | undefined }>) {
  const { VersionIdsToStages = {} } = await answer;
  return Object.fromEntries(Object.entries(VersionIdsToStages).map(([id, labels]) => [id, labels]));
}
