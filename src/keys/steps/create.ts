import { mutate, type Session } from '../session.ts';
import { formatMark, TAGS } from '../tags.ts';
import type { Facts } from '../types.ts';

/**
 * One attempt, after an intent on the user that lists the keys there were. When the reply is lost, a key that is in the next list and
 * not in that one is ours, and its secret is nobody's.
 */
export async function create(session: Session, { keys }: Pick<Facts, 'keys'>): Promise<void> {
  const { aws, order, clock, memory } = session;
  const intent = formatMark({ at: clock.now(), keyIds: keys.map(({ id }) => id) });
  await mutate(session, 'iam:TagUser', { text: `${TAGS.intent} ${intent}` }, () =>
    aws.iam.tagUser(order.user, { [TAGS.intent]: intent, [TAGS.secret]: order.secretName }),
  );
  const { key } = await mutate(
    session,
    'iam:CreateAccessKey',
    {},
    () => aws.iam.createAccessKey(order.user),
    (created) => created.key.id,
  );
  memory.held = key;
}
