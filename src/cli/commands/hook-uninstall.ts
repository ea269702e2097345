import { EXIT } from '../../base/errors.ts';
import { applyPlan } from '../../hook/apply.ts';
import { planUninstall } from '../../hook/plan.ts';
import { HOOK_EVENTS } from '../../hook/types.ts';
import type { CommandContext } from '../commands.ts';
import { describePlan, eventOf, lookFrom, scopeOf } from '../hook-place.ts';

export async function hookUninstall(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const scope = scopeOf(context);
  const event = eventOf(context);
  const events = event === undefined ? HOOK_EVENTS : [event];
  const plan = planUninstall(await lookFrom(context, scope), events, configuration.settings.isOn('force'));
  if (!configuration.settings.isOn('dry-run')) await applyPlan(plan, io.cwd);
  const place = scope === 'global' ? 'for all repositories' : 'in this repository';
  const done = plan.changes.length === 0 ? `nothing of keyturn's is installed ${place}\n` : '';
  io.stdout.write(`${done}${describePlan(plan)}`);
  return EXIT.ok;
}
