import { UsageError } from '../base/errors.ts';
import { deactivateKey } from '../keys/change.ts';
import { takeInventory } from '../keys/inventory.ts';
import { mostItems, type Plan, type PlanItem, planOf } from '../keys/plan.ts';
import { type Outcome, rotate } from '../keys/rotate.ts';
import type { Step } from '../keys/types.ts';
import { escapeControl } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { attempted, type Done, isSecretGiven, type KeysWork, orderOf } from './keys-work.ts';

/** The plan for the whole account, or for users and keys that are named. It is incomplete when something could not be read, which is said. */
export async function makePlan(
  { io, configuration, signal, log }: CommandContext,
  { aws, policy }: KeysWork,
  wanted?: { names: readonly string[]; reason: string },
): Promise<{ plan: Plan; isComplete: boolean }> {
  const { settings } = configuration;
  const inventory = await takeInventory(aws, {
    now: io.now,
    sleep: (ms) => io.sleep(ms, signal),
    ...(wanted !== undefined && { named: wanted.names }),
    region: settings.text('region') ?? io.env['AWS_REGION'] ?? 'us-east-1',
    signal,
  });
  for (const { what, count, message, hint } of inventory.gaps) {
    log.warn(`${count} ${what} could not be read: ${message}`);
    if (hint !== undefined) log.warn(hint);
  }
  const plan = planOf(inventory, {
    policy,
    now: io.now(),
    secretTemplate: settings.text('secret')!,
    isSecretGiven: isSecretGiven(settings),
    ...(wanted !== undefined && { wanted }),
  });
  const missing = (wanted?.names ?? []).find(
    (name) => ![...plan.items, ...plan.skipped].some(({ user, keyId }) => user === name || keyId === name),
  );
  if (missing !== undefined)
    throw new UsageError(`${missing} is neither an ID of a key nor a user with one active key`, {
      hint: 'With two active keys, name the one to be replaced by its ID: keyturn keys status USER lists them.',
    });
  return { plan, isComplete: inventory.gaps.length === 0 };
}

/** `sinksOf` names the further places that a new key goes to. */
export function planText(
  { items, skipped }: Plan,
  sinksOf: (item: PlanItem) => readonly string[] = () => [],
): string {
  const lines = items.map((item) => {
    const { action, user, keyId, secretName, reason } = item;
    const places = action === 'rotate' ? [secretName, ...sinksOf(item)] : [secretName];
    return `${action}  ${user}  ${keyId}  -> ${places.join(', ')}  ${reason}`;
  });
  const left = skipped.map(({ user, keyId, reason }) => `leave   ${user}  ${keyId}  ${reason}`);
  const all = [...lines, ...left].map((line) => `${escapeControl(line)}\n`).join('');
  return items.length === 0 ? `${all}Nothing is to be done.\n` : all;
}

/** For `planText`. Throws a UsageError for sinks that cannot be. */
export function sinkNames(context: CommandContext, work: KeysWork): (item: PlanItem) => readonly string[] {
  return (item) => work.sessionFor(orderOf(context, item)).sinks.map(({ name }) => name);
}

/** One after the other; what goes wrong with one does not keep the others from being done. */
export async function performPlan(context: CommandContext, work: KeysWork, plan: Plan): Promise<Done[]> {
  checkPlan(context, work, plan);
  const results: Done[] = [];
  for (const item of plan.items) {
    if (context.signal.aborted) break;
    results.push(await performItem(context, work, item));
  }
  return results;
}

function checkPlan({ configuration }: CommandContext, { self, policy, journal }: KeysWork, plan: Plan): void {
  if (plan.accountId !== self.accountId)
    throw new UsageError(`the plan is for account ${plan.accountId}, and this is ${self.accountId}`);
  const most = mostItems(plan, policy);
  if (plan.items.length <= most) return;
  const force = configuration.settings.text('force');
  const text = `${plan.items.length} keys are more than the ${most} that one run may change`;
  if (force === undefined)
    throw new UsageError(text, { hint: 'See limits in the section keys, or give --force REASON.' });
  journal.write({ event: 'note', action: 'guard-limit', user: '*', force, text });
}

function performItem(context: CommandContext, work: KeysWork, item: PlanItem): Promise<Done> {
  const order = orderOf(context, item);
  const session = work.sessionFor(order);
  const options = {
    runner: work.runner,
    protection: work.policy.protect,
    onStep: (step: Step) => context.log.info(`${order.user}: ${describeStep(step)}`),
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
  return { state, text, until: new Date(until).toISOString(), ...next };
}

export function describeStep(step: Step): string {
  if ('text' in step) return step.text;
  if (step.do === 'deliver') return `deliver ${step.keyId} to ${step.sink}, unless it is there`;
  return 'keyId' in step ? `${step.do} ${step.keyId}` : step.do;
}
