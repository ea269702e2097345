import { EXIT } from '../../base/errors.ts';
import { applyPlan } from '../../hook/apply.ts';
import type { HookMethod } from '../../hook/types.ts';
import type { CommandContext } from '../commands.ts';
import { describePlan, eventOf, linesToAdd, planInstallHere, scopeOf } from '../hook-place.ts';

export async function hookInstall(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const { settings } = configuration;
  const scope = scopeOf(context);
  const event = eventOf(context) ?? 'pre-push';
  const plan = await planInstallHere(context, scope, {
    event,
    method: (settings.text('method') ?? 'auto') as HookMethod,
    force: settings.isOn('force'),
  });
  if (plan.byHand !== undefined) {
    io.stdout.write(linesToAdd(plan.byHand));
    return EXIT.findings;
  }
  const place = scope === 'global' ? 'all repositories' : 'this repository';
  const isDone = plan.changes.length === 0;
  if (settings.isOn('dry-run')) {
    io.stdout.write(isDone ? `nothing to do: ${event} is guarded in ${place} already\n` : describePlan(plan));
    return EXIT.ok;
  }
  await applyPlan(plan, io.cwd);
  io.stdout.write(
    `${event}: ${isDone ? 'guarded already' : 'now guarded'} in ${place}\n${describePlan(plan)}`,
  );
  return EXIT.ok;
}
