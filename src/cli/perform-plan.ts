import { systemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import { takeInventory } from '../keys/inventory.ts';
import { checkPlan, type Done, describeStep, performItems } from '../keys/perform.ts';
import { type Plan, planOf } from '../keys/plan.ts';
import { escapeControl } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { isSecretGiven, type KeysWork, orderOf } from './keys-work.ts';

/** The plan for the whole account, or for users and keys that are named. */
export async function makePlan(
  { io, configuration, signal, log }: CommandContext,
  { aws, policy }: KeysWork,
  wanted?: { names: readonly string[]; reason: string },
): Promise<Plan> {
  const { settings } = configuration;
  const inventory = await takeInventory(aws, {
    now: io.now,
    sleep: (ms) => systemClock.sleep(ms, signal),
    useReport: wanted === undefined,
    region: settings.text('region') ?? io.env['AWS_REGION'] ?? 'us-east-1',
    signal,
  });
  for (const { what, count, message } of inventory.gaps)
    log.warn(`${count} ${what} could not be read: ${message}`);
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
  return plan;
}

export function planText({ items, skipped }: Plan): string {
  const lines = items.map(
    ({ action, user, keyId, secretName, reason }) =>
      `${action}  ${user}  ${keyId}  -> ${secretName}  ${reason}`,
  );
  const left = skipped.map(({ user, keyId, reason }) => `leave   ${user}  ${keyId}  ${reason}`);
  const all = [...lines, ...left].map((line) => `${escapeControl(line)}\n`).join('');
  return items.length === 0 ? `${all}Nothing is to be done.\n` : all;
}

export async function performPlan(context: CommandContext, work: KeysWork, plan: Plan): Promise<Done[]> {
  checkPlan(work, plan, context.configuration.settings.text('force'));
  return performItems(work, plan.items, {
    orderOf: (item) => orderOf(context, item),
    isStopped: () => context.signal.aborted,
    onStep: (user, step) => context.log.info(`${user}: ${describeStep(step)}`),
  });
}
