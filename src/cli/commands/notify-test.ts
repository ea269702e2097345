import { randomUUID } from 'node:crypto';
import { EXIT, errorMessage, UsageError } from '../../base/errors.ts';
import { didYouMean } from '../../base/suggest.ts';
import { openSender } from '../../notify/channels/index.ts';
import type { Sender } from '../../notify/channels/sender.ts';
import { DeliveryError } from '../../notify/delivery-error.ts';
import { readNotifyPlan } from '../../notify/notify-file.ts';
import type { Channel, NotifyPlan } from '../../notify/plan.ts';
import { sampleEvents } from '../../notify/sample.ts';
import type { NotifyEvent } from '../../notify/types.ts';
import { escapeControl } from '../../report/escape.ts';
import type { CommandContext } from '../commands.ts';
import { openRedact, senderTools } from '../open-notifier.ts';

interface Outcome {
  channel: string;
  type: Channel['type'];
  /** Addresses, of e-mail. */
  to: readonly string[];
  state: 'sent' | 'failed' | 'not-sent';
  error?: string;
  /** What would be sent. */
  message?: string;
}

/** Sends an example of every kind, once and at once: neither outbox nor what was told before have a part in it. */
export async function notifyTest(context: CommandContext): Promise<number> {
  const { io, configuration } = context;
  const { settings } = configuration;
  const plan = readNotifyPlan(configuration);
  if (plan === undefined) throw noPlan();
  const redact = await openRedact();
  const events = redact(sampleEvents(io.now()));
  const outcomes: Outcome[] = [];
  // One after the other, so that what is said stays in order.
  for (const channel of channelsOf(plan, context.args)) {
    const outcome = await tryChannel(context, channel, plan, events);
    outcomes.push(outcome);
    if (settings.text('format') !== 'json') io.stdout.write(toText(outcome));
  }
  if (settings.text('format') === 'json')
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, channels: outcomes }, null, 2)}\n`);
  return outcomes.some(({ state }) => state === 'failed') ? EXIT.findings : EXIT.ok;
}

function noPlan(): UsageError {
  return new UsageError('no channels are configured', {
    hint: 'Add the section notify to your own configuration or to the file of --config: see docs/NOTIFY.md.',
  });
}

function channelsOf({ channels }: NotifyPlan, names: readonly string[]): readonly Channel[] {
  if (names.length === 0) return channels;
  return names.map((name) => {
    const channel = channels.find((each) => each.name === name);
    if (channel !== undefined) return channel;
    const known = channels.map((each) => each.name);
    throw new UsageError(
      `no channel is called ${JSON.stringify(name)}${didYouMean(name, known) || `; there are ${known.join(', ')}`}`,
    );
  });
}

async function tryChannel(
  context: CommandContext,
  channel: Channel,
  plan: NotifyPlan,
  samples: readonly NotifyEvent[],
): Promise<Outcome> {
  const { configuration, signal } = context;
  const about = { channel: channel.name, type: channel.type, to: addressesOf(channel, plan) };
  const events = samples.filter(({ kind }) => channel.kinds?.includes(kind) ?? true);
  const digest = { id: `msg_test_${randomUUID()}`, events };
  try {
    const sender: Sender = openSender(channel, senderTools(context));
    if (configuration.settings.isOn('dry-run'))
      return { ...about, state: 'not-sent', message: sender.render(digest, about.to) };
    await sender.send(digest, about.to, signal);
    return { ...about, state: 'sent' };
  } catch (error) {
    if (!(error instanceof DeliveryError || error instanceof UsageError)) throw error;
    return { ...about, state: 'failed', error: errorMessage(error) };
  }
}

/** Those of the channel; of one that has none, the first that an owner is written to. */
function addressesOf(channel: Channel, { owners, fallback }: NotifyPlan): readonly string[] {
  if (channel.type !== 'smtp' || channel.to.length > 0) return channel.type === 'smtp' ? channel.to : [];
  const targets = [...owners.flatMap(([, each]) => each), ...fallback];
  return targets.flatMap(({ channel: name, to }) => (name === channel.name ? (to ?? []) : [])).slice(0, 1);
}

function toText({ channel, type, to, state, error, message }: Outcome): string {
  const where = to.length === 0 ? '' : ` to ${to.join(', ')}`;
  const head = `${channel}  ${type}${where}  ${state === 'not-sent' ? 'would be sent' : state}`;
  const tail = error === undefined ? '' : `: ${error}`;
  const body = message?.split('\n').map((line) => `  ${escapeControl(line)}`.trimEnd());
  return `${escapeControl(`${head}${tail}`)}\n${body === undefined ? '' : `${body.join('\n').trimEnd()}\n\n`}`;
}
