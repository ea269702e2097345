import { randomBytes } from 'node:crypto';
import { isAwsError } from '../../aws/errors.ts';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Session } from '../session.ts';
import { streakOf } from './streak.ts';

/**
 * Inactive is not dead: AWS goes on taking the key for some seconds. Asked with a secret that is surely wrong, AWS still tells a live
 * key (the signature does not match) from a dead one (no such key), so the old secret is not touched. A key of another partition looks
 * dead as well; this one was listed in the account that we ask.
 */
export async function proveDead(
  session: Session,
  keyId: string,
  retiredAt: number | undefined,
): Promise<void> {
  const { aws, order, clock, pace, signal, memory, journal } = session;
  const since = retiredAt ?? clock.now();
  await clock.sleep(Math.max(0, since + pace.dead.waitMs - clock.now()), signal);
  const wrong = new Secret(randomBytes(30).toString('base64'));
  const answer = await streakOf(pace.dead, clock, signal, async () => {
    try {
      await aws.sts.identityOf({ id: keyId, secret: wrong });
      return 'no';
    } catch (error) {
      if (isAwsError(error, 'unknown-key')) return 'yes';
      if (isAwsError(error, 'wrong-signature')) return 'no';
      if (isAwsError(error, 'unavailable', 'throttled')) return 'again';
      throw error;
    }
  });
  const listed = (await aws.iam.listAccessKeys(order.user)).find(({ id }) => id === keyId);
  if (answer !== 'yes' || listed?.status === 'Active')
    throw new KeyturnError(`${keyId} is not proven dead: AWS still takes it, or did not tell`, {
      code: 'not-dead',
    });
  memory.dead.add(keyId);
  const text = `${pace.dead.times} of ${pace.dead.times} calls refused; listed as ${listed?.status ?? 'deleted'}`;
  journal.write({ event: 'proof', action: 'dead', user: order.user, keyId, text });
}
