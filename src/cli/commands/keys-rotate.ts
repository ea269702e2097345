import { EXIT } from '../../base/errors.ts';
import type { CommandContext } from '../commands.ts';
import { isAgreed, openWork, report } from '../keys-work.ts';
import { makePlan, performPlan, planText, sinkNames } from '../perform-plan.ts';
import { resumeCommand } from '../resume.ts';

/** A plan for the users and keys that are named, and its application. */
export async function keysRotate(context: CommandContext): Promise<number> {
  const { io, args, configuration } = context;
  const work = await openWork(context);
  const reason = configuration.settings.text('reason') ?? 'asked for by hand';
  const { plan } = await makePlan(context, work, { names: args, reason });
  io.stderr.write(planText(plan, sinkNames(context, work)));
  if (plan.items.length === 0) return EXIT.findings;
  if (!(await isAgreed(context, 'Do this?'))) return EXIT.ok;
  const results = await performPlan(context, work, plan);
  return report(context, results, resumeCommand(context, ['keys', 'rotate', ...args]));
}
