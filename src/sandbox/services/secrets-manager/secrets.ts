import { ServiceError } from '../../errors.ts';
import { newArnSuffix } from '../../random.ts';
import {
  type Action,
  type Call,
  isTrue,
  listOf,
  optionalNumber,
  optionalText,
  tagList,
  tagsOf,
} from '../../service.ts';
import type { StoredSecret } from '../../state/model.ts';
import {
  anySecret,
  arnIn,
  badParameter,
  badRequest,
  findSecret,
  liveSecret,
  onSecret,
  page,
  requiredParameter,
  secretResource,
  secretsOf,
  writableSecret,
} from './find.ts';
import { addReplicas, replicationStatus } from './replicas.ts';
import { putVersion, tokenOf, type Value, valueOf, versionIdsToStages } from './versions.ts';

const DAY_MS = 86_400_000;

export const secretActions: Readonly<Record<string, Action>> = {
  CreateSecret: { ...onSecret, alsoNeeds: neededToCreate, run: createSecret },
  DescribeSecret: { ...onSecret, run: describeSecret },
  UpdateSecret: { ...onSecret, run: updateSecret },
  DeleteSecret: { ...onSecret, run: deleteSecret },
  RestoreSecret: { ...onSecret, run: restoreSecret },
  ListSecrets: { run: listSecrets },
  TagResource: { ...onSecret, run: tagResource },
  UntagResource: { ...onSecret, run: untagResource },
};

function createSecret(call: Call): unknown {
  const name = requiredParameter(call, 'Name');
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) {
    throw new ServiceError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const value = valueOf(call);
  const token = tokenOf(call);
  const secrets = secretsOf(call.account, call.region, call.now);
  const existing = secrets.get(name);
  if (existing !== undefined) return answerOfSecond(existing, token, value);
  const secret: StoredSecret = {
    name,
    arn: `arn:${call.account.partition}:secretsmanager:${call.region}:${call.account.id}:secret:${name}-${newArnSuffix()}`,
    description: optionalText(call, 'Description'),
    kmsKeyId: optionalText(call, 'KmsKeyId'),
    createdAt: call.now,
    changedAt: call.now,
    accessedAt: undefined,
    deletionAt: undefined,
    deletedAt: undefined,
    tags: tagsOf(call),
    versions: new Map(),
    replicas: new Map(),
    primaryRegion: call.region,
  };
  if (value !== undefined) putVersion(secret, token, value, ['AWSCURRENT'], call.now);
  addReplicas(secret, listOf(call, 'AddReplicaRegions'));
  secrets.set(name, secret);
  return {
    ARN: secret.arn,
    Name: name,
    VersionId: value === undefined ? undefined : token,
    ReplicationStatus: replicationStatus(secret),
  };
}

/** Tags and replicas of a new secret ask for what adding them later would. */
function neededToCreate(call: Call): string[] {
  return [
    ...(tagsOf(call).size > 0 ? ['TagResource'] : []),
    ...(listOf(call, 'AddReplicaRegions').length > 0 ? ['ReplicateSecretToRegions'] : []),
  ];
}

