import type { Facts } from '../audit/facts.ts';
import { type FixStep, planFixes } from '../audit/fix.ts';
import type { Check } from '../audit/types.ts';
import type { AuditAws } from '../aws/audit-types.ts';
import { EXIT, errorMessage, KeyturnError } from '../base/errors.ts';
import { deactivateKey } from '../keys/change.ts';
import { attempted, checkCount, type Done } from '../keys/perform.ts';
import { mostItems } from '../keys/plan.ts';
import type { Order } from '../keys/types.ts';
import { escapeControl } from '../report/escape.ts';
import type { CommandContext } from './commands.ts';
import { isAgreed, type KeysWork, openWork, orderFor, report } from './keys-work.ts';
import { resumeCommand } from './resume.ts';

/** Says what would be done, and does it once it is agreed to. Returns the exit status. */
export async function fixChecks(
  context: CommandContext,
  { facts, aws, checks }: { facts: Facts; aws: AuditAws; checks: readonly Check[] },
): Promise<number> {
  const { io } = context;
  const steps = await planFixes(facts, checks);
  for (const { check, text } of steps) io.stderr.write(`${escapeControl(`${check}: ${text}`)}\n`);
  if (steps.length === 0) {
    io.stderr.write('Nothing is to be done.\n');
    return EXIT.ok;
  }
  const keys = steps.flatMap(({ check, change }) => ('keyId' in change ? [{ check, ...change }] : []));
  const work = keys.length === 0 ? undefined : await openWork(context);
  if (!(await isAgreed(context, 'Do this?'))) return EXIT.ok;
  const orders: Order[] = [];
  if (work !== undefined) {
    const most = mostItems({ keyCount: (await facts.keys()).keys.length }, work.policy);
    checkCount(work.journal, keys.length, most, context.configuration.settings.text('force'));
    // What is wrong with one is found before anything is changed.
    for (const key of keys) orders.push(await orderOf(context, work, key));
  }
  const status = await runCalls(context, steps, aws);
  if (work === undefined) return status;
  const results: Done[] = [];
  for (const order of orders) results.push(await deactivate(context, work, order));
  const ids = keys.map(({ keyId }) => keyId);
  const keysStatus = report(context, results, resumeCommand(context, ['keys', 'deactivate', ...ids]));
  return keysStatus === EXIT.ok ? status : keysStatus;
}

async function runCalls({ io }: CommandContext, steps: readonly FixStep[], aws: AuditAws): Promise<number> {
  let status: number = EXIT.ok;
  for (const { check, change } of steps) {
    if (!('run' in change)) continue;
    try {
      io.stdout.write(`${escapeControl(`${check}: ${await change.run(aws)}`)}\n`);
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      io.stdout.write(`${escapeControl(`${check}: failed: ${errorMessage(error)}`)}\n`);
      status = EXIT.error;
    }
  }
  return status;
}

async function orderOf(
  context: CommandContext,
  work: KeysWork,
  { keyId, check }: { keyId: string; check: string },
): Promise<Order> {
  const reason = context.configuration.settings.text('reason') ?? `keyturn audit --fix ${check}`;
  return { ...(await orderFor(context, work, keyId)), reason };
}

async function deactivate({ signal }: CommandContext, work: KeysWork, order: Order): Promise<Done> {
  const { user, retire: keyId } = order;
  if (signal.aborted) return { user, keyId, state: 'interrupted', text: 'not begun' };
  const options = { runner: work.runner, protection: work.policy.protect };
  return attempted(order, async () => ({
    state: 'done',
    text: await deactivateKey(work.sessionFor(order), options),
  }));
}
