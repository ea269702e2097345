import { argv, execPath } from 'node:process';
import { EXIT } from '../../base/errors.ts';
import { applyPlan } from '../../hook/apply.ts';
import { type HookPlan, planInstall } from '../../hook/plan.ts';
import type { HookMethod } from '../../hook/types.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { describePlan, eventOf, lookFrom, scopeOf } from '../hook-place.ts';

export async function hookInstall(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const { settings } = configuration;
  const scope = scopeOf(context);
  const event = eventOf(context) ?? 'pre-push';
  const plan = planInstall(await lookFrom(context, scope), {
    event,
    method: (settings.text('method') ?? 'auto') as HookMethod,
    force: settings.isOn('force'),
    target: { node: execPath, script: argv[1] ?? '' },
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

function linesToAdd({ manager, file, lines }: NonNullable<HookPlan['byHand']>): string {
  return (
    `not installed: ${manager} writes the hooks here and would overwrite it. Add to ${escapeControl(file)}:\n\n${lines}\n` +
    `and run ${manager === 'lefthook' ? 'lefthook install' : 'npx simple-git-hooks'}. --method file installs beside it all the same.\n`
  );
}
