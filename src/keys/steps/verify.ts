import { isAwsError } from '../../aws/errors.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Session } from '../session.ts';
import { parseStoredForm, type StoredKey } from '../vault.ts';
import { streakOf } from './streak.ts';

/** Reads the key back from its version and uses it, several times: what is proven is what consumers will get. */
export async function verify(
  session: Session,
  keyId: string,
  versionId: string,
  userArn: string,
): Promise<void> {
  const { aws, order, clock, pace, signal, memory, journal } = session;
  const value = await aws.secrets.read(order.secretName, versionId);
  const stored = value === undefined ? undefined : parseStoredForm(value);
  if (stored === undefined) return;
  const answer = await streakOf(pace.verify, clock, signal, () => ask(stored));
  const about = { user: order.user, keyId, secretName: order.secretName };
  if (answer === 'yes') {
    memory.verified.add(keyId);
    const text = `${pace.verify.times} of ${pace.verify.times} calls as ${userArn}`;
    journal.write({ ...about, event: 'proof', action: 'verified', text });
    return;
  }
  if (answer === 'again')
    throw new KeyturnError(`could not find out whether ${keyId} works`, { code: 'not-verified' });
  memory.refused.add(keyId);
  journal.write({
    ...about,
    event: 'note',
    action: 'refused',
    text: 'AWS did not accept the new key in time',
  });

  async function ask(key: StoredKey): Promise<'yes' | 'no' | 'again'> {
    try {
      return (await aws.sts.identityOf(key)).arn === userArn ? 'yes' : 'no';
    } catch (error) {
      if (isAwsError(error, 'unknown-key', 'wrong-signature')) return 'no';
      if (isAwsError(error, 'unavailable', 'throttled')) return 'again';
      throw error;
    }
  }
}
