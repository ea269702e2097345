import { KeyturnError } from '../base/errors.ts';
import { guardUse, guardUser, pass, type Refusal } from './guards.ts';
import { acquireLock } from './lock.ts';
import { askLastUse, type Observation, observe } from './observe.ts';
import type { RotateOptions } from './rotate.ts';
import { mutate, type Session } from './session.ts';
import { deactivate } from './steps/deactivate.ts';
import { deliver } from './steps/deliver.ts';
import { deleteKey } from './steps/discard.ts';
import { proveDead } from './steps/prove-dead.ts';
import { verify } from './steps/verify.ts';
import { TAGS } from './tags.ts';
import type { Facts, KeyFacts, VersionFacts } from './types.ts';
import { CURRENT, PENDING } from './vault.ts';

/** Changes of one key outside of a rotation: `order.retire` names it. Each returns what was done, in words. */
type Change = (session: Session, observation: Observation, key: KeyFacts) => Promise<string>;

/** Out of use, and proven so. Its secret stays where it is. */
export const deactivateKey = changing(async (session, { facts }, { id, status }) => {
  const { order, journal, rules } = session;
  pass(guardSecret(facts, id), order, journal);
  pass(await guardSinks(session, id), order, journal);
  if (status === 'Active') {
    const lastUse = await askLastUse(session, id);
    pass(guardUse(id, lastUse, rules.quietMs, facts.now), order, journal);
    await deactivate(session, id);
  }
  await proveDead(session, id, status === 'Active' ? session.clock.now() : undefined);
  return `${id} is inactive and proven dead; to bring it back: keyturn keys restore ${id}`;
});

/** Back into use. Its secret never left the secret's versions, if it ever was in one. */
export const restoreKey = changing(async (session, _, key) => {
  await activate(session, key);
  return `${key.id} is active`;
});

/** `restoreKey`, and the secret's AWSCURRENT goes back to the version that holds it: the rotation is undone. */
export const undoRotation = changing(async (session, observation, key) => {
  const { aws, order, sinks, memory } = session;
  const { facts } = observation;
  const [version, current] = [
    versionsOf(facts).find(({ keyId }) => keyId === key.id),
    labelled(facts, CURRENT),
  ];
  if (version === undefined)
    throw new KeyturnError(`no version of ${order.secretName} holds ${key.id} any more`, {
      code: 'no-version',
      hint: `keyturn keys restore ${key.id} without --undo brings the key back, not its secret.`,
    });
  await activate(session, key);
  await verify(session, key.id, version.id, facts.user.arn);
  if (!memory.verified.has(key.id))
    throw new KeyturnError(`AWS does not accept ${key.id}: ${CURRENT} stays where it is`, {
      code: 'not-verified',
    });
  if (version !== current)
    await mutate(
      session,
      'secretsmanager:UpdateSecretVersionStage',
      { keyId: key.id, secretName: order.secretName, text: `${CURRENT} back to ${version.id}` },
      () =>
        aws.secrets.moveLabel(order.secretName, CURRENT, {
          to: version.id,
          ...(current !== undefined && { from: current.id }),
        }),
    );
  for (const sink of sinks) await deliver(session, { sink: sink.name, versionId: version.id }, false);
  // The key that it made is promoted no more: nothing is to be gone on with.
  const tags = [TAGS.promoted, TAGS.delivered];
  await mutate(session, 'iam:UntagUser', { text: tags.join(' ') }, () => aws.iam.untagUser(order.user, tags));
  return `${key.id} is active, and current in ${order.secretName}`;
});

/** For good. Only a key that is inactive, proven dead now, and kept for as long as the policy says. */
export const removeKey = changing(async (session, { facts }, { id, status }) => {
  const { order, journal, rules } = session;
  if (status === 'Active')
    pass(
      { guard: 'still-active', text: `${id} is active; first: keyturn keys deactivate ${id}` },
      order,
      journal,
    );
  pass(guardSecret(facts, id), order, journal);
  pass(await guardSinks(session, id), order, journal);
  pass(guardRetention(facts, id, rules.retentionMs), order, journal);
  await proveDead(session, id, undefined);
  await deleteKey(session, id, 'dead, and kept for long enough');
  await forgetRetirement(session, id);
  return `${id} is deleted; the journal keeps its id, to search CloudTrail for`;
});

