import { mutate, type Session } from '../session.ts';
import { TAGS } from '../tags.ts';
import { PENDING } from '../vault.ts';

/** Promoting leaves AWSPENDING where it was, and a secret that has it refuses other rotations. */
export async function finish(session: Session, pending: string | undefined): Promise<void> {
  if (pending !== undefined) await dropPending(session, pending);
  await mutate(session, 'iam:UntagUser', { text: TAGS.intent }, () =>
    session.aws.iam.untagUser(session.order.user, [TAGS.intent]),
  );
}

export async function dropPending(session: Session, versionId: string): Promise<void> {
  const { aws, order } = session;
  await mutate(
    session,
    'secretsmanager:UpdateSecretVersionStage',
    { secretName: order.secretName, text: `${PENDING} from ${versionId}` },
    () => aws.secrets.moveLabel(order.secretName, PENDING, { from: versionId }),
  );
}
