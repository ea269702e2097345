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
  const set: PlanSet = {
    schemaVersion: 1,
    createdAt: new Date(io.now()).toISOString(),
    plans: [],
    unread: [],
    skipped: [],
  };
  const gaps: string[] = [];
  for (const result of results) {
    const { id, name } = result.account;
    const account = { accountId: id, ...(name !== undefined && { accountName: name }) };
    if (result.state === 'ok') {
      const { schemaVersion, createdAt, ...rest } = result.value.plan;
      set.plans.push({ schemaVersion, createdAt, ...account, ...rest });
      gaps.push(...result.value.gaps.map((gap) => `account ${id}: ${gap}`));
    } else if (result.state === 'failed') {
      const { message, hint } = result;
      set.unread.push({ ...account, reason: message, ...(hint !== undefined && { hint }) });
    } else {
      set.skipped.push({ ...account, reason: result.reason });
    }
  }
  for (const gap of gaps) log.warn(gap);
  return {
    set: { ...set, plans: withinRun(set.plans, policy) },
    isComplete: gaps.length === 0 && set.unread.length === 0,
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
    async (connection, { id }) =>
      performPlan(context, await workIn(context, connection), planned.get(id)!, `${id} `),
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
