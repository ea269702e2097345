import { connectSns } from '../aws/sns.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { SenderTools } from '../notify/channels/sender.ts';
import { createNotifier } from '../notify/notifier.ts';
import { readNotifyPlan } from '../notify/notify-file.ts';
import type { Redact } from '../notify/redact.ts';
import type { Notifier } from '../notify/types.ts';
import { connectOptions } from './aws-connection.ts';
import type { CommandContext } from './commands.ts';
import { stateFile } from './state-file.ts';

/** For one attempt at one message. */
const TIMEOUT_MS = 10_000;

/**
 * The notifier that the section `notify` asks for; undefined when there is no section. Throws a UsageError for a section that cannot
 * be used, and for a secret that cannot be read. `clock` is the scheduler's, where it has one of its own.
 */
export async function openNotifier(
  context: CommandContext,
  clock: Clock = { ...systemClock, now: context.io.now },
): Promise<Notifier | undefined> {
  const { configuration, io, log, signal } = context;
  const plan = readNotifyPlan(configuration);
  if (plan === undefined) return undefined;
  return createNotifier({
    plan,
    stateFile: notifyStateFile(io.env),
    redact: await openRedact(),
    tools: senderTools(context),
    clock,
    log,
    signal,
  });
}

export function notifyStateFile(env: CommandContext['io']['env']): string {
  return stateFile(env, 'notify.json');
}

export function senderTools({ io, configuration }: CommandContext): SenderTools {
  return {
    env: io.env,
    now: io.now,
    timeoutMs: TIMEOUT_MS,
    connectSns: (region) =>
      connectSns({
        ...connectOptions(configuration.settings),
        region,
        timeoutMs: TIMEOUT_MS,
        // The notifier tries again, too.
        maxAttempts: 2,
      }),
  };
}

/** The search for secrets is loaded when there is something to send. */
export async function openRedact(): Promise<Redact> {
  const { createBuiltinDetector } = await import('../detect/detector.ts');
  const { createWasmKernel } = await import('../detect/kernel/wasm-kernel.ts');
  const { createRedact } = await import('../notify/redact.ts');
  const detector = createBuiltinDetector(createWasmKernel);
  return createRedact(detector, createWasmKernel(detector.anchors));
}
