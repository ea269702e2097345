import { mutate, type Session } from '../session.ts';
import { formatMark, TAGS } from '../tags.ts';
import { CURRENT } from '../vault.ts';

/** From here on consumers get the new key. AWS refuses when AWSCURRENT is not where we saw it: then somebody else is at work. */
export async function promote(session: Session, keyId: string, from: string, to: string): Promise<void> {
  const { aws, order, clock } = session;
  const promoted = formatMark({ at: clock.now(), keyIds: [keyId] });
  await mutate(session, 'iam:TagUser', { keyId, text: `${TAGS.promoted} ${promoted}` }, () =>
    aws.iam.tagUser(order.user, { [TAGS.promoted]: promoted }),
  );
  await mutate(
    session,
    'secretsmanager:UpdateSecretVersionStage',
    { keyId, secretName: order.secretName, text: `${CURRENT} from ${from} to ${to}` },
    () => aws.secrets.moveLabel(order.secretName, CURRENT, { from, to }),
  );
}
