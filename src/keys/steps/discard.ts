import { isAwsError } from '../../aws/errors.ts';
import { KeyturnError } from '../../base/errors.ts';
import { askLastUse } from '../observe.ts';
import { mutate, type Session } from '../session.ts';
import { dropPending } from './finish.ts';

/**
 * A key of ours whose secret nobody has. It is deactivated first and looked at once more: whoever had its secret after all would have
 * used it by now, and then it stays.
 */
export async function discard(session: Session, keyId: string): Promise<void> {
  const { aws, order, memory } = session;
  const text = 'its secret was lost before it was stored';
  await mutate(session, 'iam:UpdateAccessKey', { keyId, text: `Inactive: ${text}` }, () =>
    aws.iam.updateAccessKey(order.user, keyId, 'Inactive'),
  );
  const lastUse = await askLastUse(session, keyId);
  memory.lastUse.set(keyId, lastUse);
  if (typeof lastUse === 'object')
    throw new KeyturnError(
      `cannot tell whether anyone has ${keyId}: it is inactive and stays (${lastUse.why})`,
      {
        code: 'unknown-use',
        ...(lastUse.hint !== undefined && { hint: lastUse.hint }),
      },
    );
  if (lastUse !== 'never')
    throw new KeyturnError(`${keyId} was used, though its secret should be lost: it is inactive and stays`, {
      code: 'in-use',
      hint: `Find out who has it; keyturn keys restore ${keyId} or keyturn keys delete ${keyId}.`,
    });
  await deleteKey(session, keyId, text);
}

/** Before promotion a failure goes back: nobody has had the new key. */
export async function rollBack(session: Session, keyId: string, versionId: string): Promise<void> {
  await deleteKey(session, keyId, 'it never worked');
  await dropPending(session, versionId);
}

/** A key that is gone already is what was wanted. */
export async function deleteKey(session: Session, keyId: string, text: string): Promise<void> {
  const { aws, order } = session;
  try {
    await mutate(session, 'iam:DeleteAccessKey', { keyId, text }, () =>
      aws.iam.deleteAccessKey(order.user, keyId),
    );
  } catch (error) {
    if (!isAwsError(error, 'not-found')) throw error;
  }
}
