import type { Aws, Identity } from '../aws/types.ts';
import { errorMessage, KeyturnError, UsageError } from '../base/errors.ts';
import { deactivateKey } from './change.ts';
import type { Journal } from './journal.ts';
import type { Runner } from './lock.ts';
import { mostItems, type Plan, type PlanItem } from './plan.ts';
import type { KeyPolicy } from './policy.ts';
import { type Outcome, rotate } from './rotate.ts';
import type { Session } from './session.ts';
import type { Order, Step } from './types.ts';

/** What changes to the keys of one account are made with. */
export interface KeysWork {
  aws: Aws;
  self: Identity & { keyId: string };
  policy: KeyPolicy;
  journal: Journal;
  runner: Runner;
  sessionFor(order: Order): Session;
}

/** How one key ended, for people and for programs. */
export interface Done {
  /** Where a plan is for several accounts. */
  accountId?: string;
  user: string;
  keyId: string;
  state: 'done' | 'waiting' | 'stopped' | 'interrupted' | 'failed';
  text: string;
  /** ISO 8601. */
  until?: string;
  /** What `until` is waited for. */
  for?: 'grace' | 'use' | 'retention';
  /** The command for then, where it is another one. */
  next?: string;
  hint?: string;
  /** Of the error that it failed with. */
  code?: string;
}

export interface PerformOptions {
  orderOf(item: PlanItem): Order;
  /** Asked before every key; false ends the run. */
  mayBegin(): boolean;
  /** Told of every step before it is done. */
  onStep?(user: string, step: Step): void;
  onDone?(item: PlanItem, done: Done): void;
}

/** One after the other; what goes wrong with one does not keep the others from being done. */
export async function performItems(
  work: KeysWork,
  items: readonly PlanItem[],
  options: PerformOptions,
): Promise<Done[]> {
  const results: Done[] = [];
  for (const item of items) {
    if (!options.mayBegin()) break;
    const done = await performItem(work, item, options);
    results.push(done);
    options.onDone?.(item, done);
  }
  return results;
}

/** Throws a UsageError for a plan of another account, and for one that is larger than the policy allows and is not forced. */
export function checkPlan({ self, policy, journal }: KeysWork, plan: Plan, force: string | undefined): void {
  if (plan.accountId !== self.accountId)
    throw new UsageError(`the plan is for account ${plan.accountId}, and this is ${self.accountId}`);
  checkCount(journal, plan.items.length, mostItems(plan, policy), force);
}

/** Throws a UsageError for more changes than one run may do; with a reason to force it, the journal says so. */
export function checkCount(journal: Journal, count: number, most: number, force: string | undefined): void {
  if (count <= most) return;
  const text = `${count} keys are more than the ${most} that one run may change`;
  if (force === undefined)
    throw new UsageError(text, { hint: 'See limits in the section keys, or give --force REASON.' });
  journal.write({ event: 'note', action: 'guard-limit', user: '*', force, text });
}

function performItem(work: KeysWork, item: PlanItem, { orderOf, onStep }: PerformOptions): Promise<Done> {
  const order = orderOf(item);
  const session = work.sessionFor(order);
  const options = {
    runner: work.runner,
    protection: work.policy.protect,
    onStep: (step: Step) => onStep?.(order.user, step),
  };
  return attempted(order, async () => {
    if (item.action === 'deactivate') return { state: 'done', text: await deactivateKey(session, options) };
    return resultOf(await rotate(session, options), item.keyId);
  });
}

function resultOf(outcome: Outcome, keyId: string): Omit<Done, 'user' | 'keyId'> {
  if (outcome.state !== 'waiting') return outcome;
  const { state, text, until } = outcome;
  const next = outcome.for === 'retention' ? { next: `keyturn keys delete ${keyId} --apply` } : {};
  return { state, text, for: outcome.for, until: new Date(until).toISOString(), ...next };
}

/** Runs `work`; what it throws, if foreseen, is the result of this key and not the end of the others. */
export async function attempted(
  { user, retire }: Pick<Order, 'user' | 'retire'>,
  work: () => Promise<Omit<Done, 'user' | 'keyId'>>,
): Promise<Done> {
  const about = { user, keyId: retire };
  try {
    return { ...about, ...(await work()) };
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { ...about, state: 'failed', text: errorMessage(error), code: error.code, ...hint };
  }
}

export function describeStep(step: Step): string {
  if ('text' in step) return step.text;
  if (step.do === 'deliver') return `deliver ${step.keyId} to ${step.sink}, unless it is there`;
  return 'keyId' in step ? `${step.do} ${step.keyId}` : step.do;
}
