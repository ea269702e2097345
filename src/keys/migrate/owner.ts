import { isAwsError } from '../../aws/errors.ts';
import type { Aws, Identity } from '../../aws/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { StoredKey } from '../vault.ts';
import type { Owner } from './types.ts';

/** AWS now and then takes a right signature for a wrong one when a key was tried with several secrets within seconds. */
const RETRY_AFTER_MS = 1_000;

/** Whose key it is, or why it is none to be moved. This is a use of the key. */
export async function ownerOf(aws: Aws, clock: Clock, key: StoredKey): Promise<Owner | string> {
  try {
    return userIn(await identify(aws, clock, key));
  } catch (error) {
    if (isAwsError(error, 'unknown-key'))
      return 'AWS does not know its key: it is inactive or deleted, or of another partition';
    if (isAwsError(error, 'wrong-signature'))
      return 'ID and secret are not of one key: AWS refuses the signature';
    throw error;
  }
}

async function identify(aws: Aws, clock: Clock, key: StoredKey): Promise<Identity> {
  try {
    return await aws.sts.identityOf(key);
  } catch (error) {
    if (!isAwsError(error, 'wrong-signature', 'unavailable', 'throttled')) throw error;
    await clock.sleep(RETRY_AFTER_MS);
    return aws.sts.identityOf(key);
  }
}

function userIn(identity: Identity): Owner | string {
  const [, path, user] = /^arn:[^:]+:iam::\d{12}:user(\/|\/.*\/)([^/]+)$/.exec(identity.arn) ?? [];
  if (path !== undefined && user !== undefined) return { ...identity, path, user };
  return identity.arn.endsWith(':root')
    ? 'it is a key of root: there should be none, delete it'
    : `it is no key of a user but of ${identity.arn}`;
}
