import { forEachAccount } from '../accounts/for-each.ts';
import { selectAccounts } from '../accounts/select.ts';
import type { AccountResult, AccountsRequest } from '../accounts/types.ts';
import { checkCount, type Done } from '../keys/perform.ts';
import type { Plan, PlanSet } from '../keys/plan.ts';
import { withinRun } from '../keys/plan.ts';
import { readPolicy } from '../keys/policy-file.ts';
import { askAccounts, connectForAccounts, entranceOf } from './accounts-run.ts';
import type { CommandContext } from './commands.ts';
import { workIn } from './keys-work.ts';
import { draftPlan, performPlan } from './perform-plan.ts';

interface Draft {
  plan: Plan;
  gaps: string[];
}

/** A plan for each account that can be read; not complete when one could not be, or only in part. */
export async function planOver(
  context: CommandContext,
  request: AccountsRequest,
): Promise<{ set: PlanSet; isComplete: boolean }> {
  const { io, configuration, log } = context;
  const policy = readPolicy(configuration);
  const { results } = await askAccounts<Draft>(context, request, {
    purpose: 'keys-plan',
    question: { policy, secret: configuration.settings.text('secret') },
    work: (connection) => draftPlan(context, connection, policy),
    isWhole: ({ gaps }) => gaps.length === 0,
  });
  const plans: Plan[] = [];
  const set: PlanSet = { schemaVersion: 1, createdAt: new Date(io.now()).toISOString(), plans, unread: [] };
  let hasGaps = false;
  for (const result of results) {
    const { id, name } = result.account;
    const named = name === undefined ? {} : { accountName: name };
    if (result.state === 'failed') {
      const hint = result.hint === undefined ? {} : { hint: result.hint };
      set.unread.push({ accountId: id, ...named, reason: result.message, ...hint });
    } else if (result.state === 'skipped') {
      log.info(`account ${id} ${name ?? ''}: ${result.reason}`);
    } else {
      const { schemaVersion, createdAt, accountId, ...rest } = result.value.plan;
      plans.push({ schemaVersion, createdAt, accountId, ...named, ...rest });
      hasGaps ||= result.value.gaps.length > 0;
      for (const gap of result.value.gaps) log.warn(`account ${id} ${name ?? ''}: ${gap}`);
    }
  }
  return {
    set: { ...set, plans: withinRun(plans, policy) },
    isComplete: !hasGaps && set.unread.length === 0,
  };
}

/** Does what the plans say, account by account; in one that cannot be entered, nothing is done and every item says so. */
export async function applyOver(context: CommandContext, { plans }: PlanSet): Promise<Done[]> {
  const { io, configuration, signal } = context;
  const planned = new Map(
    plans.filter(({ items }) => items.length > 0).map((plan) => [plan.accountId, plan]),
  );
  const request = { ...entranceOf(configuration), ids: [...planned.keys()] };
  const base = await connectForAccounts(configuration, request);
  const all = [...planned.values()].reduce((count, { items }) => count + items.length, 0);
  const { journal, policy } = await workIn(context, base);
  checkCount(journal, all, policy.limits.count, configuration.settings.text('force'));
  const selection = await selectAccounts(base, request);
  const results = await forEachAccount(
    selection,
    async (connection, { id }) => performPlan(context, await workIn(context, connection), planned.get(id)!),
    { purpose: 'keys-apply', now: io.now, signal },
  );
  return results.flatMap((result) => doneOf(result, planned.get(result.account.id)!));
}

function doneOf(result: AccountResult<Done[]>, { accountId, items }: Plan): Done[] {
  if (result.state === 'ok') return result.value.map((done) => ({ accountId, ...done }));
  return items.map(({ user, keyId }, at) => {
    const about = { accountId, user, keyId };
    if (result.state === 'skipped')
      return { ...about, state: 'stopped', text: `the account is not asked: ${result.reason}` };
    const { reason, message, hint } = result;
    // What helps is said once.
    const help = at === 0 && hint !== undefined ? { hint } : {};
    return { ...about, state: reason === 'interrupted' ? 'interrupted' : 'failed', text: message, ...help };
  });
}
