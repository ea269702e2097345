import { resolve } from 'node:path';
import { EXIT, UsageError } from '../../base/errors.ts';
import { readText } from '../../config/file.ts';
import { isPlanSet, parsePlan } from '../../keys/plan.ts';
import type { CommandContext } from '../commands.ts';
import { isAgreed, openWork, report } from '../keys-work.ts';
import { performPlan, planSetText, planText } from '../perform-plan.ts';
import { applyOver } from '../plan-over-accounts.ts';

/** Does what a plan says, as far as every guard still agrees. */
export async function keysApply(context: CommandContext): Promise<number> {
  const { io, args, configuration } = context;
  const file = args[0]!;
  const plan = parsePlan(readText(resolve(io.cwd, file), file), file);
  const isSet = isPlanSet(plan);
  const { settings } = configuration;
  if (!isSet && (settings.text('role') ?? settings.text('external-id')) !== undefined)
    throw new UsageError(`--role and --external-id go with a plan over several accounts; ${file} is of one`);
  io.stderr.write(isSet ? planSetText(plan) : planText(plan));
  const isEmpty = isSet ? plan.plans.every(({ items }) => items.length === 0) : plan.items.length === 0;
  if (isEmpty || !(await isAgreed(context, 'Do this?'))) return EXIT.ok;
  const results = isSet
    ? await applyOver(context, plan)
    : await performPlan(context, await openWork(context), plan);
  return report(context, results, `keyturn keys apply ${file} --apply`);
}
