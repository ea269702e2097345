import { mutate, type Session } from '../session.ts';
import { PENDING, storedForm, versionIdOf } from '../vault.ts';

/** Puts the key in hand where a crash cannot lose it. The same key again is the same version. */
export async function store(session: Session): Promise<void> {
  const { aws, order, self, memory } = session;
  const held = memory.held!;
  const token = versionIdOf(self.accountId, order.user, held.id);
  await mutate(
    session,
    'secretsmanager:PutSecretValue',
    { keyId: held.id, secretName: order.secretName, text: PENDING },
    () => aws.secrets.putVersion(order.secretName, { token, value: storedForm(held), labels: [PENDING] }),
  );
  memory.held = undefined;
}
