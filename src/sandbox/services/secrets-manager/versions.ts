import { Secret } from '../../../base/secret.ts';
import { ServiceError } from '../../errors.ts';
import { newUuid } from '../../random.ts';
import { type Call, listOf, optionalText } from '../../service.ts';
import type { SecretVersion, StoredSecret } from '../../state/model.ts';
import { badParameter } from './find.ts';

const MAX_BYTES = 65_536;
const MAX_STAGES = 20;
const KEPT_VERSIONS = 100;
const DAY_MS = 86_400_000;

export interface Value {
  value: Secret;
  isBinary: boolean;
}

/** SecretString or SecretBinary; undefined with neither. */
export function valueOf(call: Call): Value | undefined {
  const text = optionalText(call, 'SecretString');
  const bytes = optionalText(call, 'SecretBinary');
  if (text !== undefined && bytes !== undefined)
    throw badParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  const value = text ?? bytes;
  if (value === undefined) return undefined;
  if (value === '' || Buffer.byteLength(value) > MAX_BYTES)
    throw new ServiceError(
      'ValidationException',
      `1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length between 1 and ${MAX_BYTES}`,
    );
  return { value: new Secret(value), isBinary: bytes !== undefined };
}

/** ClientRequestToken, which becomes the version's id. */
export function tokenOf(call: Call): string {
  const token = optionalText(call, 'ClientRequestToken') ?? newUuid();
  if (token.length < 32 || token.length > 64)
    throw badParameter('ClientRequestToken must be 32-64 characters long.');
  return token;
}

export function stagesOf(call: Call): string[] {
  const stages = listOf(call, 'VersionStages').map(String);
  return stages.length === 0 ? ['AWSCURRENT'] : stages;
}

/**
 * Puts a version there, or finds the same one put before: a token is good for one value only.
 * Throws ResourceExistsException when the token stands for another value.
 */
export function putVersion(
  secret: StoredSecret,
  id: string,
  { value, isBinary }: Value,
  stages: readonly string[],
  now: number,
): SecretVersion {
  const before = secret.versions.get(id);
  if (before !== undefined) {
    if (before.isBinary === isBinary && before.value.reveal() === value.reveal()) return before;
    throw new ServiceError(
      'ResourceExistsException',
      `A resource with the ID you requested already exists: version ${id} of this secret has another value.`,
    );
  }
  checkStages(secret, stages);
  const isFirst = secret.versions.size === 0;
  const version: SecretVersion = {
    id,
    createdAt: now,
    value,
    isBinary,
    stages: new Set(),
    accessedAt: undefined,
  };
  secret.versions.set(id, version);
  // A secret always has a current version, whatever the first was meant to be.
  for (const stage of isFirst ? ['AWSCURRENT', ...stages] : stages) moveStage(secret, stage, version);
  secret.changedAt = now;
  dropDeprecated(secret, now);
  return version;
}

/** Throws LimitExceededException when the secret would have too many labels. */
export function checkStages(secret: StoredSecret, more: readonly string[]): void {
  const stages = new Set([...secret.versions.values()].flatMap((version) => [...version.stages]));
  for (const stage of more) stages.add(stage);
  if (stages.size <= MAX_STAGES) return;
  throw new ServiceError(
    'LimitExceededException',
    `You can have at most ${MAX_STAGES} staging labels on a secret.`,
  );
}

/** A label stands on one version at most. Where AWSCURRENT leaves, AWSPREVIOUS comes. */
export function moveStage(secret: StoredSecret, stage: string, to: SecretVersion): void {
  const from = holderOf(secret, stage);
  if (from === to) return;
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage === 'AWSCURRENT' && from !== undefined) {
    // The new current one is no longer the previous one, even where nothing else takes that label.
    to.stages.delete('AWSPREVIOUS');
    moveStage(secret, 'AWSPREVIOUS', from);
  }
}

export function holderOf(secret: StoredSecret, stage: string): SecretVersion | undefined {
  return [...secret.versions.values()].find(({ stages }) => stages.has(stage));
}

/** By version id. */
export function versionIdsToStages(secret: StoredSecret): Map<string, string[]> {
  const labelled = [...secret.versions.values()].filter(({ stages }) => stages.size > 0);
  return new Map(labelled.map(({ id, stages }) => [id, [...stages]]));
}

/** Versions without a label go when there are more than a hundred, unless they are younger than a day. */
function dropDeprecated(secret: StoredSecret, now: number): void {
  for (const { id, stages, createdAt } of [...secret.versions.values()]) {
    if (secret.versions.size <= KEPT_VERSIONS) return;
    if (stages.size === 0 && now - createdAt > DAY_MS) secret.versions.delete(id);
  }
}
