import { type Action, type Call, isTrue, optionalText } from '../../service.ts';
import type { SecretVersion, StoredSecret } from '../../state/model.ts';
import {
  anySecret,
  arnIn,
  badParameter,
  badRequest,
  liveSecret,
  notFound,
  onSecret,
  page,
  requiredParameter,
  writableSecret,
} from './find.ts';
import { checkStages, holderOf, moveStage, putVersion, stagesOf, tokenOf, valueOf } from './versions.ts';

const DAY_MS = 86_400_000;

export const valueActions: Readonly<Record<string, Action>> = {
  GetSecretValue: { ...onSecret, run: getSecretValue },
  PutSecretValue: { ...onSecret, run: putSecretValue },
  UpdateSecretVersionStage: { ...onSecret, run: updateSecretVersionStage },
  ListSecretVersionIds: { ...onSecret, run: listSecretVersionIds },
};

function getSecretValue(call: Call): unknown {
  const secret = liveSecret(call);
  const version = askedVersion(call, secret);
  // AWS tells the day only.
  version.accessedAt = secret.accessedAt = call.now - (call.now % DAY_MS);
  return {
    ARN: arnIn(secret, call.region),
    Name: secret.name,
    VersionId: version.id,
    [version.isBinary ? 'SecretBinary' : 'SecretString']: version.value.reveal(),
    VersionStages: [...version.stages],
    CreatedDate: new Date(version.createdAt),
  };
}

function askedVersion(call: Call, secret: StoredSecret): SecretVersion {
  const id = optionalText(call, 'VersionId');
  const stage = optionalText(call, 'VersionStage') ?? (id === undefined ? 'AWSCURRENT' : undefined);
  if (id !== undefined) {
    const version = secret.versions.get(id);
    if (version === undefined || !isReadable(call, version))
      throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`);
    if (stage !== undefined && !version.stages.has(stage))
      throw badRequest('You provided a VersionStage that is not associated to the provided VersionId.');
    return version;
  }
  const holder = holderOf(secret, stage!);
  if (holder !== undefined && isReadable(call, holder)) return holder;
  // What was current a moment ago is what a late reader still sees.
  const late = stage === 'AWSCURRENT' ? holderOf(secret, 'AWSPREVIOUS') : undefined;
  if (late === undefined)
    throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`);
  return late;
}

function isReadable({ now, world }: Call, { createdAt }: SecretVersion): boolean {
  return now - createdAt >= world.settings.secretReadDelayMs;
}

function putSecretValue(call: Call): unknown {
  const secret = writableSecret(call);
  const value = valueOf(call);
  if (value === undefined) throw badParameter('You must provide either SecretString or SecretBinary.');
  const version = putVersion(secret, tokenOf(call), value, stagesOf(call), call.now);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
}

/** A compare-and-swap: whoever moves a label has to know where it stands. */
function updateSecretVersionStage(call: Call): unknown {
  const secret = writableSecret(call);
  const stage = requiredParameter(call, 'VersionStage');
  const from = optionalText(call, 'RemoveFromVersionId');
  const to = optionalText(call, 'MoveToVersionId');
  const holder = holderOf(secret, stage);
  const target = to === undefined ? undefined : secret.versions.get(to);
  if (from === undefined && to === undefined)
    throw badParameter('You must specify MoveToVersionId, RemoveFromVersionId, or both.');
  if (to !== undefined && target === undefined)
    throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${to}`);
  if (from !== undefined && holder?.id !== from)
    throw badParameter(`Staging label ${stage} isn't currently attached to version ${from}.`);
  if (from === undefined && holder !== undefined && holder !== target) {
    throw badParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (target !== undefined) {
    checkStages(secret, [stage]);
    moveStage(secret, stage, target);
  } else {
    if (stage === 'AWSCURRENT') {
      throw badParameter(
        "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
      );
    }
    holder!.stages.delete(stage);
  }
  secret.changedAt = call.now;
  return { ARN: secret.arn, Name: secret.name };
}

function listSecretVersionIds(call: Call): unknown {
  const secret = anySecret(call);
  const shown = [...secret.versions.values()].filter(
    ({ stages }) => stages.size > 0 || isTrue(call, 'IncludeDeprecated'),
  );
  const { items, NextToken } = page(call, shown);
  return {
    ARN: arnIn(secret, call.region),
    Name: secret.name,
    Versions: items.map((version) => ({
      VersionId: version.id,
      VersionStages: version.stages.size > 0 ? [...version.stages] : undefined,
      CreatedDate: new Date(version.createdAt),
      LastAccessedDate: version.accessedAt === undefined ? undefined : new Date(version.accessedAt),
    })),
    NextToken,
  };
}
