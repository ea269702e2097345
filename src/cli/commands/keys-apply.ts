import { resolve } from 'node:path';
import { EXIT } from '../../base/errors.ts';
import { readText } from '../../config/file.ts';
import { parsePlan } from '../../keys/plan.ts';
import type { CommandContext } from '../commands.ts';
import { isAgreed, openWork, report } from '../keys-work.ts';
import { performPlan, planText } from '../perform-plan.ts';
import { resumeCommand } from '../resume.ts';

/** Does what a plan says, as far as every guard still agrees. */
export async function keysApply(context: CommandContext): Promise<number> {
  const { io, args } = context;
  const file = args[0]!;
  const plan = parsePlan(readText(resolve(io.cwd, file), file), file);
  io.stderr.write(planText(plan));
  if (plan.items.length === 0 || !(await isAgreed(context, 'Do this?'))) return EXIT.ok;
  const work = await openWork(context);
  const results = await performPlan(context, work, plan);
  return report(context, results, resumeCommand(context, ['keys', 'apply', file]));
}
