import { isAwsError } from '../aws/errors.ts';
import { KeyturnError } from '../base/errors.ts';
import { guardUser, pass } from './guards.ts';
import { acquireLock, type Lock, type Runner } from './lock.ts';
import { nextStep } from './next-step.ts';
import { askLastUse, type Observation, observe } from './observe.ts';
import type { Protection } from './policy.ts';
import { mutate, type Session } from './session.ts';
import { create } from './steps/create.ts';
import { deactivate } from './steps/deactivate.ts';
import { checkSinks, deliver, noteDelivery } from './steps/deliver.ts';
import { discard, rollBack } from './steps/discard.ts';
import { dropPending, finish } from './steps/finish.ts';
import { promote } from './steps/promote.ts';
import { proveDead } from './steps/prove-dead.ts';
import { store } from './steps/store.ts';
import { verify } from './steps/verify.ts';
import type { Facts, Step } from './types.ts';
import { PLACEHOLDER, USER_TAG, versionIdOf } from './vault.ts';

/** How an order stands when a run ends: done, to be gone on with later, or in need of a person. */
export type Outcome =
  | { state: 'done'; text: string }
  | { state: 'waiting'; for: 'grace' | 'use' | 'retention'; until: number; text: string }
  | { state: 'stopped'; text: string; hint?: string }
  | { state: 'interrupted'; text: string };

export interface RotateOptions {
  runner: Runner;
  protection: Protection;
  /** Told of every step before it is done. */
  onStep?: (step: Step) => void;
}

/** A rotation has about ten steps; more than this means that AWS and we do not understand each other. */
const MAX_STEPS = 60;

/**
 * Brings one order as far as it can be brought now. May be cut off anywhere and called again, on any machine.
 * Throws a KeyturnError: `guard-...`, `locked`, `journal`, an AwsError. After each, calling it again goes on.
 */
export async function rotate(session: Session, options: RotateOptions): Promise<Outcome> {
  const first = await observe(session);
  pass(
    guardUser(first.facts.user, session.self, options.protection, first.facts.now),
    session.order,
    session.journal,
  );
  const step = stepFor(session, first);
  if (isEnd(step)) return outcomeOf(step);
  await ensureSecret(session, first);
  const { secrets } = session.aws;
  const { clock, pace, order } = session;
  const lock = await acquireLock({
    secrets,
    secretName: order.secretName,
    runner: options.runner,
    clock,
    lockMs: pace.lockMs,
  });
  try {
    return await walk(session, options, lock);
  } finally {
    await lock.release();
  }
}

async function walk(session: Session, { onStep }: RotateOptions, lock: Lock): Promise<Outcome> {
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    // A key in hand is stored first: with this process, its secret would be gone.
    if (session.signal?.aborted === true && session.memory.held === undefined)
      return { state: 'interrupted', text: 'interrupted between two steps' };
    await lock.keep();
    const observation = await observe(session);
    const step = stepFor(session, observation);
    onStep?.(step);
    if (isEnd(step)) return outcomeOf(step);
    await perform(session, step, observation);
  }
  throw new KeyturnError(`${session.order.user}: no end in sight after ${MAX_STEPS} steps`, {
    code: 'unsettled',
    hint: 'AWS keeps telling something else; repeat the command in some minutes.',
  });
}

function stepFor({ order, rules, pace }: Session, { facts }: Observation): Step {
  return nextStep(facts, order, rules, pace.settleMs);
}

async function perform(session: Session, step: Step, { facts }: Observation): Promise<void> {
  switch (step.do) {
    case 'create':
      await checkSinks(session);
      return create(session, facts);
    case 'store':
      return store(session);
    case 'verify':
      return verify(session, step.keyId, step.versionId, facts.user.arn);
    case 'promote':
      return promote(session, step.keyId, step.from, step.to);
    case 'finish':
      return finish(session, step.pending);
    case 'drop-pending':
      return dropPending(session, step.versionId);
    case 'roll-back':
      return rollBack(session, step.keyId, step.versionId);
    case 'discard':
      return discard(session, step.keyId);
    case 'deliver':
      return deliver(session, step, facts.delivered !== undefined);
    case 'note-delivery':
      return noteDelivery(session, step.keyId);
    case 'ask-last-use':
      session.memory.lastUse.set(step.keyId, await askLastUse(session, step.keyId));
      return;
    case 'deactivate':
      return deactivate(session, step.keyId);
    case 'prove-dead':
      return proveDead(session, step.keyId, retiredAt(facts, step.keyId));
    case 'wait':
      return session.clock.sleep(session.pace.pollMs, session.signal);
    case 'stop':
    case 'rest':
      return;
  }
}

/** When we deactivated the key, if it was us. */
function retiredAt({ retired }: Facts, keyId: string): number | undefined {
  return retired?.keyIds[0] === keyId ? retired.at : undefined;
}

type End = Extract<Step, { do: 'wait' | 'stop' | 'rest' }>;

function isEnd(step: Step): step is End {
  return step.do === 'stop' || step.do === 'rest' || (step.do === 'wait' && step.for !== 'consistency');
}

function outcomeOf(step: End): Outcome {
  if (step.do === 'rest') return { state: 'done', text: step.text };
  if (step.do === 'stop') {
    return { state: 'stopped', text: step.text, ...(step.hint !== undefined && { hint: step.hint }) };
  }
  if (step.for === 'consistency') return { state: 'interrupted', text: step.text };
  return { state: 'waiting', for: step.for, until: step.until, text: step.text };
}

/** The lock stands on a version, so there has to be one. */
async function ensureSecret(session: Session, { info, facts }: Observation): Promise<void> {
  if (info !== undefined) return;
  const { aws, order } = session;
  const token = versionIdOf(facts.accountId, order.user, 'placeholder');
  try {
    await mutate(session, 'secretsmanager:CreateSecret', { secretName: order.secretName }, () =>
      aws.secrets.create({
        name: order.secretName,
        value: PLACEHOLDER,
        token,
        description: `Access key of the IAM user ${order.user}, kept by keyturn`,
        tags: { [USER_TAG]: order.user },
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'exists')) throw error;
  }
}
