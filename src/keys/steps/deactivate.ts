import { mutate, type Session } from '../session.ts';
import { formatMark, TAGS } from '../tags.ts';

/** Reversible: the key stays, and its secret with AWSPREVIOUS. */
export async function deactivate(session: Session, keyId: string): Promise<void> {
  const { aws, order, clock } = session;
  const retired = formatMark({ at: clock.now(), keyIds: [keyId] });
  await mutate(session, 'iam:TagUser', { keyId, text: `${TAGS.retired} ${retired}` }, () =>
    aws.iam.tagUser(order.user, { [TAGS.retired]: retired }),
  );
  await mutate(session, 'iam:UpdateAccessKey', { keyId, text: 'Inactive' }, () =>
    aws.iam.updateAccessKey(order.user, keyId, 'Inactive'),
  );
}
