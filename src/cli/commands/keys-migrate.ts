import { EXIT } from '../../base/errors.ts';
import type { CommandContext } from '../commands.ts';
import { isAgreed, openWork, report } from '../keys-work.ts';
import { movesText, returnsText } from '../migration-text.ts';
import { performMoves, performReturns, planMigration, planTheWayBack } from '../perform-migration.ts';

const RESUME = 'the same command';

/** Keys out of files into Secrets Manager, or back. */
export async function keysMigrate(context: CommandContext): Promise<number> {
  const isBack = context.configuration.settings.isOn('back');
  const work = await openWork(context);
  return isBack ? bringKeysBack(context, work) : moveKeys(context, work);
}

type Work = Awaited<ReturnType<typeof openWork>>;

async function moveKeys(context: CommandContext, work: Work): Promise<number> {
  const plan = await planMigration(context, work);
  context.io.stderr.write(movesText(plan));
  // What was named has to be moved; of all there is, not what needs no moving.
  const isNamed = context.args.length > 0;
  const left = plan.left.some(({ isFine }) => isNamed || isFine !== true) ? EXIT.findings : EXIT.ok;
  if (plan.moves.length + plan.interrupted.length === 0) return left;
  if (!(await isAgreed(context, 'Do this?'))) return left;
  return report(context, await performMoves(context, work, plan), RESUME) || left;
}

async function bringKeysBack(context: CommandContext, work: Work): Promise<number> {
  const plan = planTheWayBack(context);
  context.io.stderr.write(returnsText(plan));
  const left = plan.left.length === 0 ? EXIT.ok : EXIT.findings;
  if (plan.returns.length === 0) return left;
  if (!(await isAgreed(context, 'Do this?'))) return left;
  return report(context, await performReturns(context, work, plan), RESUME) || left;
}
