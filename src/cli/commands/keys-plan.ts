import { EXIT } from '../../base/errors.ts';
import type { CommandContext } from '../commands.ts';
import { openWork } from '../keys-work.ts';
import { makePlan, planText, sinkNames } from '../perform-plan.ts';

/** Reads only. */
export async function keysPlan(context: CommandContext): Promise<number> {
  const { io, configuration, args } = context;
  const work = await openWork(context);
  const { plan, isComplete } = await makePlan(
    context,
    work,
    args.length === 0 ? undefined : { names: args, reason: 'named' },
  );
  const isJson = configuration.settings.text('format') === 'json';
  io.stdout.write(isJson ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, sinkNames(context, work)));
  return isComplete ? EXIT.ok : EXIT.error;
}
