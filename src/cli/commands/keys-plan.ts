import { EXIT, UsageError } from '../../base/errors.ts';
import { accountsAsked } from '../accounts-run.ts';
import type { CommandContext } from '../commands.ts';
import { openWork } from '../keys-work.ts';
import { makePlan, planSetText, planText, sinkNames } from '../perform-plan.ts';
import { planOver } from '../plan-over-accounts.ts';

/** Reads only. */
export async function keysPlan(context: CommandContext): Promise<number> {
  const { configuration, args } = context;
  const request = accountsAsked(configuration);
  if (request === undefined) {
    const wanted = args.length === 0 ? undefined : { names: args, reason: 'named' };
    const work = await openWork(context);
    const { plan, isComplete } = await makePlan(context, work, wanted);
    write(context, plan, () => planText(plan, sinkNames(context, work)));
    return isComplete ? EXIT.ok : EXIT.error;
  }
  if (args.length > 0)
    throw new UsageError(`--accounts: ${args[0]} is of one account; name that alone, or no user`);
  const { set, isComplete } = await planOver(context, request);
  write(context, set, () => planSetText(set));
  return isComplete ? EXIT.ok : EXIT.error;
}

function write({ io, configuration }: CommandContext, plan: object, text: () => string): void {
  const isJson = configuration.settings.text('format') === 'json';
  io.stdout.write(isJson ? `${JSON.stringify(plan, null, 2)}\n` : text());
}
