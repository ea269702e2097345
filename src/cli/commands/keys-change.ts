import { EXIT } from '../../base/errors.ts';
import { deactivateKey, removeKey, restoreKey, undoRotation } from '../../keys/change.ts';
import { attempted } from '../../keys/perform.ts';
import type { CommandContext } from '../commands.ts';
import { isAgreed, openWork, orderFor, report } from '../keys-work.ts';
import { resumeCommand } from '../resume.ts';

type Change = typeof deactivateKey;

/** Commands that change keys one by one, each named by its ID. */
function changing(verb: string, changeFor: (context: CommandContext) => Change) {
  return async (context: CommandContext): Promise<number> => {
    const { args, io } = context;
    const work = await openWork(context);
    const orders = [];
    for (const keyId of args) orders.push(await orderFor(context, work, keyId));
    for (const { user, retire } of orders) io.stderr.write(`${verb}  ${user}  ${retire}\n`);
    if (!(await isAgreed(context, 'Do this?'))) return EXIT.ok;
    const change = changeFor(context);
    const options = { runner: work.runner, protection: work.policy.protect };
    const results = [];
    for (const order of orders)
      results.push(
        await attempted(order, async () => ({
          state: 'done',
          text: await change(work.sessionFor(order), options),
        })),
      );
    return report(context, results, resumeCommand(context, ['keys', verb, ...args]));
  };
}

export const keysDeactivate = changing('deactivate', () => deactivateKey);
export const keysRestore = changing('restore', ({ configuration }) =>
  configuration.settings.isOn('undo') ? undoRotation : restoreKey,
);
export const keysDelete = changing('delete', () => removeKey);
