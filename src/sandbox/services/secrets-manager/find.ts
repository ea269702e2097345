import { ServiceError } from '../../errors.ts';
import { pageOf } from '../../paging.ts';
import { type Call, optionalNumber, optionalText } from '../../service.ts';
import type { Account, StoredSecret } from '../../state/model.ts';

const LARGEST_PAGE = 100;

/** Secrets of one region, those past their deletion date gone. */
export function secretsOf(account: Account, region: string, now: number): Map<string, StoredSecret> {
  let secrets = account.secrets.get(region);
  if (secrets === undefined) {
    secrets = new Map();
    account.secrets.set(region, secrets);
  }
  for (const [name, { deletionAt }] of secrets)
    if (deletionAt !== undefined && deletionAt <= now) secrets.delete(name);
  return secrets;
}

/** The secret that `SecretId` names: a name, an ARN, or an ARN without its last six characters. */
export function findSecret(call: Call): StoredSecret | undefined {
  const id = requiredParameter(call, 'SecretId');
  const primary = [...secretsOf(call.account, call.region, call.now).values()];
  return [...primary, ...replicasIn(call)].find((secret) => isNamed(secret, id, call.region));
}

/** As `findSecret`, for whatever state it is in. Throws ResourceNotFoundException. */
export function anySecret(call: Call): StoredSecret {
  const secret = findSecret(call);
  if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
  return secret;
}

/** As `anySecret`. Throws InvalidRequestException for one that is scheduled for deletion. */
export function liveSecret(call: Call): StoredSecret {
  const secret = anySecret(call);
  if (secret.deletionAt !== undefined) {
    throw badRequest("You can't perform this operation on the secret because it was marked for deletion.");
  }
  return secret;
}

/** As `liveSecret`. Throws InvalidRequestException for a replica. */
export function writableSecret(call: Call): StoredSecret {
  const secret = liveSecret(call);
  if (secret.primaryRegion !== call.region) {
    throw badRequest(
      `Operation not permitted on a replica secret. Call must be made in primary secret's region.`,
    );
  }
  return secret;
}

/** For authorization; a secret that is not there yet has an ARN with question marks, as in documented policies. */
export function secretResource(call: Call): string {
  const secret = optionalText(call, 'SecretId') === undefined ? undefined : findSecret(call);
  if (secret !== undefined) return arnIn(secret, call.region);
  const id = optionalText(call, 'SecretId') ?? optionalText(call, 'Name') ?? '*';
  if (id.startsWith('arn:')) return id;
  return `arn:${call.account.partition}:secretsmanager:${call.region}:${call.account.id}:secret:${id}-??????`;
}

function secretTags(call: Call): ReadonlyMap<string, string> | undefined {
  return optionalText(call, 'SecretId') === undefined ? undefined : findSecret(call)?.tags;
}

/** What actions on a secret ask permission for. */
export const onSecret = { resource: secretResource, tags: secretTags };

/** A page of a list, with NextToken. */
export function page<T>(call: Call, all: readonly T[]): { items: T[]; NextToken: string | undefined } {
  const { pageSize = LARGEST_PAGE } = call.world.settings;
  const size = Math.min(optionalNumber(call, 'MaxResults') ?? LARGEST_PAGE, pageSize);
  const token = optionalText(call, 'NextToken');
  const { items, next } = pageOf(all, { token, size, code: 'InvalidNextTokenException' });
  return { items, NextToken: next };
}

export function arnIn({ arn, primaryRegion }: StoredSecret, region: string): string {
  return arn.replace(`:secretsmanager:${primaryRegion}:`, `:secretsmanager:${region}:`);
}

export function requiredParameter(call: Call, name: string): string {
  const value = optionalText(call, name);
  if (value === undefined || value === '')
    throw new ServiceError(
      'ValidationException',
      `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

export function badRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', message);
}

export function badParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

function replicasIn({ account, region }: Call): StoredSecret[] {
  return [...account.secrets.values()]
    .flatMap((secrets) => [...secrets.values()])
    .filter(({ replicas }) => replicas.has(region));
}

function isNamed(secret: StoredSecret, id: string, region: string): boolean {
  const arn = arnIn(secret, region);
  return id === secret.name || id === arn || id === arn.replace(/-[A-Za-z0-9]{6}$/, '');
}