async function activate(session: Session, { id, status }: KeyFacts): Promise<void> {
  const { aws, order } = session;
  if (status !== 'Active')
    await mutate(session, 'iam:UpdateAccessKey', { keyId: id, text: 'Active' }, () =>
      aws.iam.updateAccessKey(order.user, id, 'Active'),
    );
  await forgetRetirement(session, id);
}

async function forgetRetirement(session: Session, keyId: string): Promise<void> {
  const { aws, order } = session;
  await mutate(session, 'iam:UntagUser', { keyId, text: TAGS.retired }, () =>
    aws.iam.untagUser(order.user, [TAGS.retired]),
  );
}

function changing(change: Change) {
  return async (session: Session, { runner, protection }: RotateOptions): Promise<string> => {
    const { order, journal, clock, pace, aws } = session;
    const first = await observe(session);
    pass(guardUser(first.facts.user, session.self, protection, first.facts.now), order, journal);
    if (first.info === undefined) return change(session, first, keyOf(first.facts, order.retire));
    const lock = await acquireLock({
      secrets: aws.secrets,
      secretName: order.secretName,
      runner,
      clock,
      lockMs: pace.lockMs,
    });
    try {
      const observation = await observe(session);
      return await change(session, observation, keyOf(observation.facts, order.retire));
    } finally {
      await lock.release();
    }
  };
}

function keyOf(facts: Facts, id: string): KeyFacts {
  const key = facts.keys.find((found) => found.id === id);
  if (key !== undefined) return key;
  throw new KeyturnError(`${facts.user.name} has no key ${id}`, { code: 'guard-no-key' });
}

function versionsOf({ secret }: Facts): readonly VersionFacts[] {
  return typeof secret === 'string' ? [] : secret;
}

function labelled(facts: Facts, label: string): VersionFacts | undefined {
  return versionsOf(facts).find(({ labels }) => labels.includes(label));
}

/** Whoever reads the secret would get a dead key. */
function guardSecret(facts: Facts, keyId: string): Refusal | undefined {
  const noted = facts.user.tags.get(TAGS.secret);
  if (facts.secret === 'absent' && noted !== undefined)
    return {
      guard: 'holds-secret',
      text: `${keyId} may be what the secret ${noted} holds, which is not in this region`,
      hint: 'Name the region (--region). If it was deleted: --force REASON, which goes into the journal.',
    };
  const holder = versionsOf(facts).find(
    (version) =>
      version.keyId === keyId && [CURRENT, PENDING].some((label) => version.labels.includes(label)),
  );
  if (holder === undefined) return undefined;
  return { guard: 'holds-secret', text: `${keyId} is what its secret holds (${holder.labels.join(', ')})` };
}

/** As `guardSecret`, for what reads a copy. What cannot be read may hold it. */
async function guardSinks({ sinks }: Session, keyId: string): Promise<Refusal | undefined> {
  for (const sink of sinks) {
    try {
      if ((await sink.read())?.id === keyId)
        return { guard: 'holds-secret', text: `${keyId} is what ${sink.name} holds` };
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      const text = `cannot tell whether ${sink.name} holds ${keyId}: ${error.message}`;
      return { guard: 'holds-secret', text, ...(error.hint !== undefined && { hint: error.hint }) };
    }
  }
  return undefined;
}

function guardRetention({ retired, now }: Facts, keyId: string, retentionMs: number): Refusal | undefined {
  if (retentionMs === 0) return undefined;
  if (retired?.keyIds[0] !== keyId)
    return { guard: 'retention', text: `it is not known since when ${keyId} has been inactive` };
  const until = retired.at + retentionMs;
  if (now >= until) return undefined;
  return { guard: 'retention', text: `${keyId} is kept until ${new Date(until).toISOString()}` };
}