/** A name taken: fine for the same request once more, an error otherwise. */
function answerOfSecond(existing: StoredSecret, token: string, value: Value | undefined): unknown {
  if (existing.deletionAt !== undefined) {
    throw badRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = existing.versions.get(token);
  if (version === undefined || value?.value.reveal() !== version.value.reveal()) {
    throw new ServiceError(
      'ResourceExistsException',
      `The operation failed because the secret ${existing.name} already exists.`,
    );
  }
  return { ARN: existing.arn, Name: existing.name, VersionId: token };
}

function describeSecret(call: Call): unknown {
  const secret = anySecret(call);
  return {
    ...summaryOf(secret, call.region),
    VersionIdsToStages: versionIdsToStages(secret),
    ReplicationStatus: replicationStatus(secret),
  };
}

/** What DescribeSecret and ListSecrets both tell. */
function summaryOf(secret: StoredSecret, region: string): Record<string, unknown> {
  const dateOf = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  return {
    ARN: arnIn(secret, region),
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: dateOf(secret.createdAt),
    LastChangedDate: dateOf(secret.changedAt),
    LastAccessedDate: dateOf(secret.accessedAt),
    DeletedDate: dateOf(secret.deletedAt),
    Tags: secret.tags.size > 0 ? tagList(secret.tags) : undefined,
    PrimaryRegion: secret.replicas.size > 0 ? secret.primaryRegion : undefined,
  };
}

function updateSecret(call: Call): unknown {
  const secret = writableSecret(call);
  const value = valueOf(call);
  const token = tokenOf(call);
  if (value !== undefined) putVersion(secret, token, value, ['AWSCURRENT'], call.now);
  secret.description = optionalText(call, 'Description') ?? secret.description;
  secret.kmsKeyId = optionalText(call, 'KmsKeyId') ?? secret.kmsKeyId;
  secret.changedAt = call.now;
  return { ARN: secret.arn, Name: secret.name, VersionId: value === undefined ? undefined : token };
}

function deleteSecret(call: Call): unknown {
  const days = optionalNumber(call, 'RecoveryWindowInDays');
  const isForced = isTrue(call, 'ForceDeleteWithoutRecovery');
  if (isForced && days !== undefined)
    throw badParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days !== undefined && (days < 7 || days > 30))
    throw badParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  // Forcing answers the same whether or not there was one.
  if (isForced && findSecret(call) === undefined)
    return {
      ARN: secretResource(call),
      Name: requiredParameter(call, 'SecretId'),
      DeletionDate: new Date(call.now),
    };
  const secret = writableSecret(call);
  if (secret.replicas.size > 0) {
    throw badParameter(
      `You can't delete secret ${secret.name} that still has replica regions [${[...secret.replicas.keys()].join(', ')}]`,
    );
  }
  secret.deletedAt = call.now;
  secret.deletionAt = isForced ? call.now : call.now + (days ?? 30) * DAY_MS;
  return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(secret.deletionAt) };
}

function restoreSecret(call: Call): unknown {
  const secret = anySecret(call);
  secret.deletionAt = secret.deletedAt = undefined;
  return { ARN: secret.arn, Name: secret.name };
}

function listSecrets(call: Call): unknown {
  const filters = listOf(call, 'Filters') as { Key: string; Values: string[] }[];
  const shown = [...secretsOf(call.account, call.region, call.now).values()]
    .filter(({ deletionAt }) => deletionAt === undefined || isTrue(call, 'IncludePlannedDeletion'))
    .filter((secret) =>
      filters.every(({ Key, Values }) => Values.some((value) => passes(secret, Key, value))),
    );
  const { items, NextToken } = page(call, shown);
  return {
    SecretList: items.map((secret) => ({
      ...summaryOf(secret, call.region),
      SecretVersionsToStages: versionIdsToStages(secret),
    })),
    NextToken,
  };
}

/** Prefixes, as in AWS; `!` in front turns one around. */
function passes(secret: StoredSecret, key: string, value: string): boolean {
  if (value.startsWith('!')) return !passes(secret, key, value.slice(1));
  const tags = [...secret.tags];
  const texts: Record<string, string[]> = {
    name: [secret.name],
    description: [secret.description ?? ''],
    'tag-key': tags.map(([tag]) => tag),
    'tag-value': tags.map(([, text]) => text),
    'primary-region': [secret.primaryRegion],
  };
  return (texts[key] ?? Object.values(texts).flat()).some((text) => text.startsWith(value));
}

function tagResource(call: Call): void {
  const secret = liveSecret(call);
  secret.tags = new Map([...secret.tags, ...tagsOf(call)]);
}

function untagResource(call: Call): void {
  const secret = liveSecret(call);
  for (const key of listOf(call, 'TagKeys')) secret.tags.delete(String(key));
}
