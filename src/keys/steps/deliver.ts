import { KeyturnError } from '../../base/errors.ts';
import { mutate, type Session } from '../session.ts';
import type { Sink } from '../sinks/sink.ts';
import { formatMark, TAGS } from '../tags.ts';
import { parseStoredForm, type StoredKey } from '../vault.ts';
import { streakOf } from './streak.ts';

/**
 * Copies what the current version holds into one sink, unless it is there, and reads it back. With `isNoted`, an earlier delivery was
 * noted on the user: that note goes first, since the grace begins anew with a sink that has to be written.
 * Throws a KeyturnError with the code `not-delivered` when the sink does not give the key back in time.
 */
export async function deliver(
  session: Session,
  { sink: name, versionId }: { sink: string; versionId: string },
  isNoted: boolean,
): Promise<void> {
  const { aws, order, sinks } = session;
  const sink = sinks.find((one) => one.name === name)!;
  const value = await aws.secrets.read(order.secretName, versionId);
  const key = value === undefined ? undefined : parseStoredForm(value);
  if (key === undefined)
    throw new KeyturnError(`${name}: the version ${versionId} of ${order.secretName} cannot be read`, {
      code: 'not-delivered',
      hint: 'The old key stays. Repeat the command in some minutes.',
    });
  await deliverTo(session, sink, key, isNoted);
}

async function deliverTo(session: Session, sink: Sink, key: StoredKey, isNoted: boolean): Promise<void> {
  const { aws, order, clock, pace, signal, memory, journal } = session;
  if (!(await holds(sink, key))) {
    if (isNoted)
      await mutate(session, 'iam:UntagUser', { text: TAGS.delivered }, () =>
        aws.iam.untagUser(order.user, [TAGS.delivered]),
      );
    await mutate(session, sink.action, { keyId: key.id, text: sink.name }, () => sink.write(key));
  }
  const answer = await streakOf(pace.verify, clock, signal, async () =>
    (await holds(sink, key)) ? 'yes' : 'no',
  );
  if (answer !== 'yes')
    throw new KeyturnError(`${sink.name} does not give ${key.id} back: the old key stays`, {
      code: 'not-delivered',
      hint: 'Find out what stands there, or who else writes there; then repeat the command.',
    });
  memory.delivered.add(sink.name);
  const text = `${sink.name}: ${pace.verify.times} of ${pace.verify.times} reads gave it back`;
  journal.write({ event: 'proof', action: 'delivered', user: order.user, keyId: key.id, text });
}

/** Before anything is made that would have to be delivered: a sink that cannot even be read will not be written. */
export async function checkSinks({ sinks }: Pick<Session, 'sinks'>): Promise<void> {
  for (const sink of sinks) await sink.read();
}

/** The grace begins when every sink has the new key. */
export async function noteDelivery(session: Session, keyId: string): Promise<void> {
  const { aws, order, clock } = session;
  const delivered = formatMark({ at: clock.now(), keyIds: [keyId] });
  await mutate(session, 'iam:TagUser', { keyId, text: `${TAGS.delivered} ${delivered}` }, () =>
    aws.iam.tagUser(order.user, { [TAGS.delivered]: delivered }),
  );
}

async function holds(sink: Sink, { id, secret }: StoredKey): Promise<boolean> {
  const found = await sink.read();
  return found?.id === id && found.secret.reveal() === secret.reveal();
}
