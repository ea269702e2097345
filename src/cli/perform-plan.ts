import type { Connection } from '../aws/connect.ts';
import { systemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import { takeInventory } from '../keys/inventory.ts';
import { checkPlan, type Done, describeStep, performItems } from '../keys/perform.ts';
import { type Plan, type PlanSet, planOf } from '../keys/plan.ts';
import type { KeyPolicy } from '../keys/policy.ts';
import { escapeControl } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { isSecretGiven, type KeysWork, orderOf } from './keys-work.ts';

interface Wanted {
  names: readonly string[];
  reason: string;
}

/** The plan for the whole account, or for users and keys that are named. */
export async function makePlan(
  context: CommandContext,
  { aws, policy }: KeysWork,
  wanted?: Wanted,
): Promise<Plan> {
  const { plan, gaps } = await draftPlan(context, aws, policy, wanted);
  for (const gap of gaps) context.log.warn(gap);
  const missing = (wanted?.names ?? []).find(
    (name) => ![...plan.items, ...plan.skipped].some(({ user, keyId }) => user === name || keyId === name),
  );
  if (missing !== undefined)
    throw new UsageError(`${missing} is neither an ID of a key nor a user with one active key`, {
      hint: 'With two active keys, name the one to be replaced by its ID: keyturn keys status USER lists them.',
    });
  return plan;
}

/** A plan, and in words what it does not know. */
export async function draftPlan(
  { io, configuration, signal }: CommandContext,
  aws: Connection,
  policy: KeyPolicy,
  wanted?: Wanted,
): Promise<{ plan: Plan; gaps: string[] }> {
  const { settings } = configuration;
  const inventory = await takeInventory(aws, {
    now: io.now,
    sleep: (ms) => systemClock.sleep(ms, signal),
    useReport: wanted === undefined,
    region: aws.region,
    signal,
  });
  const plan = planOf(inventory, {
    policy,
    now: io.now(),
    secretTemplate: settings.text('secret')!,
    isSecretGiven: isSecretGiven(settings),
    ...(wanted !== undefined && { wanted }),
  });
  return {
    plan,
    gaps: inventory.gaps.map(({ what, count, message }) => `${count} ${what} could not be read: ${message}`),
  };
}

export function planText({ items, skipped }: Plan): string {
  const lines = items.map(
    ({ action, user, keyId, secretName, reason }) =>
      `${action}  ${user}  ${keyId}  -> ${secretName}  ${reason}`,
  );
  const left = skipped.map(({ user, keyId, reason }) => `leave   ${user}  ${keyId}  ${reason}`);
  const all = linesText([...lines, ...left]);
  return items.length === 0 ? `${all}Nothing is to be done.\n` : all;
}

/** Account by account. */
export function planSetText({ plans, unread, skipped }: PlanSet): string {
  const texts = plans.map((plan) => `${accountLine(plan)}${planText(plan).replace(/^(?=.)/gm, '  ')}`);
  const left = unread.map((account) => {
    const { reason, hint } = account;
    return `${accountLine(account)}${linesText([`  NOT READ: ${reason}`, ...(hint === undefined ? [] : [`  ${hint}`])])}`;
  });
  const notAsked = skipped.map(
    (account) => `${accountLine(account)}${linesText([`  not asked: ${account.reason}`])}`,
  );
  return [...texts, ...left, ...notAsked].join('');
}

function accountLine({ accountId, accountName = '' }: { accountId: string; accountName?: string }): string {
  return linesText([`account ${accountId} ${accountName}`.trimEnd()]);
}

function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${escapeControl(line)}\n`).join('');
}

/** `label` stands before the user in messages. */
export async function performPlan(
  context: CommandContext,
  work: KeysWork,
  plan: Plan,
  label = '',
): Promise<Done[]> {
  checkPlan(work, plan, context.configuration.settings.text('force'));
  return performItems(work, plan.items, {
    orderOf: (item) => orderOf(context, item),
    mayBegin: () => !context.signal.aborted,
    onStep: (user, step) => context.log.info(`${label}${user}: ${describeStep(step)}`),
  });
}
